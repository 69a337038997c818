import { type Static, Type } from '@sinclair/typebox';
import { SOURCE_FAULTS } from '../../pipeline/source-fault.ts';
import { RecordingGaps } from './statistics.ts';

const Point = Type.Tuple([Type.Number(), Type.Number()]);

/** `GET /api/cameras` lists these. Never holds the source's URL: it may carry a password. */
export const Camera = Type.Object({
  id: Type.String(),
  name: Type.String(),
  place: Type.String(),
  group: Type.String(),
  /** Live playlist, or null while no session records. */
  playlist: Type.Union([Type.String(), Type.Null()]),
  zones: Type.Record(Type.String(), Type.Array(Point)),
  lines: Type.Record(Type.String(), Type.Tuple([Point, Point])),
  rules: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), name: Type.String() })),
  /** Whether people may turn it (`/api/cameras/:id/ptz`). */
  ptz: Type.Boolean(),
  state: Type.Union([
    Type.Literal('connecting'),
    Type.Literal('watching'),
    Type.Literal('degraded'),
    Type.Literal('blind'),
    Type.Literal('ended'),
  ]),
  cause: Type.Union([Type.String(), Type.Null()]),
  detail: Type.Union([Type.String(), Type.Null()]),
  /** Why its source could not be opened, where `cause` is SOURCE_OPEN. */
  fault: Type.Union([...SOURCE_FAULTS.map((fault) => Type.Literal(fault)), Type.Null()]),
  since: Type.Number(),
  frames: Type.Object({
    received: Type.Integer(),
    analysed: Type.Integer(),
    dropped: Type.Record(Type.String(), Type.Integer()),
  }),
});
export type Camera = Static<typeof Camera>;

/** A stretch of time, epoch ms; `before` lies outside. */
export const SpanQuery = Type.Object(
  { after: Type.Number({ description: 'Epoch ms.' }), before: Type.Number({ description: 'Epoch ms.' }) },
  { additionalProperties: false },
);
export type SpanQuery = Static<typeof SpanQuery>;

/**
 * `GET /api/cameras/:id/recording`: the stretches whose recording is there, and the gaps with their causes. What is
 * neither was removed when its time was over, or never recorded.
 */
export const CameraRecording = Type.Object({
  recorded: Type.Array(Type.Object({ fromAt: Type.Number(), toAt: Type.Number() })),
  gaps: RecordingGaps,
});
export type CameraRecording = Static<typeof CameraRecording>;
