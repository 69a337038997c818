import { type Static, Type } from '@sinclair/typebox';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const literals = <T extends string>(values: readonly T[]) => Type.Union(values.map((value) => Type.Literal(value)));

export const PASSAGE_CLASSES = ['motorcycle', 'car', 'bus', 'truck'] as const;
export const PLATE_COLOURS = ['white', 'yellow', 'blue', 'red-on-white', 'white-on-red'] as const;
export const WATCH_LISTS = ['wanted', 'stolen', 'permitted', 'exempt'] as const;
export type WatchList = (typeof WATCH_LISTS)[number];
/** Lists whose vehicles somebody must be told of; the others only say so beside a passage. */
export const ALERTING_LISTS: readonly WatchList[] = ['wanted', 'stolen'];

/** Why somebody looks; kept in the audit with what was asked. */
const Purpose = Type.String({ minLength: 5, maxLength: 300, description: 'Why: kept in the audit.' });
/** Symbols of a plate; separators and case do not matter. */
const Plate = Type.String({
  minLength: 1,
  maxLength: 40,
  description: '`?` is one unknown symbol, `*` any number. A piece shorter than a plate is looked for anywhere in it.',
});
const Span = {
  after: Type.Optional(Type.Number({ description: 'From this instant, epoch ms; default 30 days ago.' })),
  before: Type.Optional(Type.Number({ description: 'Until this instant, epoch ms; default now.' })),
};

/** `POST /api/passages/search`: by POST, so that plates are in no address and no log. */
export const PassageSearch = Type.Object(
  {
    purpose: Purpose,
    plate: Type.Optional(Plate),
    similar: Type.Optional(
      Type.Boolean({ description: 'Also plates with likely confusions (8/B, 0/D …), likeliest first; one page.' }),
    ),
    className: Type.Optional(literals(PASSAGE_CLASSES)),
    colour: Type.Optional(literals(PLATE_COLOURS)),
    cameraId: Type.Optional(Type.String({ maxLength: 63 })),
    place: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'In the name, place or unit of a camera; accents do not matter.',
      }),
    ),
    firstHere: Type.Optional(Type.Boolean({ description: 'Only plates that were never seen before at that camera.' })),
    ...Span,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Default 50.' })),
    cursor: Type.Optional(Type.String({ maxLength: 64, description: '`nextCursor` of the page before.' })),
  },
  { additionalProperties: false },
);
export type PassageSearch = Static<typeof PassageSearch>;

/** How a passage fits what was looked for: what was read, what may also stand there, or a likely confusion. */
export const PassageFit = Type.Object({
  how: literals(['read', 'candidate', 'similar']),
  symbols: Type.String(),
  /** 0–1: probability of the symbols, less for each confusion. */
  score: Type.Number(),
});

/** A vehicle that passed a camera. Times are epoch milliseconds. */
export const PassageView = Type.Object({
  id: Type.String(),
  cameraId: Type.String(),
  cameraName: Type.String(),
  place: Type.String(),
  at: Type.Number(),
  className: Type.String(),
  lane: nullable(Type.String()),
  direction: nullable(Type.String()),
  colour: nullable(Type.String()),
  /** Null when it was not read; `unread` then says why. */
  plate: nullable(
    Type.Object({
      text: Type.String(),
      confidence: Type.Number(),
      characters: Type.Array(Type.Object({ symbol: Type.String(), confidence: Type.Number() })),
      grade: literals(['evidence', 'needs-human-reading']),
      doubts: Type.Array(Type.String()),
    }),
  ),
  unread: nullable(Type.String()),
  candidates: Type.Array(Type.Object({ text: Type.String(), probability: Type.Number() })),
  /** No kept passage of this plate at this camera was older when it came in. */
  firstHere: Type.Boolean(),
  vehicleUrl: nullable(Type.String()),
  plateUrl: nullable(Type.String()),
  fit: nullable(PassageFit),
  /** Lists that the reading stands on now. */
  lists: Type.Array(Type.Object({ list: literals(WATCH_LISTS), reason: Type.String() })),
});
export type PassageView = Static<typeof PassageView>;
export const PassageList = Type.Object({ passages: Type.Array(PassageView), nextCursor: nullable(Type.String()) });
export type PassageList = Static<typeof PassageList>;

