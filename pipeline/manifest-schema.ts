import { type Static, Type } from '@sinclair/typebox';
import { RULE_KINDS } from './event.ts';

const closed = { additionalProperties: false } as const;
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, 64 hex digits.' });
const Ms = (description: string) => Type.Number({ description });
const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A case id is part of file names and object keys. */
export const CASE_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$';

/** What every reader may rely on in an event; members that later versions add are kept. */
export const EventShape = Type.Object({
  schemaVersion: Type.Literal(1),
  id: Type.String({ pattern: CASE_ID_PATTERN }),
  cameraId: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
  sessionId: Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*$' }),
  ruleId: Type.String(),
  kind: Type.Union(RULE_KINDS.map((kind) => Type.Literal(kind))),
  disposition: Type.Union([Type.Literal('case'), Type.Literal('statistic')]),
  startPtsMs: Ms('Media time of the start.'),
  triggerPtsMs: Ms('Media time at which the rule held.'),
  endPtsMs: Ms('Media time of the end.'),
  startAt: Ms('The same three instants by the session’s clock, epoch milliseconds UTC.'),
  triggerAt: Type.Number(),
  endAt: Type.Number(),
  clockUncertaintyMs: Ms('Half-width of the interval in which the true instants lie.'),
  keyPtsMs: Type.Object({ before: Type.Number(), at: Type.Number(), after: Type.Number() }),
  subjects: Type.Array(Type.Object({ trackId: Type.Number(), className: Type.String() })),
  decision: Type.Object({
    ruleId: Type.String(),
    ruleKind: Type.String(),
    ruleVersion: Type.String(),
    geometryHash: Type.String(),
    measurements: Type.Array(Type.Object({ name: Type.String(), value: Type.Number(), unit: Type.String() })),
    facts: Type.Record(Type.String(), Type.String()),
  }),
  provenance: Type.Object({
    softwareVersion: Type.String(),
    configHash: Type.String(),
    models: Type.Array(Type.Object({ id: Type.String(), sha256: Type.String() })),
  }),
});

const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

const PlateReadingSchema = Type.Object(
  {
    trackId: Type.Number(),
    text: nullable(Type.String({ description: 'Display form; null: it cannot be read.' })),
    kind: nullable(Type.String()),
    confidence: share('Probability of the whole text.'),
    characters: Type.Array(Type.Object({ symbol: Type.String(), confidence: share('Of this symbol.') }, closed)),
    candidates: Type.Array(
      Type.Object({ text: Type.String(), kind: Type.String(), probability: share('Of this text.') }, closed),
    ),
    raw: Type.String({ description: 'The best single look without any knowledge of plates.' }),
    edits: nullable(
      Type.Array(Type.Object({ at: Type.Integer(), from: Type.String(), to: Type.String() }, closed), {
        description: 'Every symbol in which the text differs from `raw`; null when their lengths differ.',
      }),
    ),
    framesUsed: Type.Integer({ minimum: 0 }),
    framesAgreeing: Type.Integer({ minimum: 0 }),
    heightPx: Type.Number({ minimum: 0 }),
    grade: Type.Union([Type.Literal('evidence'), Type.Literal('needs-human-reading')]),
    doubts: Type.Array(Type.String(), { description: 'Why a person must read.' }),
    crop: nullable(Type.String({ description: 'Path of the crop among the files.' })),
  },
  closed,
);

/** `manifest.json` of a case, `EvidenceManifest` of pipeline/evidence.ts; docs/evidence-format.md tells each field. */
export const ManifestSchema = Type.Object(
  {
    schema: Type.Literal('watchpost/evidence/1'),
    caseId: Type.String({ pattern: CASE_ID_PATTERN }),
    camera: Type.Object({ id: Type.String(), name: Type.String(), place: Type.String() }, closed),
    event: EventShape,
    clip: Type.Object(
      {
        file: Type.String(),
        codec: Type.String(),
        width: Type.Integer({ minimum: 1 }),
        height: Type.Integer({ minimum: 1 }),
        startPtsMs: Ms('Media time of the first frame; clip time = media time − this.'),
        durationMs: Type.Number({ minimum: 0 }),
        frameCount: Type.Integer({ minimum: 1 }),
        segments: Type.Array(
          Type.Object(
            {
              file: Type.String(),
              sequence: Type.Integer(),
              startPtsMs: Type.Number(),
              durationMs: Type.Number(),
              bytes: Type.Integer(),
              sha256: Sha256,
            },
            closed,
          ),
          { description: 'The recorded segments that the packets were copied from.' },
        ),
        initSha256: Sha256,
      },
      closed,
    ),
    clock: Type.Object(
      {
        sessionId: Type.String(),
        anchorAt: Ms('Wall-clock time of media time zero, epoch milliseconds UTC.'),
        source: Type.Union([Type.Literal('rtcp'), Type.Literal('arrival'), Type.Literal('given')]),
        uncertaintyMs: Type.Number({ minimum: 0 }),
      },
      { additionalProperties: true },
    ),
    gaps: Type.Array(
      Type.Object({ fromAt: Type.Number(), toAt: nullable(Type.Number()), cause: Type.String() }, closed),
    ),
    files: Type.Array(
      Type.Object(
        {
          path: Type.String({ pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$' }),
          role: Type.Union(
            (
              [
                ...['clip', 'still-before', 'still-at', 'still-after', 'original-still'],
                ...['plate-crop', 'plume-crop', 'detections', 'event', 'preview'],
              ] as const
            ).map((role) => Type.Literal(role)),
          ),
          mediaType: Type.String(),
          bytes: Type.Integer({ minimum: 0 }),
          sha256: Sha256,
          origin: Type.Union([Type.Literal('original'), Type.Literal('derived')]),
          chunks: Type.Optional(
            Type.Object(
              { bytes: Type.Integer({ minimum: 1 }), sha256: Type.Array(Sha256) },
              { ...closed, description: 'SHA-256 of each part of so many bytes, the last may be shorter.' },
            ),
          ),
          ptsMs: Type.Optional(Ms('Media time of the frame shown, for stills.')),
        },
        closed,
      ),
    ),
    plates: Type.Optional(
      Type.Array(PlateReadingSchema, { description: 'What the plates of the event’s vehicles were read as.' }),
    ),
    sealedAt: Ms('When the case was sealed, epoch milliseconds UTC.'),
    software: Type.String(),
    chain: Type.Object({ index: Type.Integer({ minimum: 0 }), previous: Sha256 }, closed),
  },
  { ...closed, $id: 'watchpost/evidence/1', title: 'Manifest of a sealed case' },
);

/** `signature.json` of a case. */
export const SignatureSchema = Type.Object(
  {
    algorithm: Type.Literal('Ed25519'),
    keyId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    publicKey: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    manifestSha256: Sha256,
    signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
  },
  closed,
);
export type SignatureSchema = Static<typeof SignatureSchema>;
