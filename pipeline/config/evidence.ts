import { type Static, Type } from '@sinclair/typebox';
import { DEFAULT_TIERS, RetentionTier } from '../retention.ts';
import { closed } from './parts.ts';

/** Object lock of the bucket. */
const LockConfig = Type.Object(
  {
    days: Type.Integer({
      minimum: 1,
      maximum: 36_500,
      description: 'New evidence cannot be removed from the bucket for so long (d).',
    }),
    mode: Type.Union([Type.Literal('governance'), Type.Literal('compliance')], {
      default: 'governance',
      description: 'Who may end it before: those with a right of their own, or nobody.',
    }),
  },
  closed,
);

const StoreConfig = Type.Union(
  [
    Type.Object({ kind: Type.Literal('local') }, closed),
    Type.Object(
      {
        kind: Type.Literal('s3'),
        endpoint: Type.String({ description: 'http(s)://host:port of MinIO or S3.' }),
        bucket: Type.String({ default: 'watchpost' }),
        region: Type.String({ default: 'us-east-1' }),
        accessKey: Type.String({ description: 'Use `${NAME}` to take it from the environment.' }),
        secretKey: Type.String({ description: 'Use `${NAME}` to take it from the environment.' }),
        lock: Type.Optional(LockConfig),
      },
      closed,
    ),
  ],
  { default: { kind: 'local' }, description: 'Where sealed cases are written.' },
);

export const SigningConfig = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Literal('command'),
        command: Type.Array(Type.String({ minLength: 1 }), {
          minItems: 1,
          description: 'Program and arguments; gets the document on standard input.',
        }),
      },
      closed,
    ),
    Type.Object(
      {
        kind: Type.Literal('http'),
        url: Type.String({ pattern: '^https?://', description: 'Gets the document as the body of a POST.' }),
        token: Type.Optional(
          Type.String({
            description: 'Sent as bearer token; use `${NAME}` to take it from the environment.',
          }),
        ),
      },
      closed,
    ),
  ],
  { description: 'Who signs with Ed25519, when the private key must not lie in the data folder.' },
);
export type SigningConfig = Static<typeof SigningConfig>;

const TimestampConfig = Type.Object(
  {
    url: Type.String({ pattern: '^https?://', description: 'Address of a time stamp authority (RFC 3161).' }),
    certificate: Type.String({
      minLength: 1,
      description: 'PEM file with the certificate that the authority’s leads to, from the configuration’s folder.',
    }),
  },
  { ...closed, description: 'Has every sealed case confirmed by a time stamp authority; none without.' },
);

export const EvidenceConfig = Type.Object(
  {
    preRollMs: Type.Integer({ default: 5_000, minimum: 0, maximum: 60_000 }),
    postRollMs: Type.Integer({ default: 5_000, minimum: 0, maximum: 60_000 }),
    maxClipMs: Type.Integer({
      default: 60_000,
      minimum: 5_000,
      maximum: 600_000,
      description: 'Longer events keep the part around the trigger (ms).',
    }),
    store: StoreConfig,
    signing: Type.Optional(SigningConfig),
    timestamp: Type.Optional(TimestampConfig),
    retention: Type.Array(RetentionTier, {
      default: [...DEFAULT_TIERS],
      description:
        'How long the evidence of closed cases lives: the first tier that a case fits counts, one that fits none is kept for good, one under a legal hold for as long as that stands.',
    }),
  },
  { ...closed, default: {} },
);
