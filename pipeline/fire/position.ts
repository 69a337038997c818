import { distanceM, type Local, type Place, toLocal, toPlace } from './earth.ts';
import { angleBetweenDeg, wrapDeg } from './lens.ts';

/** One station's line of sight to a fire. */
export type Sight = { readonly station: Place; readonly azimuthDeg: number; readonly sigmaDeg: number };

/** Where the truth lies with 95 % probability, if the bearings' errors are as stated. */
export type Ellipse = {
  readonly semiMajorM: number;
  readonly semiMinorM: number;
  /** Of the major axis, clockwise from true north, 0–180. */
  readonly orientationDeg: number;
};

export type Fix =
  | { readonly kind: 'fix'; readonly place: Place; readonly ellipse: Ellipse; readonly covariance: Covariance }
  | { readonly kind: 'refused'; readonly reason: 'too-few' | 'parallel' | 'behind' | 'disagree' };

/** Of (east, north), in m². */
export type Covariance = { readonly ee: number; readonly en: number; readonly nn: number };

/** Farther than smoke of an incipient fire is seen: such a crossing is a coincidence. */
export const FARTHEST_M = 35_000;
/** Masts nearer together than this are one station: their bearings do not cross. */
const ONE_STATION_M = 100;
export const isOneStation = (a: Place, b: Place): boolean => distanceM(a, b) < ONE_STATION_M;

const RAD = Math.PI / 180;
const ROUNDS = 5;
/** 95 % of a chi-squared distribution with two degrees of freedom. */
const CHI_SQUARED_95 = 5.991;
const MIN_CROSSING_DEG = 10;
const MAX_RESIDUAL_SIGMAS = 3;
const START_DISTANCE_M = 10_000;

/**
 * Least-squares crossing of two or more bearings, each weighed by its error across the line of sight at the distance
 * found so far [DOMAIN.md §4.5]. Refused where it would be a guess: bearings that cross at less than 10°, a crossing
 * behind a station, or a bearing more than 3σ off (another plume).
 */
export const crossBearings = (sights: readonly Sight[]): Fix => {
  const first = sights[0];
  if (!first || sights.length < 2) return { kind: 'refused', reason: 'too-few' };
  const origin = first.station;
  const lines = sights.map(({ station, azimuthDeg, sigmaDeg }) => ({
    at: toLocal(station, origin),
    normal: { east: Math.cos(azimuthDeg * RAD), north: -Math.sin(azimuthDeg * RAD) },
    azimuthDeg,
    sigma: sigmaDeg * RAD,
  }));
  if (widestCrossing(sights) < MIN_CROSSING_DEG) return { kind: 'refused', reason: 'parallel' };
  let distances = lines.map(() => START_DISTANCE_M);
  let point: Local = { east: 0, north: 0 };
  let covariance: Covariance = { ee: 0, en: 0, nn: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    let [ee, en, nn, e, n] = [0, 0, 0, 0, 0];
    lines.forEach(({ at, normal, sigma }, index) => {
      const weight = 1 / (sigma * distances[index]!) ** 2;
      const along = normal.east * at.east + normal.north * at.north;
      ee += weight * normal.east ** 2;
      en += weight * normal.east * normal.north;
      nn += weight * normal.north ** 2;
      e += weight * normal.east * along;
      n += weight * normal.north * along;
    });
    const determinant = ee * nn - en * en;
    covariance = { ee: nn / determinant, en: -en / determinant, nn: ee / determinant };
    point = { east: covariance.ee * e + covariance.en * n, north: covariance.en * e + covariance.nn * n };
    distances = lines.map(({ at }) => Math.max(1, Math.hypot(point.east - at.east, point.north - at.north)));
  }
  for (const { at, azimuthDeg, sigma } of lines) {
    const seen = wrapDeg(Math.atan2(point.east - at.east, point.north - at.north) / RAD);
    const off = Math.abs(angleBetweenDeg(seen, azimuthDeg));
    if (off > 90) return { kind: 'refused', reason: 'behind' };
    if (off * RAD > MAX_RESIDUAL_SIGMAS * sigma) return { kind: 'refused', reason: 'disagree' };
  }
  return { kind: 'fix', place: toPlace(point, origin), ellipse: ellipseOf(covariance), covariance };
};

/** Largest angle at which any two of the lines cross, 0–90. */
const widestCrossing = (sights: readonly Sight[]): number => {
  let widest = 0;
  for (const a of sights)
    for (const b of sights) {
      const angle = Math.abs(angleBetweenDeg(a.azimuthDeg, b.azimuthDeg));
      widest = Math.max(widest, Math.min(angle, 180 - angle));
    }
  return widest;
};

const ellipseOf = ({ ee, en, nn }: Covariance): Ellipse => {
  const [mean, half] = [(ee + nn) / 2, Math.hypot((ee - nn) / 2, en)];
  return {
    semiMajorM: Math.sqrt(CHI_SQUARED_95 * (mean + half)),
    semiMinorM: Math.sqrt(CHI_SQUARED_95 * Math.max(0, mean - half)),
    orientationDeg: wrapDeg(Math.atan2(2 * en, nn - ee) / 2 / RAD) % 180,
  };
};

/** Whether a place lies in the 95 % ellipse of a fix. */
export const isWithinEllipse = (place: Place, fix: Extract<Fix, { kind: 'fix' }>): boolean => {
  const { east, north } = toLocal(place, fix.place);
  const { ee, en, nn } = fix.covariance;
  const determinant = ee * nn - en * en;
  return (nn * east * east - 2 * en * east * north + ee * north * north) / determinant <= CHI_SQUARED_95;
};
