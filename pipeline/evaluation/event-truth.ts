import { type Static, Type } from '@sinclair/typebox';
import { parseJsonAs } from './check-input.ts';

const Numbers4 = Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]);
const Range = Type.Tuple([Type.Number(), Type.Number()], { description: '[least, most] that is right' });
const ByClass = Type.Record(Type.String(), Range);

/** Where something is at a time: seconds, box `[x1, y1, x2, y2]` in fractions of the frame. */
const TimedBox = Type.Object({ t: Type.Number(), box: Numbers4 });
export type TimedBox = Static<typeof TimedBox>;

const Span = { from: Type.Number(), to: Type.Number() };

const TrueEvent = Type.Object({
  rule: Type.String(),
  ...Span,
  certainty: Type.Union([Type.Literal('sure'), Type.Literal('likely')]),
  /** A sound program may call it either way. */
  optional: Type.Optional(Type.Boolean()),
  /** Instant of the act itself, e.g. of crossing the stop line. */
  at: Type.Optional(Type.Number()),
  who: Type.Optional(Type.Object({ boxes: Type.Optional(Type.Array(TimedBox)) })),
});
export type TrueEvent = Static<typeof TrueEvent>;

const Unclear = Type.Object({ rule: Type.String(), ...Span, boxes: Type.Optional(Type.Array(TimedBox)) });

const NotEvent = Type.Object({
  what: Type.String(),
  ...Span,
  must_not_report: Type.Array(Type.String()),
  boxes: Type.Optional(Type.Array(TimedBox)),
});

const Crossing = Type.Object({ t: Type.Number(), class: Type.String(), direction: Type.String() });

const LineTruth = Type.Object({
  in: Type.Optional(ByClass),
  out: Type.Optional(ByClass),
  total_vehicles_in: Type.Optional(Range),
  crossings: Type.Optional(Type.Array(Crossing)),
  time_accuracy_s: Type.Optional(Type.Number()),
});
export type LineTruth = Static<typeof LineTruth>;

/** What happens in one clip. Seconds from the first frame. */
const EventTruth = Type.Object({
  seconds: Type.Optional(Type.Number()),
  events: Type.Array(TrueEvent),
  unclear: Type.Optional(Type.Array(Unclear)),
  not_events: Type.Optional(Type.Array(NotEvent)),
  /** By counting line; other entries are notes. */
  counts: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  geometry: Type.Optional(
    Type.Object({ counting_lines: Type.Optional(Type.Array(Type.Object({ id: Type.String() }))) }),
  ),
});

export type EventTruth = {
  readonly seconds: number | null;
  readonly events: readonly TrueEvent[];
  readonly unclear: readonly Static<typeof Unclear>[];
  readonly notEvents: readonly Static<typeof NotEvent>[];
  readonly lines: ReadonlyMap<string, LineTruth>;
};

/** @throws WatchpostError INPUT_UNREADABLE naming the file and the place in it */
export const parseEventTruth = (text: string, name: string): EventTruth => {
  const { seconds, events, unclear, not_events, counts = {}, geometry } = parseJsonAs(EventTruth, text, name);
  const lines = new Map<string, LineTruth>();
  for (const { id } of geometry?.counting_lines ?? []) {
    const line = counts[id];
    if (line !== undefined) lines.set(id, parseJsonAs(LineTruth, JSON.stringify(line), `${name}: counts: ${id}`));
  }
  return { seconds: seconds ?? null, events, unclear: unclear ?? [], notEvents: not_events ?? [], lines };
};
