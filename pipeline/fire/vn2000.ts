import type { Place } from './earth.ts';

/** A place on Vietnam's maps: VN-2000, transverse Mercator in zones of 3°. */
export type Vn2000 = {
  /** X on Vietnamese maps. */
  readonly northingM: number;
  /** Y on Vietnamese maps; 500,000 m on the central meridian. */
  readonly eastingM: number;
  readonly centralMeridianDeg: number;
};

const RAD = Math.PI / 180;
/** Both datums have the ellipsoid of WGS 84. */
const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257_223_563;
const ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING);
const SCALE_3_DEGREES = 0.9999;
const FALSE_EASTING_M = 500_000;

/**
 * VN-2000 to WGS 84, coordinate frame rotation [EPSG:6960, accuracy 1 m; Decision 05/2007/QĐ-BTNMT]: metres, arc seconds,
 * parts per million.
 */
const SHIFT = { x: -191.904_414_29, y: -39.303_182_79, z: -111.450_328_35 };
const TURN = { x: -0.009_288_36, y: 0.019_754_79, z: -0.004_273_72 };
const SCALE_PPM = 0.252_906_278;

/** @param centralMeridianDeg of the province: 105.75 for Ho Chi Minh City, 104.5 for the old Kiên Giang … */
export const toVn2000 = (place: Place, centralMeridianDeg: number): Vn2000 => {
  const { latitude, longitude } = toVietnameseDatum(place);
  return { ...transverseMercator(latitude * RAD, (longitude - centralMeridianDeg) * RAD), centralMeridianDeg };
};

/** Latitude and longitude of VN-2000. A fire's height changes them by millimetres, so it is taken as zero. */
const toVietnameseDatum = ({ latitude, longitude }: Place): Place => {
  const [sin, cos] = [Math.sin(latitude * RAD), Math.cos(latitude * RAD)];
  const normal = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_SQUARED * sin * sin);
  const second = RAD / 3600;
  const [rx, ry, rz] = [TURN.x * second, TURN.y * second, TURN.z * second];
  const scale = 1 + SCALE_PPM * 1e-6;
  const x = (normal * cos * Math.cos(longitude * RAD) - SHIFT.x) / scale;
  const y = (normal * cos * Math.sin(longitude * RAD) - SHIFT.y) / scale;
  const z = (normal * (1 - ECCENTRICITY_SQUARED) * sin - SHIFT.z) / scale;
  // The inverse of a turn so small is its transpose.
  const [vx, vy, vz] = [x - rz * y + ry * z, rz * x + y - rx * z, -ry * x + rx * y + z];
  const across = Math.hypot(vx, vy);
  let phi = Math.atan2(vz, across * (1 - ECCENTRICITY_SQUARED));
  for (let round = 0; round < 5; round++) {
    const nu = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_SQUARED * Math.sin(phi) ** 2);
    phi = Math.atan2(vz + ECCENTRICITY_SQUARED * nu * Math.sin(phi), across);
  }
  return { latitude: phi / RAD, longitude: Math.atan2(vy, vx) / RAD };
};

/** Krüger's series to the fourth order in the third flattening [Karney 2011, eqs 7–35]: a part of a millimetre. */
const transverseMercator = (phi: number, lambda: number): Pick<Vn2000, 'northingM' | 'eastingM'> => {
  const n = FLATTENING / (2 - FLATTENING);
  const radius = (SEMI_MAJOR_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
  const alpha = [
    n / 2 - (2 / 3) * n ** 2 + (5 / 16) * n ** 3 + (41 / 180) * n ** 4,
    (13 / 48) * n ** 2 - (3 / 5) * n ** 3 + (557 / 1440) * n ** 4,
    (61 / 240) * n ** 3 - (103 / 140) * n ** 4,
    (49_561 / 161_280) * n ** 4,
  ];
  const e = Math.sqrt(ECCENTRICITY_SQUARED);
  const sin = Math.sin(phi);
  const t = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin));
  const xi = Math.atan2(t, Math.cos(lambda));
  const eta = Math.asinh(Math.sin(lambda) / Math.hypot(t, Math.cos(lambda)));
  let [north, east] = [xi, eta];
  alpha.forEach((value, index) => {
    const order = 2 * (index + 1);
    north += value * Math.sin(order * xi) * Math.cosh(order * eta);
    east += value * Math.cos(order * xi) * Math.sinh(order * eta);
  });
  return {
    northingM: SCALE_3_DEGREES * radius * north,
    eastingM: FALSE_EASTING_M + SCALE_3_DEGREES * radius * east,
  };
};
