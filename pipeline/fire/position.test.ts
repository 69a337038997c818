import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { distanceM, type Place, toLocal, toPlace } from './earth.ts';
import { crossBearings, isWithinEllipse, type Sight } from './position.ts';

const EAST_TOWER: Place = { latitude: 10.25, longitude: 104.0 };
const WEST_TOWER = toPlace({ east: -8_000, north: 1_500 }, EAST_TOWER);
const SIGMA_DEG = 0.3;

const azimuth = (from: Place, to: Place): number => {
  const { east, north } = toLocal(to, from);
  return (Math.atan2(east, north) * 180) / Math.PI;
};
const sight = (station: Place, fire: Place, errorDeg = 0): Sight => ({
  station,
  azimuthDeg: azimuth(station, fire) + errorDeg,
  sigmaDeg: SIGMA_DEG,
});
/** Normal deviates from uniform ones (Box–Muller). */
const gaussian = (seed: number) => {
  const next = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
};

describe('position from bearings', () => {
  test('two exact bearings cross at the fire', () => {
    const fire = toPlace({ east: -3_000, north: 9_000 }, EAST_TOWER);
    const fix = crossBearings([sight(EAST_TOWER, fire), sight(WEST_TOWER, fire)]);
    expect(fix.kind === 'fix' && distanceM(fix.place, fire)).toBeLessThan(15);
  });

  test('the truth lies in the 95 % ellipse in 93 to 97 % of 10,000 fires at 2 to 20 km with 0.3° noise', () => {
    const [uniform, noise] = [random(11), gaussian(12)];
    let [runs, inside] = [0, 0];
    while (runs < 10_000) {
      const [distance, direction] = [2_000 + 18_000 * uniform(), 2 * Math.PI * uniform()];
      const fire = toPlace({ east: distance * Math.sin(direction), north: distance * Math.cos(direction) }, EAST_TOWER);
      const far = distanceM(fire, WEST_TOWER);
      if (far < 2_000 || far > 20_000) continue;
      const fix = crossBearings([
        sight(EAST_TOWER, fire, SIGMA_DEG * noise()),
        sight(WEST_TOWER, fire, SIGMA_DEG * noise()),
      ]);
      // Nearly parallel bearings are refused, and then no ellipse is claimed.
      if (fix.kind !== 'fix') continue;
      runs++;
      if (isWithinEllipse(fire, fix)) inside++;
    }
    expect(inside / runs).toBeGreaterThanOrEqual(0.93);
    expect(inside / runs).toBeLessThanOrEqual(0.97);
  });

  test('three bearings give a smaller ellipse than two of them', () => {
    const fire = toPlace({ east: -3_000, north: 9_000 }, EAST_TOWER);
    const south = toPlace({ east: -4_000, north: -2_000 }, EAST_TOWER);
    const two = crossBearings([sight(EAST_TOWER, fire), sight(WEST_TOWER, fire)]);
    const three = crossBearings([sight(EAST_TOWER, fire), sight(WEST_TOWER, fire), sight(south, fire)]);
    if (two.kind !== 'fix' || three.kind !== 'fix') throw new TypeError('both cross');
    expect(three.ellipse.semiMajorM).toBeLessThan(two.ellipse.semiMajorM);
  });

  test('one bearing, parallel bearings, a crossing behind a tower and another plume are refused', () => {
    const fire = toPlace({ east: -3_000, north: 9_000 }, EAST_TOWER);
    const other = toPlace({ east: 3_000, north: 9_000 }, EAST_TOWER);
    const south = toPlace({ east: -4_000, north: -2_000 }, EAST_TOWER);
    const refusal = (sights: readonly Sight[]) => {
      const fix = crossBearings(sights);
      return fix.kind === 'refused' ? fix.reason : fix.kind;
    };
    const east = sight(EAST_TOWER, fire);
    expect(refusal([east])).toBe('too-few');
    expect(refusal([east, { ...east, station: WEST_TOWER }])).toBe('parallel');
    expect(refusal([sight(EAST_TOWER, fire, 180), sight(WEST_TOWER, fire, 180)])).toBe('behind');
    expect(refusal([east, sight(WEST_TOWER, fire), sight(south, other)])).toBe('disagree');
  });
});
