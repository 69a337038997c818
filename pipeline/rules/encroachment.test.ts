import { describe, expect, test } from 'vitest';
import { type DrawnThing, withThings } from '../../test/drawn-still.ts';
import { car, type DrawnTrack, filmed, FRAME, person, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { RuleMatch } from '../event.ts';
import { explain } from '../explanation.ts';
import type { TrackedFrame } from '../track.ts';
import { EncroachmentRule } from './encroachment.ts';

const pavement = {
  id: 'pavement',
  corners: [
    { x: 0.1, y: 0.3 },
    { x: 0.9, y: 0.3 },
    { x: 0.9, y: 0.9 },
    { x: 0.1, y: 0.9 },
  ],
};
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const rule = (extra: Record<string, unknown> = {}): EncroachmentRule =>
  new EncroachmentRule(
    ruleConfig({ kind: 'encroachment', zone: 'pavement', ...extra }),
    pavement,
    FRAME,
    'Asia/Ho_Chi_Minh',
  );
const stall = (fromMs: number, toMs: number, id = 1, x = 0.5): DrawnThing => ({
  id,
  box: { x1: x, y1: 0.44, x2: x + 0.08, y2: 0.5 },
  fromMs,
  toMs,
});
const told = (things: readonly DrawnThing[], tracks: readonly DrawnTrack[] = [], extra = {}, untilMs = 30 * MINUTE) =>
  replay(rule(extra), withThings(filmed(tracks, { fps: 1, untilMs }), 'pavement', things));
const value = (match: RuleMatch, name: string): number | undefined =>
  match.decision.measurements.find((measurement) => measurement.name === name)?.value;

describe('encroachment', () => {
  test('goods that stand for ten minutes are told once, when the ten minutes are over', () => {
    const found = told([stall(60_000, 25 * MINUTE)]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ startPtsMs: 60_000, triggerPtsMs: 11 * MINUTE, endPtsMs: null });
    expect(found[0]!.decision.facts).toMatchObject({ what: 'goods', class: 'object' });
  });

  test('goods that go after nine minutes are none', () => {
    expect(told([stall(60_000, 10 * MINUTE - 5_000)])).toEqual([]);
  });

  test('goods that are rearranged within two minutes stand on', () => {
    const moved = [stall(60_000, 6 * MINUTE), stall(7 * MINUTE, 20 * MINUTE, 2, 0.52)];
    expect(told(moved).map(({ startPtsMs }) => startPtsMs)).toEqual([60_000]);
  });

  test('a parked car is parking, with its track; without `classes` it is nothing', () => {
    const parked = car(7)
      .at(0, 100, 500)
      .at(60_000, 540, 500)
      .standsUntil(25 * MINUTE);
    const [match, ...more] = told([stall(60_000, 25 * MINUTE)], [parked]);
    expect(more).toEqual([]);
    expect(match!.decision.facts).toMatchObject({ what: 'parking', class: 'car' });
    expect(match!.subjects[0]!.trackId).toBe(7);
    expect(told([stall(60_000, 25 * MINUTE)], [parked], { classes: [] })).toEqual([]);
  });

  test('somebody who stands there is no encroachment', () => {
    const stands = [530, 550].map((x, index) =>
      person(1 + index)
        .at(0, x, 500)
        .standsUntil(25 * MINUTE),
    );
    const oneBody = { ...stall(0, 25 * MINUTE), box: { x1: 0.52, y1: 0.455, x2: 0.54, y2: 0.5 } };
    expect(told([oneBody], stands)).toEqual([]);
  });

  test('vehicles alone can be asked for', () => {
    expect(told([stall(60_000, 25 * MINUTE)], [], { goods: false })).toEqual([]);
  });

  test('told when it is over, it has its whole length', () => {
    const [match] = told([stall(60_000, 21 * MINUTE)], [], { tell: 'over' });
    expect(match!.startPtsMs).toBe(60_000);
    expect(Math.abs(match!.endPtsMs! - 21 * MINUTE)).toBeLessThanOrEqual(3_000);
  });

  /** Three days in which a stall stands from 8:00 to 8:20 (and to 8:30 on the last); one frame every 10 s around it. */
  const days = (): readonly TrackedFrame[] =>
    [0, 1, 2].flatMap((day) =>
      Array.from({ length: 240 }, (_, index): TrackedFrame => {
        const ptsMs = day * DAY + index * 10_000;
        const things = ptsMs % DAY < 20 * MINUTE ? [{ ...stall(day * DAY, 0), id: day + 1 }] : [];
        return {
          cameraId: 'c',
          sessionId: 's',
          ptsMs,
          // 8:00 in Vietnam is 1:00 UTC.
          capturedAt: Date.UTC(2026, 10, 2, 1) + ptsMs,
          frameSize: FRAME,
          tracks: [],
          still: { pavement: things.map(({ id, box, fromMs }) => ({ id, box, sincePtsMs: fromMs, difference: 0.3 })) },
        };
      }),
    );

  test('a stall that comes back every morning is told with on how many days it stood there', () => {
    const found = replay(rule(), days());
    expect(found.map((match) => value(match, 'recurrence'))).toEqual([0, 1, 2]);
    expect(found.map((match) => value(match, 'timesBefore'))).toEqual([0, 1, 2]);
    expect(value(found[2]!, 'sinceLast')).toBeCloseTo(23.67, 1);
    expect(explain(found[2]!).vi).toContain('từng bị chiếm trong 2 ngày trước đó');
  });

  test('with a least recurrence it is told from that day on', () => {
    const found = replay(rule({ minRecurrence: 2 }), days());
    expect(found.map(({ startPtsMs }) => startPtsMs)).toEqual([2 * DAY]);
  });

  test('another spot has its own recurrence', () => {
    const elsewhere = days().map((frame) => ({
      ...frame,
      still: {
        pavement: frame.still!['pavement']!.map((thing) =>
          thing.id === 3 ? { ...thing, box: { x1: 0.2, y1: 0.6, x2: 0.28, y2: 0.66 } } : thing,
        ),
      },
    }));
    expect(replay(rule(), elsewhere).map((match) => value(match, 'recurrence'))).toEqual([0, 1, 0]);
  });
});
