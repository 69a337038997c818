import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { distanceM, type Place, toPlace } from './earth.ts';
import {
  azimuthTo,
  elevationTo,
  groundRangeM,
  heightAt,
  parseAsciiGrid,
  rangeOnTerrain,
  type Terrain,
} from './terrain.ts';

const TOWER: Place = { latitude: 10.25, longitude: 104.0 };
const CELL = 0.001;
const CELLS = 361;

/** Hills of 300 m that rise away from a tower in the middle. */
const hills = (): Terrain => {
  const heightsM = Float32Array.from({ length: CELLS * CELLS }, (_, index) => {
    const [x, y] = [(index % CELLS) - 180, Math.floor(index / CELLS) - 180];
    return 60 + Math.hypot(x, y) * 1.2 + 60 * Math.sin(x / 9) * Math.cos(y / 11);
  });
  const southWest = { latitude: TOWER.latitude - 180 * CELL, longitude: TOWER.longitude - 180 * CELL };
  return { columns: CELLS, rows: CELLS, southWest, cellDeg: CELL, heightsM };
};
const flat = (heightM: number): Terrain => ({ ...hills(), heightsM: new Float32Array(CELLS * CELLS).fill(heightM) });

describe('terrain', () => {
  test('an ASCII grid is read with its corner, its holes and its rows from north to south', () => {
    const grid = parseAsciiGrid(
      'ncols 3\nnrows 3\nxllcorner 104\nyllcorner 10\ncellsize 0.01\nNODATA_value -9999\n10 20 30\n10 20 30\n40 50 -9999\n',
    );
    expect(heightAt(grid, { latitude: 10.02, longitude: 104.01 })).toBeCloseTo(15, 3);
    expect(heightAt(grid, { latitude: 10.01, longitude: 104.01 })).toBeCloseTo(30, 3);
    expect(heightAt(grid, { latitude: 10.008, longitude: 104.02 })).toBeNaN();
    expect(heightAt(grid, { latitude: 11, longitude: 104.005 })).toBeNaN();
  });

  test('a grid in metres or with missing heights says what to do', () => {
    const metres = 'ncols 1\nnrows 1\nxllcorner 480000\nyllcorner 1133000\ncellsize 30\n5\n';
    expect(() => parseAsciiGrid(metres)).toThrow(/reproject/);
    expect(() => parseAsciiGrid('ncols 2\nnrows 1\nxllcorner 104\nyllcorner 10\ncellsize 0.01\n5\n')).toThrow(
      /2 heights expected, 1 found/,
    );
  });

  test('on flat ground the range follows from the angle, curvature and refraction included', () => {
    // 200 m above the plain, 1° down: 11.46 km on a flat earth, further on a curved one that falls away.
    const ray = { station: TOWER, heightM: 200, azimuthDeg: 45, elevationDeg: -1 };
    const range = groundRangeM(flat(0), ray)!;
    const expected = 200 / Math.tan(Math.PI / 180);
    expect(range).toBeGreaterThan(expected);
    expect(range).toBeLessThan(expected * 1.06);
  });

  test('above the skyline there is no range', () => {
    expect(groundRangeM(flat(0), { station: TOWER, heightM: 200, azimuthDeg: 45, elevationDeg: 0.5 })).toBeNull();
  });

  test('fires on hills are found at their range, and 95 % intervals hold most of them', () => {
    const [terrain, next] = [hills(), random(5)];
    const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const heightM = heightAt(terrain, TOWER) + 40;
    const errors: number[] = [];
    let [inside, tried] = [0, 0];
    while (tried < 500) {
      const [d, turn] = [2_000 + 13_000 * next(), 2 * Math.PI * next()];
      const fire = toPlace({ east: d * Math.sin(turn), north: d * Math.cos(turn) }, TOWER);
      const [azimuthDeg, elevationDeg] = [
        azimuthTo(TOWER, fire),
        elevationTo(terrain, { station: TOWER, heightM }, fire),
      ];
      const exact = groundRangeM(terrain, { station: TOWER, heightM, azimuthDeg, elevationDeg: elevationDeg + 1e-4 });
      // Ground hidden behind a ridge is not seen, and is nobody's range.
      if (exact === null || Math.abs(exact - distanceM(TOWER, fire)) > 200) continue;
      tried++;
      const seen = { station: TOWER, heightM, azimuthDeg, elevationDeg: elevationDeg + 0.05 * normal() };
      const fix = rangeOnTerrain(terrain, seen, 0.05);
      if (!fix) continue;
      errors.push(Math.abs(fix.rangeM - d) / d);
      if (d >= fix.nearM - 60 && d <= (fix.farM ?? Infinity) + 60) inside++;
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.03);
    expect(inside / errors.length).toBeGreaterThan(0.9);
  });
});
