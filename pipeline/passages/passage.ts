import { type Static, Type } from '@sinclair/typebox';
import { geometryHash } from '../geometry-hash.ts';
import type { PtsMs } from '../time.ts';

/** Queue of vehicles whose plates are to be read; job id: passage id. */
export const PASSAGE_QUEUE = 'watchpost-passages';
/** Redis stream of passages that were read: field `passage` holds the Passage as JSON. The API keeps each once, by its id. */
export const PASSAGES_STREAM = 'watchpost:passages';

export const PASSAGE_CLASSES = ['motorcycle', 'car', 'bus', 'truck'] as const;
export type PassageClass = (typeof PASSAGE_CLASSES)[number];
export const isPassageClass = (className: string): className is PassageClass =>
  (PASSAGE_CLASSES as readonly string[]).includes(className);

/** Over a configured line `in` and `out` as everywhere; without one, whether the vehicle grew or shrank on the picture. */
export const PASSAGE_DIRECTIONS = ['in', 'out', 'approaching', 'leaving'] as const;
export const PLATE_COLOURS = ['white', 'yellow', 'blue', 'red-on-white', 'white-on-red'] as const;

const closed = { additionalProperties: false } as const;
const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const literals = <T extends string>(values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));
const Id = Type.String({ pattern: '^[0-9a-f]{26}$' });

/** A vehicle that passed a plate camera, as tracked: all that is needed to read its plate from the recording. */
export const VehiclePass = Type.Object(
  {
    id: Id,
    cameraId: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    sessionId: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' }),
    trackId: Type.Integer({ minimum: 1 }),
    className: literals(PASSAGE_CLASSES),
    /** Crossing of the line, else the instant of the largest view. */
    at: Type.Number(),
    /** The same instant as media time, and the media times of the first and last view. */
    ptsMs: Type.Number(),
    firstPtsMs: Type.Number(),
    lastPtsMs: Type.Number(),
    lane: nullable(Type.String()),
    direction: nullable(literals(PASSAGE_DIRECTIONS)),
  },
  closed,
);
export type VehiclePass = Static<typeof VehiclePass>;

/** Why a passage has no plate. Never a reason to invent one. */
export const UNREAD_REASONS = [
  /** The vehicle never was large enough on the picture for its plate to be readable. */
  'too-small',
  'no-plate-found',
  /** A plate was seen, and nothing on it is probable enough to be shown. */
  'not-legible',
  'recording-gone',
  /** More vehicles came than this machine can read. */
  'overloaded',
  'reader-missing',
] as const;
export type UnreadReason = (typeof UNREAD_REASONS)[number];

export const PassagePlate = Type.Object(
  {
    /** Display form, e.g. `30A-123.45`. */
    text: Type.String(),
    kind: nullable(Type.String()),
    /** 0–1, of the whole text. */
    confidence: Type.Number(),
    characters: Type.Array(Type.Object({ symbol: Type.String(), confidence: Type.Number() }, closed)),
    raw: Type.String(),
    framesUsed: Type.Integer(),
    framesAgreeing: Type.Integer(),
    heightPx: Type.Integer(),
    grade: literals(['evidence', 'needs-human-reading']),
    doubts: Type.Array(Type.String()),
  },
  closed,
);
export type PassagePlate = Static<typeof PassagePlate>;

/** A vehicle that passed a plate camera, its plate read or said to be unread and why. */
export const Passage = Type.Object(
  {
    id: Id,
    cameraId: Type.String(),
    /** Of which session which track; older passages do not say. */
    sessionId: Type.Optional(Type.String()),
    trackId: Type.Optional(Type.Integer()),
    at: Type.Number(),
    className: literals(PASSAGE_CLASSES),
    lane: nullable(Type.String()),
    direction: nullable(literals(PASSAGE_DIRECTIONS)),
    /** Colour of the plate, where most looks agree. */
    colour: nullable(literals(PLATE_COLOURS)),
    plate: nullable(PassagePlate),
    unread: nullable(literals(UNREAD_REASONS)),
    /** What the plate may say, best first; also where no reading is shown. */
    candidates: Type.Array(Type.Object({ text: Type.String(), probability: Type.Number() }, closed)),
    /** Keys of the pictures in the evidence store. */
    vehicleCrop: nullable(Type.String()),
    plateCrop: nullable(Type.String()),
  },
  closed,
);
export type Passage = Static<typeof Passage>;

/** The same vehicle on the same video always gets the same id, however often it is analysed. */
export const passageId = (of: {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly trackId: number;
  readonly firstPtsMs: PtsMs;
}): string => geometryHash({ ...of, of: 'passage' }).slice(0, 26);

const DAY_MS = 24 * 3_600_000;

/** Where the pictures of a passage lie in the evidence store, by camera and day (UTC). Without trailing slash. */
export const passagePrefix = ({ cameraId, at, id }: Pick<Passage, 'cameraId' | 'at' | 'id'>): string =>
  `passages/${cameraId}/${new Date(Math.floor(at / DAY_MS) * DAY_MS).toISOString().slice(0, 10)}/${id}`;
