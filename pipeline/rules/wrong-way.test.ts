import { describe, expect, test } from 'vitest';
import {
  car,
  DrawnTrack,
  filmed,
  FRAME,
  motorcycle,
  person,
  random,
  replay,
  type Sampling,
} from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { WrongWayRule } from './wrong-way.ts';

const lane = {
  id: 'lane',
  corners: [
    { x: 0.4, y: 0 },
    { x: 0.6, y: 0 },
    { x: 0.6, y: 1 },
    { x: 0.4, y: 1 },
  ],
};
/** The legal direction is up the picture. */
const rule = (extra: Record<string, unknown> = {}): WrongWayRule =>
  new WrongWayRule(ruleConfig({ kind: 'wrong_way', zone: 'lane', heading: [0, -1], ...extra }), lane, FRAME);
const matches = (things: readonly DrawnTrack[], sampling: Partial<Sampling> = {}) =>
  replay(rule(), filmed(things, { fps: 10, untilMs: 12_000, ...sampling }));

/** Down the picture at 100 px a second: against the legal direction. */
const ghost = (id = 1) => motorcycle(id).at(0, 500, 200).at(6_000, 500, 800);

describe('wrong way', () => {
  test('a motorcycle against the legal direction is reported once, with what was measured', () => {
    const found = matches([ghost()]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ startPtsMs: 0, triggerPtsMs: 1_000 });
    expect(found[0]!.decision.measurements[0]).toEqual({
      name: 'headingDifference',
      value: 180,
      unit: '°',
      threshold: 120,
      comparison: '>=',
    });
    expect(found[0]!.subjects).toMatchObject([{ trackId: 1, className: 'motorcycle', role: 'offender' }]);
  });

  test('legal traffic, traffic across the lane and traffic beside it are silent', () => {
    const legal = car(1).at(0, 500, 900).at(5_000, 500, 100);
    const across = car(2).at(0, 300, 500).at(5_000, 700, 500);
    const beside = car(3).at(0, 800, 100).at(5_000, 800, 900);
    expect(matches([legal, across, beside])).toEqual([]);
  });

  test('standing and trembling is silent', () => {
    expect(matches([motorcycle(1).at(0, 500, 500).standsUntil(12_000)], { jitterPx: 6 })).toEqual([]);
  });

  test('reversing to park is silent', () => {
    const parks = car(1).at(0, 500, 400).standsUntil(2_000).at(4_000, 500, 470).standsUntil(12_000);
    expect(matches([parks])).toEqual([]);
  });

  test('a U-turn is reported from the turning point on', () => {
    const turns = motorcycle(1).at(0, 450, 700).at(3_000, 500, 400).at(6_000, 550, 700);
    const [match] = matches([turns]);
    expect(match!.startPtsMs).toBe(3_000);
    expect(match!.triggerPtsMs).toBeGreaterThanOrEqual(4_000);
    expect(match!.triggerPtsMs).toBeLessThanOrEqual(4_600);
  });

  test('a pedestrian is not a vehicle', () => {
    expect(matches([person(1).at(0, 500, 200).at(6_000, 500, 800)])).toEqual([]);
  });

  test('an unconfirmed track never triggers', () => {
    expect(matches([ghost().neverConfirmed()])).toEqual([]);
  });

  test('half a second behind a tree does not end the act', () => {
    expect(matches([ghost().hidden(600, 1_050)])).toMatchObject([{ startPtsMs: 0 }]);
  });

  test('three glimpses in a second of absence are no proof', () => {
    const glimpsed = ghost()
      .hidden(50, 350)
      .hidden(450, 950)
      .hidden(1_050, 1_550)
      .hidden(1_650, 2_150)
      .hidden(2_250, 9_000);
    expect(matches([glimpsed])).toEqual([]);
  });

  test('a box that jumps in size has become another vehicle', () => {
    // Two of a queue of legal cars seen from far: the id goes from the first, near one to the last, far one.
    const near = new DrawnTrack(1, 'car', [90, 70]).at(0, 500, 300).at(900, 500, 320);
    const far = new DrawnTrack(1, 'car', [40, 30]).at(1_000, 500, 400).at(1_400, 500, 410);
    expect(matches([near, far])).toEqual([]);
  });

  test('a new id after the report is not a second act', () => {
    expect(matches([ghost().renamed(3_000, 9)])).toHaveLength(1);
  });

  test('a new id before the report does not lose the act', () => {
    expect(matches([ghost().renamed(700, 9)])).toMatchObject([{ startPtsMs: 0 }]);
  });

  test('an id that jumps back along the lane from car to car is silent', () => {
    const hop = [0, 1, 2, 3, 4].map((index) =>
      car(1)
        .at(index * 500, 500, 150 + index * 190)
        .at(index * 500 + 400, 500, 100 + index * 190),
    );
    expect(matches(hop)).toEqual([]);
  });

  test('single false boxes far off do not bend the direction of a legal car', () => {
    const legal = car(1).at(0, 500, 900).at(5_000, 500, 100);
    const frames = filmed([legal], { fps: 10, untilMs: 5_000 }).map((frame, index) =>
      index % 5 === 4
        ? {
            ...frame,
            tracks: frame.tracks.map((track) => ({ ...track, box: { ...track.box, y2: track.box.y2 + 40 } })),
          }
        : frame,
    );
    expect(replay(rule(), frames)).toEqual([]);
  });

  test('from 3 to 30 frames a second, with frames missing, the matches are the same and times agree', () => {
    const next = random(11);
    for (let round = 0; round < 30; round++) {
      const speed = 120 + next() * 200;
      const start = next() * 1_000;
      const x = 460 + next() * 80;
      const things = [
        motorcycle(1)
          .at(start, x, 60)
          .at(start + (900 / speed) * 1000, x, 960),
        car(2).at(0, 500, 950).at(6_000, 500, 50),
      ];
      const [reference, ...others] = matches(things, { fps: 30 });
      expect(others).toEqual([]);
      for (const fps of [3, 5, 8, 12.5, 25]) {
        const found = matches(things, { fps, dropped: fps < 5 ? 0 : 0.15, seed: round + 1 });
        expect(found).toHaveLength(1);
        // A dropped frame doubles the interval in which start and trigger can be seen.
        const tolerance = (fps < 5 ? 1000 : 4000) / fps;
        expect(Math.abs(found[0]!.startPtsMs - reference!.startPtsMs)).toBeLessThanOrEqual(tolerance);
        expect(Math.abs(found[0]!.triggerPtsMs - reference!.triggerPtsMs)).toBeLessThanOrEqual(2 * tolerance);
      }
    }
  });
});
