import { describe, expect, test } from 'vitest';
import { DrawnTrack, filmed, FRAME, person, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { TooManyRidersRule } from './too-many-riders.ts';

/** A motorcycle that comes down the picture with people on it; ids from `id` on, the vehicle first. */
const ride = (id: number, people: number, x = 500, fromMs = 0): DrawnTrack[] => [
  new DrawnTrack(id, 'motorcycle', [60, 100]).at(fromMs, x, 200).at(fromMs + 5_000, x, 900),
  ...Array.from({ length: people }, (_, seat) =>
    new DrawnTrack(id + 1 + seat, 'person', [40, 100])
      .at(fromMs, x - 6 + 6 * seat, 165 - 14 * seat)
      .at(fromMs + 5_000, x - 6 + 6 * seat, 865 - 14 * seat),
  ),
];
const matches = (things: readonly DrawnTrack[], jitterPx = 0) =>
  replay(
    new TooManyRidersRule(ruleConfig({ kind: 'too_many_riders' }), null, FRAME),
    filmed(things, { fps: 10, untilMs: 6_000, jitterPx }),
  );

describe('too many riders', () => {
  test('three people on a motorcycle are reported once, vehicle and riders together', () => {
    const found = matches(ride(1, 3), 2);
    expect(found).toHaveLength(1);
    expect(found[0]!.subjects.map(({ trackId, role }) => [trackId, role])).toEqual([
      [1, 'offender'],
      [2, 'rider'],
      [3, 'rider'],
      [4, 'rider'],
    ]);
    expect(found[0]!.decision.measurements[0]).toMatchObject({ name: 'riders', value: 3, threshold: 2 });
  });

  test('two people are legal', () => {
    expect(matches(ride(1, 2), 2)).toEqual([]);
  });

  test('a third person in a few frames only is not the median', () => {
    const [bike, driver, pillion, third] = ride(1, 3);
    expect(matches([bike!, driver!, pillion!, third!.hidden(0, 4_000)])).toEqual([]);
  });

  test('three people sitting on a parked motorcycle do not ride', () => {
    const parked = [
      new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 500).standsUntil(6_000),
      ...[0, 1, 2].map((seat) =>
        new DrawnTrack(2 + seat, 'person', [40, 100]).at(0, 494 + 6 * seat, 465 - 14 * seat).standsUntil(6_000),
      ),
    ];
    expect(matches(parked)).toEqual([]);
  });

  test('two motorcycles with two riders each, close beside each other, keep their own riders', () => {
    expect(matches([...ride(1, 2, 500), ...ride(11, 2, 555)], 3)).toEqual([]);
  });

  test('somebody walking beside the motorcycle the other way is not on it', () => {
    const walks = person(20).at(0, 510, 800).at(5_000, 510, 300);
    expect(matches([...ride(1, 2), walks])).toEqual([]);
  });

  test('somebody far behind a machine, whose feet end above it, is not on it', () => {
    const behind = new DrawnTrack(9, 'person', [20, 50]).at(0, 500, 105).at(5_000, 500, 805);
    expect(matches([...ride(1, 2), behind], 2)).toEqual([]);
  });

  test('a rider who is boxed twice, whole and to the waist, is one', () => {
    const waist = new DrawnTrack(9, 'person', [40, 60]).at(0, 494, 125).at(5_000, 494, 825);
    expect(matches([...ride(1, 2), waist])).toEqual([]);
  });

  test('a motorcycle too small to tell people apart is left alone', () => {
    const tiny = ride(1, 3).map((thing) =>
      new DrawnTrack(1, thing.className, [20, 30]).at(0, 500, 200).at(5_000, 500, 900),
    );
    expect(matches(tiny)).toEqual([]);
  });
});
