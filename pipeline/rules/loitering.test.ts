import { describe, expect, test } from 'vitest';
import { type DrawnTrack, filmed, FRAME, motorcycle, person, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { toZones } from '../zone.ts';
import { LoiteringRule } from './loitering.ts';

const yard = toZones({ yard: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]] }).get('yard')!; // prettier-ignore
const run = (things: readonly DrawnTrack[]) =>
  replay(
    new LoiteringRule(ruleConfig({ kind: 'loitering', zone: 'yard', minDwellMs: 20_000 }), yard, FRAME),
    filmed(things, { fps: 5, untilMs: 60_000 }),
  );
const strolls = (id = 1) =>
  person(id).at(0, 100, 500).at(5_000, 300, 500).at(20_000, 600, 500).at(40_000, 400, 600).at(50_000, 700, 600);

describe('loitering', () => {
  test('somebody who stays is reported once, from entering on', () => {
    const found = run([strolls()]);
    expect(found).toHaveLength(1);
    expect(found[0]!.startPtsMs).toBe(2_500);
    expect(found[0]!.triggerPtsMs).toBe(22_500);
  });

  test('walking through is silent', () => {
    expect(run([person(1).at(0, 100, 500).at(15_000, 900, 500)])).toEqual([]);
  });

  test('a step outside is the same stay, a walk outside begins another', () => {
    const steps = person(1).at(0, 500, 500).standsUntil(15_000).at(15_500, 500, 830).at(16_000, 500, 500);
    expect(run([steps.standsUntil(25_000)])).toMatchObject([{ startPtsMs: 0 }]);
    const leaves = person(1).at(0, 500, 500).standsUntil(15_000).at(18_000, 500, 950).at(23_000, 500, 500);
    expect(run([leaves.standsUntil(35_000)])).toEqual([]);
  });

  test('a new id on the way is the same stay', () => {
    expect(run([strolls().hidden(12_000, 13_000).renamed(13_000, 5)])).toMatchObject([{ startPtsMs: 2_500 }]);
  });

  test('who comes where another just went has a stay of their own', () => {
    const goes = person(1).at(0, 500, 500).standsUntil(21_000).at(27_000, 180, 500);
    const comes = person(2).at(27_400, 170, 500).at(31_000, 400, 500).standsUntil(55_000);
    const found = run([goes, comes]);
    expect(found.map(({ subjects }) => subjects[0]!.trackId)).toEqual([1, 2]);
    expect(found[1]!.startPtsMs).toBeGreaterThan(27_400);
  });

  test('a rider on a standing motorcycle is not a loiterer', () => {
    const bike = motorcycle(1).at(0, 500, 500).standsUntil(40_000);
    expect(run([bike, person(2).at(0, 500, 490).standsUntil(40_000)])).toEqual([]);
  });
});
