import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { distanceM, type Place, toPlace } from './earth.ts';
import { type OtherSight, secondersOf } from './second-sight.ts';
import { azimuthTo, type TowerSight } from './terrain.ts';

const NORTH: Place = { latitude: 10.25, longitude: 104 };
const WEST = toPlace({ east: -8_000, north: 1_500 }, NORTH);
const FIRE = toPlace({ east: -3_000, north: 9_000 }, NORTH);
const FAR_WEST = toPlace({ east: -30_000, north: 0 }, NORTH);
const FAR = toPlace({ east: 0, north: 40_000 }, NORTH);
const MINUTE = 60_000;
const DEGREES = 180 / Math.PI;

/** Where a tower sees something of a height above the sea; errors in degrees. */
const sight = (station: Place, at: Place, heightM = 120, error = { azimuth: 0, elevation: 0 }): TowerSight => {
  const away = distanceM(station, at);
  const drop = (0.87 * away ** 2) / (2 * 6_371_000);
  return {
    ...{ station, heightM: 400, sigmaDeg: 0.3 },
    azimuthDeg: azimuthTo(station, at) + error.azimuth,
    elevationDeg: Math.atan2(heightM - 400 - drop, away) * DEGREES + error.elevation,
  };
};
const other = (seen: TowerSight, extra: Partial<OtherSight> = {}): OtherSight => ({
  ...{ cameraId: 'west', at: 0, evidence: 1, sight: seen },
  ...extra,
});

describe('a second camera', () => {
  test('that sees one place of one height seconds', () => {
    expect(secondersOf(sight(NORTH, FIRE), [other(sight(WEST, FIRE))], MINUTE)).toEqual(['west']);
  });

  test.each([
    ['whose line of sight passes above the place', other(sight(WEST, FIRE, 1_500)), MINUTE],
    ['that looks at another place', other(sight(WEST, toPlace({ east: 9_000, north: -4_000 }, NORTH))), MINUTE],
    ['that stands on the same mast', other(sight(NORTH, FIRE)), MINUTE],
    ['that saw it faintly once', other(sight(WEST, FIRE), { evidence: 0.3 }), MINUTE],
    ['that saw it half an hour ago', other(sight(WEST, FIRE)), 30 * MINUTE],
    ['whose line crosses beyond where smoke is seen', other(sight(FAR_WEST, FAR)), MINUTE],
  ])('%s does not', (_, seen, now) => {
    const own = seen.sight.station === FAR_WEST ? sight(NORTH, FAR) : sight(NORTH, FIRE);
    expect(secondersOf(own, [seen], now)).toEqual([]);
  });

  test('is found for nearly every fire within the errors of the bearings, and for at most a quarter of things elsewhere', () => {
    const next = random(8);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const place = (): Place => toPlace({ east: -9_000 + 12_000 * next(), north: 4_000 + 11_000 * next() }, NORTH);
    const error = () => ({ azimuth: 0.3 * normal(), elevation: 0.3 * normal() });
    let [met, chance] = [0, 0];
    for (let run = 0; run < 2_000; run++) {
      const [fire, elsewhere] = [place(), place()];
      const heightM = 50 + 300 * next();
      const own = sight(NORTH, fire, heightM, error());
      if (secondersOf(own, [other(sight(WEST, fire, heightM, error()))], 0).length > 0) met++;
      if (secondersOf(own, [other(sight(WEST, elsewhere, 50 + 1_500 * next(), error()))], 0).length > 0) chance++;
    }
    expect(met / 2_000).toBeGreaterThan(0.95);
    expect(chance / 2_000).toBeLessThan(0.25);
  });
});
