import { describe, expect, test } from 'vitest';
import type { IncidentView } from '../../../api/contract/incidents.ts';
import { project } from '../../components/map-frame.ts';
import { frameOf, lineEnd } from './map-projection.ts';

const SIZE = { width: 720, height: 520 };
const station = { latitude: 10.25, longitude: 104 };
const sight = { station, azimuthDeg: 90, sigmaDeg: 0.3 };
const incident = (position: IncidentView['position'], seen: typeof sight | null): IncidentView => ({
  id: 'i',
  firstAt: 0,
  lastAt: 0,
  progress: null,
  actions: [],
  stations: 1,
  position,
  nearest: [],
  vn2000: null,
  alerts: [{ sight: seen } as unknown as IncidentView['alerts'][number]],
});

describe('map of the fire desk', () => {
  test('a bearing due east is drawn to the right, at the height of its tower', () => {
    const frame = frameOf([incident({ kind: 'bearing', sight }, sight)], SIZE)!;
    const [from, to] = [project(station, frame), project(lineEnd(sight), frame)];
    expect(to.x).toBeGreaterThan(from.x);
    expect(to.y).toBeCloseTo(from.y, 6);
    expect((to.x - from.x) / frame.pixelsPerM).toBeCloseTo(15_000, -1);
  });

  test('everything with a place lies inside the picture, and north is up', () => {
    const place = { latitude: 10.35, longitude: 103.9 };
    const ellipse = { semiMajorM: 300, semiMinorM: 100, orientationDeg: 0 };
    const frame = frameOf([incident({ kind: 'fix', place, ellipse }, sight)], SIZE)!;
    const [fire, tower] = [project(place, frame), project(station, frame)];
    for (const { x, y } of [fire, tower]) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(SIZE.width);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(SIZE.height);
    }
    expect(fire.y).toBeLessThan(tower.y);
  });

  test('one tower alone still has a scale, and no place at all has no map', () => {
    const fix = { kind: 'fix', place: station, ellipse: { semiMajorM: 1, semiMinorM: 1, orientationDeg: 0 } } as const;
    expect(frameOf([incident(fix, null)], SIZE)!.gridM).toBeGreaterThan(0);
    expect(frameOf([incident({ kind: 'unknown' }, null)], SIZE)).toBeNull();
  });
});
