import { describe, expect, test } from 'vitest';
import type { RiderGroup } from '../rules/rider-groups.ts';
import type { Track } from '../track.ts';
import { chooseRiders, cropOf, type LookedAt } from './choose-riders.ts';

const track = (id: number, className: string, x: number, height: number): Track => ({
  id,
  className,
  state: 'confirmed',
  box: { x1: x, y1: 500 - height, x2: x + height / 2, y2: 500 },
  score: 0.8,
  observed: true,
  velocity: { x: 0, y: 0 },
  firstPtsMs: 0,
  lastObservedPtsMs: 0,
});
const group = (id: number, riderHeight = 100): RiderGroup => ({
  vehicle: track(id, 'motorcycle', id * 100, 80),
  riders: [track(100 + id, 'person', id * 100, riderHeight)],
});
/** Ids of the vehicles chosen, frame by frame. */
const turns = (groups: readonly RiderGroup[], frames: number, maxCrops: number): number[][] => {
  let lookedAt: LookedAt = new Map();
  return Array.from({ length: frames }, (_, frame) => {
    const step = chooseRiders(groups, lookedAt, frame * 200, { maxCrops, scale: 1 });
    lookedAt = step.lookedAt;
    return step.chosen.map(({ vehicle }) => vehicle.id);
  });
};

describe('whose heads are looked at', () => {
  test('never more than the budget', () => {
    expect(
      turns(
        [1, 2, 3, 4, 5].map((id) => group(id)),
        4,
        2,
      ).every((chosen) => chosen.length === 2),
    ).toBe(true);
  });

  test('with more motorcycles than crops every one gets its turn', () => {
    expect(
      new Set(
        turns(
          [1, 2, 3, 4, 5].map((id) => group(id)),
          3,
          2,
        ).flat(),
      ),
    ).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  test('near ones are looked at more often than far ones', () => {
    const counts = new Map<number, number>();
    for (const id of turns([group(1, 60), group(2, 240), group(3, 60)], 30, 1).flat())
      counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(counts.get(2)!).toBeGreaterThan(counts.get(1)!);
    expect(counts.get(1)!).toBeGreaterThan(3);
  });

  test('a motorcycle that has just come is looked at before one that was seen a moment ago', () => {
    const { lookedAt } = chooseRiders([group(1)], new Map(), 0, { maxCrops: 1, scale: 1 });
    const { chosen } = chooseRiders([group(1), group(2)], lookedAt, 200, { maxCrops: 1, scale: 1 });
    expect(chosen.map(({ vehicle }) => vehicle.id)).toEqual([2]);
  });

  test('riders whose heads are a few pixels, and machines without riders, cost nothing', () => {
    const parked: RiderGroup = { vehicle: track(3, 'motorcycle', 300, 80), riders: [] };
    expect(turns([group(1, 40), parked], 1, 4)).toEqual([[]]);
    expect(chooseRiders([group(1, 80)], new Map(), 0, { maxCrops: 4, scale: 0.5 }).chosen).toEqual([]);
  });

  test('the crop holds the machine and all its riders', () => {
    const [riding, other] = [group(1), group(2, 140)];
    const box = cropOf({ vehicle: riding.vehicle, riders: [...riding.riders, ...other.riders] });
    expect(box.x1).toBeLessThan(100);
    expect(box.y1).toBeLessThan(360);
    expect(box.x2).toBeGreaterThan(270);
    expect(box.y2).toBe(500);
  });
});
