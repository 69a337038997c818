import { expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { distanceM, type Place, toPlace } from './earth.ts';
import { type FireAlert, joinIncidents } from './incidents.ts';
import { azimuthTo, elevationTo, groundRangeM, heightAt, type Terrain } from './terrain.ts';

const TOWER: Place = { latitude: 10.25, longitude: 104 };
const CELL = 0.001;
const HALF = 180;
const SIDE = 2 * HALF + 1;
const FIRES = 1_000;

/** Ridges and valleys of up to 400 m around a tower on a hill. */
const land = (): Terrain => {
  const heightsM = Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [x, y] = [(index % SIDE) - HALF, Math.floor(index / SIDE) - HALF];
    const ridges = Math.sin(x / 17 + 1.3 * Math.sin(y / 31)) + Math.cos(y / 13 + Math.sin(x / 23));
    return 150 + 100 * ridges + 250 * Math.exp(-(x * x + y * y) / 200);
  });
  const southWest = { latitude: TOWER.latitude - HALF * CELL, longitude: TOWER.longitude - HALF * CELL };
  return { columns: SIDE, rows: SIDE, southWest, cellDeg: CELL, heightsM };
};

test.each([
  { sigmaDeg: 0.05, medianError: 0.02 },
  { sigmaDeg: 0.1, medianError: 0.04 },
  { sigmaDeg: 0.3, medianError: 0.1 },
])(
  'fires that one tower sees at $sigmaDeg° lie within their 95 % in at least 90 % of 1,000',
  ({ sigmaDeg, medianError }) => {
    const [terrain, next] = [land(), random(11)];
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const heightM = heightAt(terrain, TOWER) + 30;
    const errors: number[] = [];
    let [held, placed, seen] = [0, 0, 0];
    while (seen < FIRES) {
      const [d, turn] = [2_000 + 13_000 * next(), 2 * Math.PI * next()];
      const fire = toPlace({ east: d * Math.sin(turn), north: d * Math.cos(turn) }, TOWER);
      const azimuthDeg = azimuthTo(TOWER, fire);
      const elevationDeg = elevationTo(terrain, { station: TOWER, heightM }, fire);
      const exact = groundRangeM(terrain, { station: TOWER, heightM, azimuthDeg, elevationDeg: elevationDeg + 1e-4 });
      // What a ridge hides is not seen.
      if (exact === null || Math.abs(exact - d) > 200) continue;
      seen++;
      const alert: FireAlert = {
        ...{ eventId: 'e', cameraId: 'tower', kind: 'smoke', firstAt: 0, confirmedAt: 0 },
        ...{ sightings: 3, framesLooked: 3, growthPercent: null },
        sight: {
          ...{ station: TOWER, heightM, sigmaDeg },
          azimuthDeg: azimuthDeg + sigmaDeg * normal(),
          elevationDeg: elevationDeg + sigmaDeg * normal(),
        },
      };
      const { position } = joinIncidents([alert], terrain)[0]!;
      // Above the skyline by error: the bearing alone is told, which is right.
      if (position.kind !== 'range') continue;
      placed++;
      errors.push(Math.abs(position.rangeM - d) / d);
      if (d >= position.nearM - 60 && d <= (position.farM ?? Infinity) + 60) held++;
      expect(distanceM(TOWER, position.place)).toBeCloseTo(position.rangeM, -1);
    }
    errors.sort((a, b) => a - b);
    const report = { placed: placed / seen, median: errors[Math.floor(errors.length / 2)], held: held / placed };
    expect(report.placed).toBeGreaterThan(0.8);
    expect(report.median).toBeLessThan(medianError);
    expect(report.held).toBeGreaterThan(0.9);
  },
);
