import { type Static, Type } from '@sinclair/typebox';

/** `GET /api/cases/:id/export.zip` */
export const ExportQuery = Type.Object(
  {
    purpose: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'Why the case is handed out; stands in the export and in the audit.',
      }),
    ),
    redacted: Type.Optional(
      Type.Boolean({
        description: 'Also copies of clip and stills with heads and other vehicles hidden, in `redacted/`.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type ExportQuery = Static<typeof ExportQuery>;

/** `GET /api/keys` */
export const PublicKeys = Type.Object({
  keys: Type.Array(
    Type.Object({
      keyId: Type.String(),
      algorithm: Type.Literal('Ed25519'),
      /** Raw 32 bytes, base64. */
      publicKey: Type.String(),
      /** Whether new cases are sealed with it. */
      current: Type.Boolean(),
    }),
  ),
});
export type PublicKeys = Static<typeof PublicKeys>;

/** `POST /api/cases/:id/links` */
export const LinkRequest = Type.Object(
  {
    path: Type.String({ maxLength: 200, description: 'One of the case’s `files`.' }),
    minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, default: 5 })),
    purpose: Type.Optional(Type.String({ maxLength: 200, description: 'Stands in the audit.' })),
  },
  { additionalProperties: false },
);
export type LinkRequest = Static<typeof LinkRequest>;
export const EvidenceLink = Type.Object({
  url: Type.String({ description: 'At the bucket itself where there is one, else below this address.' }),
  expiresAt: Type.Number({ description: 'Epoch ms.' }),
  mediaType: Type.String(),
  bytes: Type.Number(),
  sha256: Type.String({ description: 'What the file must have.' }),
});
export type EvidenceLink = Static<typeof EvidenceLink>;
