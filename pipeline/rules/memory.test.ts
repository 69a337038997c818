import { describe, expect, test } from 'vitest';
import { withThings } from '../../test/drawn-still.ts';
import { type DrawnTrack, filmed, FRAME, person } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { RuleMatch } from '../event.ts';
import type { TrackedFrame } from '../track.ts';
import { toZones } from '../zone.ts';
import type { CameraMemory } from './memory.ts';
import type { RuleConfig } from './rule-config.ts';
import { RuleSet } from './rule-set.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SQUARE = [[0.1, 0.3], [0.9, 0.3], [0.9, 0.9], [0.1, 0.9]] as const; // prettier-ignore
const WIDER = [[0.1, 0.3], [0.95, 0.3], [0.95, 0.9], [0.1, 0.9]] as const; // prettier-ignore

/** One session of a camera, after which its memory is written down and read again. */
const session = (
  config: RuleConfig,
  frames: readonly TrackedFrame[],
  memory: CameraMemory | null = null,
  corners: Parameters<typeof toZones>[0][string] = SQUARE.map(([x, y]) => [x, y]),
) => {
  const context = { zones: toZones({ square: corners }), lines: new Map(), frameSize: FRAME, timeZone: 'UTC' };
  const rules = new RuleSet([config], context, memory);
  const found = frames.flatMap((frame) => rules.step(frame).map(({ match }) => match));
  const text = JSON.stringify(rules.memory());
  return { found, text, memory: JSON.parse(text) as CameraMemory };
};
const value = (match: RuleMatch | undefined, name: string): number | undefined =>
  match?.decision.measurements.find((measurement) => measurement.name === name)?.value;

/** Goods that stand from the first minute of a session on, for 14 minutes; the day's session begins at 8:00. */
const goodsOn = (day: number): readonly TrackedFrame[] =>
  withThings(filmed([], { fps: 0.5, untilMs: 20 * MINUTE, anchorAt: day * DAY + 8 * HOUR }), 'square', [
    { id: 1, box: { x1: 0.5, y1: 0.44, x2: 0.58, y2: 0.5 }, fromMs: MINUTE, toMs: 15 * MINUTE },
  ]);
const encroachment = ruleConfig({ kind: 'encroachment', zone: 'square' });

const people = (count: number): readonly DrawnTrack[] =>
  Array.from({ length: count }, (_, index) => person(index + 1).at(0, 200 + index * 45, 500).standsUntil(HOUR / 2)); // prettier-ignore
const crowdOn = (day: number, hour: number, count: number): readonly TrackedFrame[] =>
  filmed(people(count), { fps: 0.5, untilMs: HOUR / 2, anchorAt: day * DAY + hour * HOUR });
const crowding = ruleConfig({ kind: 'crowding', zone: 'square', raiseCount: 6, raiseRatio: 2, quietMs: 0 });

describe('what rules have learnt, from session to session', () => {
  test('a spot that was taken on two days before is known on the third', () => {
    const first = session(encroachment, goodsOn(1));
    const second = session(encroachment, goodsOn(2), first.memory);
    const third = session(encroachment, goodsOn(3), second.memory);
    expect([first, second, third].map(({ found }) => value(found[0], 'recurrence'))).toEqual([0, 1, 2]);
    expect(value(third.found[0], 'sinceLast')).toBeCloseTo(23.77, 1);
  });

  test('goods that still stand when the session ends have stood there', () => {
    const cut = goodsOn(1).filter(({ ptsMs }) => ptsMs < 14 * MINUTE);
    const second = session(encroachment, goodsOn(2), session(encroachment, cut).memory);
    expect(value(second.found[0], 'recurrence')).toBe(1);
  });

  test('what lies further back than `recurDays` is forgotten', () => {
    const first = session(encroachment, goodsOn(1));
    const later = session(encroachment, goodsOn(9), first.memory);
    expect(value(later.found[0], 'recurrence')).toBe(0);
    expect(later.text).not.toContain(`"day":1,`);
  });

  test('the usual count of an hour is known after a reconnect', () => {
    const known = session(crowding, crowdOn(2, 9, 2), session(crowding, crowdOn(1, 9, 2)).memory);
    // What four times the usual two are is judged on the third day.
    const [match] = session(crowding, crowdOn(3, 9, 8), known.memory).found;
    expect(value(match, 'usualCount')).toBe(2);
    expect(value(match, 'timesUsual')).toBe(4);
  });

  test('a reconnect in the middle of an hour loses nothing of it', () => {
    const half = (fromMs: number, toMs: number): readonly TrackedFrame[] =>
      crowdOn(1, 9, 2).filter(({ ptsMs }) => ptsMs >= fromMs && ptsMs < toMs);
    // Seven minutes are too few to say what is usual, twice seven are not.
    const first = session(crowding, half(0, 7 * MINUTE));
    const second = session(crowding, half(7 * MINUTE, 14 * MINUTE), first.memory);
    const usual = (memory: CameraMemory) => value(session(crowding, crowdOn(2, 9, 8), memory).found[0], 'usualCount');
    expect(usual(first.memory)).toBeUndefined();
    expect(usual(second.memory)).toBe(2);
  });

  test('another zone, and data of another shape, are learnt anew', () => {
    const { memory } = session(encroachment, goodsOn(1));
    const wider = WIDER.map(([x, y]): [number, number] => [x, y]);
    expect(value(session(encroachment, goodsOn(2), memory, wider).found[0], 'recurrence')).toBe(0);
    const { key } = memory.rules[encroachment.id]!;
    const broken: CameraMemory = { version: 1, rules: { [encroachment.id]: { key, learnt: [{ day: 'one' }] } } };
    expect(value(session(encroachment, goodsOn(2), broken).found[0], 'recurrence')).toBe(0);
  });

  test('it stays small: a month of thirty days with three hundred spots each is under half a megabyte', () => {
    const past = Array.from({ length: 9_000 }, (_, index) => ({
      box: { x1: 0.1234, y1: 0.1234, x2: 0.2345, y2: 0.2345 },
      day: 30 + Math.floor(index / 300),
      fromAt: (30 + index / 300) * DAY,
      toAt: (30 + index / 300) * DAY + HOUR,
    }));
    const month = ruleConfig({ kind: 'encroachment', zone: 'square', recurDays: 31 });
    const { key } = session(month, goodsOn(1)).memory.rules[month.id]!;
    const { text } = session(month, goodsOn(59), { version: 1, rules: { [month.id]: { key, learnt: past } } });
    expect(text.length).toBeLessThan(500_000);
  });
});