/** `POST /api/passages/feed`: every passage once, in the order in which they were kept. */
export const PassageFeedRequest = Type.Object(
  {
    purpose: Purpose,
    after: Type.Optional(Type.Number({ description: 'Where to begin, epoch ms, without a cursor; default now.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Default 50.' })),
    cursor: Type.Optional(Type.String({ maxLength: 64, description: '`nextCursor` of the answer before.' })),
  },
  { additionalProperties: false },
);
export type PassageFeedRequest = Static<typeof PassageFeedRequest>;
const Score = Type.Number({ description: '0–1' });
/** In the shape of Plate Recognizer's webhook; what that has no place for stands under `watchpost`. */
export const RecognitionEvent = Type.Object({
  hook: Type.Object({
    target: Type.String(),
    id: Type.String(),
    event: Type.Literal('recognition'),
    filename: nullable(Type.String()),
  }),
  data: Type.Object({
    camera_id: Type.String(),
    filename: nullable(Type.String()),
    timestamp: Type.String(),
    timestamp_local: Type.String(),
    results: Type.Array(
      Type.Object({
        plate: Type.String(),
        score: Score,
        candidates: Type.Array(Type.Object({ plate: Type.String(), score: Score })),
        region: Type.Object({ code: Type.String(), score: Score }),
        vehicle: Type.Object({ type: Type.String() }),
        watchpost: Type.Object({
          text: Type.String(),
          kind: nullable(Type.String()),
          grade: literals(['evidence', 'needs-human-reading']),
          doubts: Type.Array(Type.String()),
          colour: nullable(Type.String()),
          framesUsed: Type.Integer(),
        }),
      }),
    ),
    watchpost: Type.Object({
      passage_id: Type.String(),
      lane: nullable(Type.String()),
      direction: nullable(Type.String()),
      unread: nullable(Type.String()),
    }),
  }),
});
export type RecognitionEvent = Static<typeof RecognitionEvent>;
/** An empty answer has a cursor too: ask again with it. */
export const PassageFeed = Type.Object({ events: Type.Array(RecognitionEvent), nextCursor: Type.String() });
export type PassageFeed = Static<typeof PassageFeed>;

/** `POST /api/passages/trace`: where a plate was, oldest first. */
export const TraceRequest = Type.Object({ purpose: Purpose, plate: Plate, ...Span }, { additionalProperties: false });
export type TraceRequest = Static<typeof TraceRequest>;
export const TraceLeg = Type.Object({
  durationMs: Type.Number(),
  /** As the crow flies. */
  distanceM: nullable(Type.Number()),
  speedKmh: nullable(Type.Number()),
  /** `false`: no vehicle drives like that; a reading is wrong or the plate exists twice. */
  plausible: nullable(Type.Boolean()),
});
export const Trace = Type.Object({
  symbols: Type.String(),
  passages: Type.Array(PassageView),
  /** From each passage to the next. */
  legs: Type.Array(TraceLeg),
  cameras: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      location: nullable(Type.Object({ latitude: Type.Number(), longitude: Type.Number() })),
    }),
  ),
  /** Older passages than these exist. */
  truncated: Type.Boolean(),
});
export type Trace = Static<typeof Trace>;

export const WatchEntry = Type.Object({
  id: Type.String(),
  list: literals(WATCH_LISTS),
  plate: Type.String(),
  reason: Type.String(),
  owner: Type.String(),
  createdAt: Type.Number(),
  expiresAt: Type.Number(),
});
export type WatchEntry = Static<typeof WatchEntry>;
/** `GET /api/watch-list`: entries that hold now. */
export const WatchEntryList = Type.Object({ entries: Type.Array(WatchEntry) });
export type WatchEntryList = Static<typeof WatchEntryList>;
/** `POST /api/watch-list` */
export const NewWatchEntry = Type.Object(
  {
    list: literals(WATCH_LISTS),
    plate: Plate,
    reason: Type.String({ minLength: 5, maxLength: 300 }),
    expiresAt: Type.Number({ description: 'Epoch ms, at most two years from now.' }),
  },
  { additionalProperties: false },
);
export type NewWatchEntry = Static<typeof NewWatchEntry>;

/** `GET /api/watch-list/hits`, newest first. */
export const WatchHit = Type.Object({
  id: Type.String(),
  list: literals(WATCH_LISTS),
  reason: Type.String(),
  /** The entry's plate, as it was typed. */
  wanted: Type.String(),
  /** What was read, or may have been. */
  plate: Type.String(),
  probability: Type.Number(),
  passageId: Type.String(),
  /** Picture of the plate; null once the passage has expired. */
  plateUrl: nullable(Type.String()),
  cameraId: Type.String(),
  cameraName: Type.String(),
  at: Type.Number(),
  foundAt: Type.Number(),
  seenBy: nullable(Type.String()),
  seenAt: nullable(Type.Number()),
});
export type WatchHit = Static<typeof WatchHit>;
export const WatchHitList = Type.Object({ hits: Type.Array(WatchHit) });
export type WatchHitList = Static<typeof WatchHitList>;

/** Server-sent event `watch`: a passage fitted an entry of a list that alerts. */
export const WatchAlert = Type.Object({
  hitId: Type.String(),
  passageId: Type.String(),
  cameraId: Type.String(),
  list: literals(WATCH_LISTS),
  plate: Type.String(),
  at: Type.Number(),
});
export type WatchAlert = Static<typeof WatchAlert>;
