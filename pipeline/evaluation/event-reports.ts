import { type Static, Type } from '@sinclair/typebox';
import { parseJsonAs } from './check-input.ts';

const FractionBox = Type.Object({ x1: Type.Number(), y1: Type.Number(), x2: Type.Number(), y2: Type.Number() });

/** The part of a `WatchEvent` that scoring looks at. */
const Report = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  startPtsMs: Type.Number(),
  triggerPtsMs: Type.Number(),
  endPtsMs: Type.Number(),
  subjects: Type.Array(
    Type.Object({
      trackId: Type.Optional(Type.Number()),
      sightings: Type.Array(Type.Object({ ptsMs: Type.Number(), box: FractionBox })),
    }),
  ),
  decision: Type.Object({ ruleId: Type.String(), facts: Type.Record(Type.String(), Type.String()) }),
});
export type Report = Static<typeof Report>;

/** Events as `toEventLine` writes them. @throws WatchpostError INPUT_UNREADABLE naming file and line */
export const parseReports = (text: string, name: string): readonly Report[] =>
  text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseJsonAs(Report, line, `${name}:${index + 1}`)]));
