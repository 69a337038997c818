import { expect, test } from 'vitest';
import { diffEvents } from './event-diff.ts';
import type { Report } from './event-reports.ts';

const event = (kind: string, startPtsMs: number, trackId: number, more: Partial<Report> = {}): Report => ({
  id: `${kind}-${String(startPtsMs)}-${String(trackId)}`,
  kind,
  startPtsMs,
  triggerPtsMs: startPtsMs + 1_000,
  endPtsMs: startPtsMs + 1_000,
  subjects: [{ trackId, sightings: [] }],
  decision: { ruleId: kind, facts: {} },
  ...more,
});

test('the same events differ in nothing', () => {
  const events = [event('wrong_way', 1_000, 1), event('wrong_lane', 1_000, 1), event('line_count', 2_000, 2)];
  const { gone, added, moved, kinds } = diffEvents(events, events.toReversed());
  expect({ gone, added, moved }).toEqual({ gone: [], added: [], moved: [] });
  expect(kinds.map(({ both }) => both)).toEqual([1, 1, 1]);
});

test('an act that one rule set does not report is gone, one that it adds is added', () => {
  const { gone, added } = diffEvents(
    [event('wrong_way', 1_000, 1), event('wrong_way', 8_000, 2)],
    [event('wrong_way', 1_000, 1), event('wrong_way', 9_000, 3)],
  );
  expect(gone).toMatchObject([{ startPtsMs: 8_000, trackIds: [2] }]);
  expect(added).toMatchObject([{ startPtsMs: 9_000, trackIds: [3] }]);
});

test('another threshold moves an act: it is told as moved, with how far', () => {
  const { gone, added, moved } = diffEvents(
    [event('wrong_way', 1_000, 1)],
    [event('wrong_way', 1_200, 1, { triggerPtsMs: 3_000, endPtsMs: 3_000 })],
  );
  expect([...gone, ...added]).toEqual([]);
  expect(moved).toMatchObject([{ startMovedMs: 200, triggerMovedMs: 1_000 }]);
});

test('a renamed rule is the same rule, the same vehicle an hour later is another act', () => {
  const renamed = event('wrong_way', 1_000, 1, { decision: { ruleId: 'other', facts: {} } });
  expect(diffEvents([event('wrong_way', 1_000, 1)], [renamed]).kinds).toEqual([
    { kind: 'wrong_way', both: 1, gone: 0, added: 0 },
  ]);
  expect(diffEvents([event('wrong_way', 1_000, 1)], [event('wrong_way', 3_601_000, 1)]).kinds).toEqual([
    { kind: 'wrong_way', both: 0, gone: 1, added: 1 },
  ]);
});
