import { type Static, Type } from '@sinclair/typebox';
import { TOKEN_SCOPES } from './token-scopes.ts';

export const TokenScope = Type.Union(TOKEN_SCOPES.map((scope) => Type.Literal(scope)));
export type TokenScope = Static<typeof TokenScope>;

const nullableInstant = Type.Union([Type.Number(), Type.Null()]);

/** One row of `GET /api/tokens`; never the secret. */
export const ApiToken = Type.Object({
  id: Type.String(),
  name: Type.String(),
  /** Whose rights it has. */
  username: Type.String(),
  scopes: Type.Array(TokenScope),
  createdAt: Type.Number(),
  expiresAt: Type.Number(),
  /** To the minute. */
  lastUsedAt: nullableInstant,
  revokedAt: nullableInstant,
});
export type ApiToken = Static<typeof ApiToken>;
export const ApiTokenList = Type.Object({ tokens: Type.Array(ApiToken) });
export type ApiTokenList = Static<typeof ApiTokenList>;

/** `POST /api/tokens`; the answer holds the secret once. */
export const NewApiToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64, description: 'What program it is for.' }),
    scopes: Type.Array(TokenScope, { minItems: 1, maxItems: TOKEN_SCOPES.length }),
    days: Type.Integer({ minimum: 1, maximum: 366, description: 'Days until it expires.' }),
  },
  { additionalProperties: false },
);
export type NewApiToken = Static<typeof NewApiToken>;
export const CreatedApiToken = Type.Object({ token: ApiToken, secret: Type.String() });
export type CreatedApiToken = Static<typeof CreatedApiToken>;
