import { describe, expect, test } from 'vitest';
import { DrawnStreet, type Patch, STREET } from '../../test/fixtures/drawn-street.ts';
import { type Box, iou } from '../geometry.ts';
import type { StillThing } from './still-thing.ts';
import { ZoneWatch } from './zone-watch.ts';

/** The lower half of the picture. */
const ZONE = [
  { x: 0.1, y: 0.4 },
  { x: 0.9, y: 0.4 },
  { x: 0.9, y: 0.95 },
  { x: 0.1, y: 0.95 },
];
const at = (x: number, y: number, width: number, height: number): Box => ({
  x1: x,
  y1: y,
  x2: x + width,
  y2: y + height,
});
const BAG: Patch = { box: at(150, 120, 14, 12), colour: [30, 32, 36] };
const fractions = ({ x1, y1, x2, y2 }: Box): Box => ({
  x1: x1 / STREET.width,
  y1: y1 / STREET.height,
  x2: x2 / STREET.width,
  y2: y2 / STREET.height,
});

type Scene = (ptsMs: number) => readonly Patch[];
const watch = (scene: Scene, { untilMs = 40_000, fps = 2.5, light = (): number => 1, noise = 4 } = {}) => {
  const street = new DrawnStreet(1, noise);
  const zone = new ZoneWatch(ZONE);
  const seen: { ptsMs: number; things: readonly StillThing[] }[] = [];
  for (let index = 0; (index * 1000) / fps <= untilMs; index++) {
    const ptsMs = (index * 1000) / fps;
    const things = zone.read(street.frame({ patches: scene(ptsMs), light: light() }), ptsMs);
    seen.push({ ptsMs, things });
  }
  return seen;
};
const between =
  (fromMs: number, toMs: number, patch: Patch): Scene =>
  (ptsMs) =>
    ptsMs >= fromMs && ptsMs < toMs ? [patch] : [];
/** A person who walks through the zone, in front of whatever stands there. */
const walker = (ptsMs: number, fromMs: number): readonly Patch[] => {
  const x = 20 + ((ptsMs - fromMs) / 1000) * 60;
  return ptsMs >= fromMs && x < 300 ? [{ box: at(x, 95, 18, 45), colour: [170, 60, 50] }] : [];
};

describe('what is put into a zone and stands there', () => {
  test('a bag is found where it lies, from the moment it lay there', () => {
    const seen = watch(between(15_000, 60_000, BAG));
    const first = seen.find(({ things }) => things.length > 0)!;
    expect(first.ptsMs).toBeGreaterThanOrEqual(18_000);
    expect(first.ptsMs).toBeLessThanOrEqual(18_800);
    const [thing] = seen.at(-1)!.things;
    expect(Math.abs(thing!.sincePtsMs - 15_000)).toBeLessThanOrEqual(400);
    expect(iou(thing!.box, fractions(BAG.box))).toBeGreaterThan(0.5);
    expect(new Set(seen.flatMap(({ things }) => things.map(({ id }) => id)))).toEqual(new Set([1]));
  });

  test('at 5, 10 and 25 frames a second it lies there since the same moment', () => {
    const since = [5, 10, 25].map(
      (fps) => watch(between(13_000, 60_000, BAG), { fps, untilMs: 18_000 }).at(-1)!.things[0]!.sincePtsMs,
    );
    expect(Math.max(...since) - Math.min(...since)).toBeLessThanOrEqual(1);
  });

  test('when it is taken away it is gone within four seconds', () => {
    const seen = watch(between(15_000, 25_000, BAG));
    expect(seen.findLast(({ things }) => things.length > 0)!.ptsMs).toBeLessThanOrEqual(29_000);
  });

  test('people who pass before it neither hide it nor make it a new one', () => {
    const seen = watch((ptsMs) => [
      ...between(15_000, 60_000, BAG)(ptsMs),
      ...[20_000, 23_000, 26_000, 29_000].flatMap((fromMs) => walker(ptsMs, fromMs)),
    ]);
    const ids = seen.filter(({ ptsMs }) => ptsMs >= 19_000).map(({ things }) => things.map(({ id }) => id));
    expect(new Set(ids.map((list) => list.join()))).toEqual(new Set(['1']));
  });

  test('passers-by alone leave nothing', () => {
    const seen = watch((ptsMs) => [12_000, 15_000, 18_000, 24_000].flatMap((fromMs) => walker(ptsMs, fromMs)));
    expect(seen.flatMap(({ things }) => things)).toEqual([]);
  });

  test('what was there from the beginning is part of the place', () => {
    expect(watch(() => [BAG]).flatMap(({ things }) => things)).toEqual([]);
  });

  test('a cloud that darkens the whole picture is no thing, and a bag is found under it', () => {
    let clock = 0;
    const light = (): number => 1 - 0.35 * Math.min(1, Math.max(0, (clock++ / 2.5 - 12) / 3));
    expect(watch(() => [], { light }).flatMap(({ things }) => things)).toEqual([]);
    clock = 0;
    expect(watch(between(25_000, 60_000, BAG), { light }).at(-1)!.things).toHaveLength(1);
  });

  test('lights that are switched on make the place be learnt anew, not full of things', () => {
    let clock = 0;
    const light = (): number => (clock++ > 50 ? 1.6 : 0.7);
    expect(watch(() => [], { light, untilMs: 60_000 }).flatMap(({ things }) => things)).toEqual([]);
  });

  test('a thing outside the zone is not looked at', () => {
    const outside = { ...BAG, box: at(150, 20, 14, 12) };
    expect(watch(between(15_000, 60_000, outside)).flatMap(({ things }) => things)).toEqual([]);
  });

  test('leaves that sway are no thing', () => {
    const leaves: Scene = (ptsMs) => {
      const sway = Math.round(4 * Math.sin(ptsMs / 300) + 3 * Math.sin(ptsMs / 800));
      return [0, 1, 2, 3].map((leaf) => ({ box: at(100 + leaf * 20 + sway, 90, 9, 30), colour: [40, 90, 40] }));
    };
    expect(watch(leaves, { untilMs: 90_000 }).flatMap(({ things }) => things)).toEqual([]);
  });

  test('two bags in two places are two things', () => {
    const other = { box: at(220, 130, 12, 12), colour: [200, 200, 210] as const };
    const seen = watch((ptsMs) => [...between(15_000, 60_000, BAG)(ptsMs), ...between(20_000, 60_000, other)(ptsMs)]);
    expect(seen.at(-1)!.things).toHaveLength(2);
  });
});
