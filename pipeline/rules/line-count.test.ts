import { describe, expect, test } from 'vitest';
import {
  bicycle,
  car,
  DrawnTrack,
  filmed,
  FRAME,
  motorcycle,
  person,
  random,
  replay,
  type Sampling,
  truck,
} from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { LineCountRule } from './line-count.ts';

// From left to right at half height: going down the picture is `in`.
const line = { id: 'gate', a: { x: 0.2, y: 0.5 }, b: { x: 0.8, y: 0.5 } };
const rule = (extra: Record<string, unknown> = {}): LineCountRule =>
  new LineCountRule(ruleConfig({ kind: 'line_count', line: 'gate', ...extra }), line, FRAME);

const count = (things: readonly DrawnTrack[], sampling: Partial<Sampling> = {}, extra = {}) =>
  replay(rule(extra), filmed(things, { fps: 10, untilMs: 10_000, ...sampling })).map(({ decision, triggerPtsMs }) => ({
    class: decision.facts['class'],
    direction: decision.facts['direction'],
    at: triggerPtsMs,
  }));

/** Down the picture, over the line at 2,000 ms. */
const drivesDown = (id = 1) => car(id).at(0, 500, 300).at(4_000, 500, 700);

describe('counting line', () => {
  test('a car that crosses is counted once, at the instant its wheels meet the line', () => {
    expect(count([drivesDown()])).toEqual([{ class: 'car', direction: 'in', at: 2_000 }]);
  });

  test('the other way counts out', () => {
    expect(count([car(1).at(0, 500, 700).at(4_000, 500, 300)])).toEqual([
      { class: 'car', direction: 'out', at: 2_000 },
    ]);
  });

  test('only the wanted directions and classes are reported', () => {
    expect(count([drivesDown()], {}, { directions: ['out'] })).toEqual([]);
    expect(count([drivesDown()], {}, { classes: ['truck'] })).toEqual([]);
  });

  test('a car waiting on the line for a minute is counted once', () => {
    const waits = car(1).at(0, 500, 300).at(2_000, 500, 503).standsUntil(60_000).at(62_000, 500, 700);
    expect(count([waits], { untilMs: 63_000, jitterPx: 5 })).toHaveLength(1);
  });

  test('a box that flickers over the line is counted once and never in the opposite direction', () => {
    const creeps = truck(1).at(0, 500, 460).at(20_000, 500, 540);
    const counted = count([creeps], { untilMs: 20_000, jitterPx: 8 });
    expect(counted.map(({ direction }) => direction)).toEqual(['in']);
  });

  test('shunting back and forth over the line is one passage', () => {
    const shunts = car(1)
      .at(0, 500, 300)
      .at(2_000, 500, 530)
      .at(3_000, 500, 470)
      .at(4_000, 500, 530)
      .at(5_000, 500, 475);
    expect(count([shunts.at(7_000, 500, 800)])).toHaveLength(1);
  });

  test('a car that turns round and comes back is counted in and out', () => {
    const returns = car(1).at(0, 500, 300).at(3_000, 500, 700).at(6_000, 500, 300);
    expect(count([returns]).map(({ direction }) => direction)).toEqual(['in', 'out']);
  });

  test('a motorcycle that skips from one side to the other between two frames is counted', () => {
    const fast = motorcycle(1).at(0, 500, 0).at(1_000, 500, 1_000);
    expect(count([fast], { fps: 3, untilMs: 1_000 })).toMatchObject([{ direction: 'in', at: 500 }]);
  });

  test('a car hidden while it crosses is counted at the interpolated instant', () => {
    expect(count([drivesDown().hidden(1_500, 2_500)])).toEqual([{ class: 'car', direction: 'in', at: 2_000 }]);
  });

  test('a track born beyond the line is not counted', () => {
    expect(count([car(1).at(0, 500, 520).at(4_000, 500, 900)])).toEqual([]);
  });

  test('passing beside the end of the line is not counted', () => {
    expect(count([car(1).at(0, 900, 300).at(4_000, 900, 700)])).toEqual([]);
  });

  test('a thing whose track is never confirmed is not counted', () => {
    expect(count([drivesDown().neverConfirmed()])).toEqual([]);
  });

  test('a crossing before the track is confirmed is counted when it is', () => {
    const quick = motorcycle(1).at(0, 500, 450).at(1_000, 500, 850);
    expect(count([quick], { fps: 25, untilMs: 1_000 })).toMatchObject([{ direction: 'in', at: 125 }]);
  });

  test('a new id in the middle of the crossing neither loses nor doubles it', () => {
    expect(count([drivesDown().renamed(1_950, 7)])).toHaveLength(1);
    expect(count([drivesDown().renamed(2_150, 7)])).toHaveLength(1);
    expect(count([drivesDown().renamed(2_900, 7)])).toHaveLength(1);
  });

  test('an id that jumps to another car on the far side is not a crossing', () => {
    const leaves = car(1).at(0, 300, 300).at(1_000, 300, 400);
    const other = car(1).at(1_100, 700, 800).at(3_000, 700, 900);
    expect(count([leaves, other])).toEqual([]);
  });

  test('a track that comes back on another car beyond the line, and drives back, counts only that one', () => {
    const lost = car(1).at(0, 500, 300).at(1_000, 500, 400);
    const other = car(1).at(2_000, 500, 540).at(4_000, 500, 300);
    expect(count([lost, other]).map(({ direction }) => direction)).toEqual(['out']);
  });

  test('things that share the id "not tracked" are not counted', () => {
    const untracked = (x: number) => car(-1).at(0, x, 300).at(4_000, x, 700);
    expect(count([untracked(300), untracked(500), untracked(700)])).toEqual([]);
  });

  test('several cars abreast are counted each', () => {
    const abreast = [250, 450, 650].map((x, index) =>
      car(index + 1)
        .at(0, x, 300)
        .at(4_000, x, 700),
    );
    expect(count(abreast)).toHaveLength(3);
  });

  test('a rider is not counted again as a pedestrian', () => {
    const bike = motorcycle(1).at(0, 500, 300).at(4_000, 500, 700);
    const rider = person(2).at(0, 500, 285).at(4_000, 500, 685);
    expect(count([bike, rider]).map((counted) => counted.class)).toEqual(['motorcycle']);
  });

  test('what crossed is told by looks up to half a second after it', () => {
    const before = motorcycle(1).at(1_000, 500, 400).at(1_700, 500, 470);
    const after = bicycle(1).at(1_710, 500, 471).at(4_000, 500, 700);
    expect(count([before, after])).toEqual([{ class: 'bicycle', direction: 'in', at: 2_000 }]);
  });

  test('of one thing followed as a car and as a motorcycle the surer name is told first', () => {
    const named = (id: number, className: string, score: number) =>
      new DrawnTrack(id, className, [60, 80], score).at(0, 500, 300).at(4_000, 500, 700);
    const told = count([named(1, 'car', 0.6), named(2, 'motorcycle', 0.9)]);
    expect(told.map((counted) => counted.class)).toEqual(['motorcycle', 'car']);
  });

  test('a crossing that its track does not outlive for so long is counted all the same', () => {
    expect(count([car(1).at(0, 500, 300).at(2_200, 500, 520)], { untilMs: 2_200 })).toHaveLength(1);
    expect(count([car(1).at(0, 500, 300).at(2_200, 500, 520)])).toHaveLength(1);
  });

  test('the centre of the box can be the point that crosses', () => {
    // The box is 60 px high, so its centre is over the line 30 px, or 300 ms, after its lower edge.
    expect(count([drivesDown()], {}, { anchor: 'centre' })).toMatchObject([{ at: 2_300 }]);
  });

  test('sightings lie before, at and after the crossing', () => {
    const [match] = replay(rule(), filmed([drivesDown()], { fps: 10, untilMs: 4_000 }));
    const times = match!.subjects[0]!.sightings.map(({ ptsMs }) => ptsMs);
    expect(times[0]).toBe(1_500);
    expect(times[1]).toBe(2_000);
    expect(match!.subjects[0]!.sightings[1]!.box.y2).toBeCloseTo(0.5, 4);
  });

  test('from 3 to 30 frames a second, with frames missing, counts are the same and instants agree', () => {
    const next = random(7);
    for (let round = 0; round < 40; round++) {
      const things = Array.from({ length: 6 }, (_, index) => {
        const down = next() < 0.5;
        const start = next() * 3_000;
        const speed = 80 + next() * 400;
        const x = 260 + next() * 480;
        // Far enough on both sides that no run of dropped frames hides one of them.
        const [from, to] = down ? [0, 1_000] : [1_000, 0];
        return car(index + 1)
          .at(start, x, from)
          .at(start + (1_000 / speed) * 1000, x, to);
      });
      const reference = count(things, { fps: 30, untilMs: 16_000 });
      expect(reference).toHaveLength(6);
      for (const fps of [3, 5, 8, 12.5, 25]) {
        const seen = count(things, { fps, untilMs: 16_000, dropped: fps < 5 ? 0 : 0.2, seed: round + 1 });
        const byTime = (list: typeof seen) => [...list].sort((a, b) => a.at - b.at);
        expect(byTime(seen).map(({ direction }) => direction)).toEqual(
          byTime(reference).map(({ direction }) => direction),
        );
        byTime(seen).forEach(({ at }, index) => {
          expect(Math.abs(at - byTime(reference)[index]!.at)).toBeLessThanOrEqual(1000 / fps);
        });
      }
    }
  });
});
