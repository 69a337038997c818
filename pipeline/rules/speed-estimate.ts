import type { Point } from '../geometry.ts';
import { type Homography, jacobian, toGround } from '../homography.ts';
import type { PtsMs } from '../time.ts';
import type { Calibration } from './calibration.ts';

/** One sighting of a vehicle inside the calibrated area: ground point and height of its box, source pixels. */
export type Fix = { readonly ptsMs: PtsMs; readonly point: Point; readonly heightPx: number };

export type SpeedEstimate = {
  readonly metresPerSecond: number;
  /** Standard deviation of it. */
  readonly sigma: number;
  /** Half-width of the 95 % interval. */
  readonly halfWidth: number;
  readonly distanceM: number;
};

/** Fewer sightings leave the scatter open. */
const LEAST_FIXES = 5;
/** By how much the lower edge of a box misses the place where the wheels touch, as a share of its height. */
const CONTACT_SHARE = 0.03;
/** Sightings further than this many times the usual from the line are another thing, or half of one. */
const OUTLIER = 4;

type Line = { readonly slope: number; readonly at: number };

/**
 * Mean speed over a passage: the ground points are mapped to metres and a line is fitted over time, each point weighing
 * as much as a pixel there is worth. The 95 % interval joins
 * - scatter of the sightings: never less than `noisePx` allows, widened where neighbouring errors are alike;
 * - the calibration: the speed again under every homography of `calibration.shifted`;
 * - the contact point: lower edges of boxes that all miss the wheels by the same share.
 * @param leastMetresPerSecond of what is not faster nobody asks how well it is known
 * @returns null for too few sightings, or none that differ in time, and for what is not faster
 */
export const estimateSpeed = (
  fixes: readonly Fix[],
  calibration: Calibration,
  noisePx: number,
  leastMetresPerSecond = 0,
): SpeedEstimate | null => {
  const kept = withoutOutliers(fixes, calibration.homography, noisePx);
  if (kept.length < LEAST_FIXES) return null;
  const direction = directionOf(kept, calibration.homography);
  if (!direction) return null;
  const seconds = kept.map(({ ptsMs }) => ptsMs / 1000);
  const metrePerPx = kept.map(({ point }) => {
    const [a, b, c, d] = jacobian(calibration.homography, point);
    return Math.hypot(a * direction.x + c * direction.y, b * direction.x + d * direction.y);
  });
  const weights = metrePerPx.map((metres) => 1 / (metres * metres));
  /** @param shift of the ground points, in heights of the box */
  const alongIn = (homography: Homography, shift: Point = { x: 0, y: 0 }): number[] =>
    kept.map(({ point, heightPx }) => {
      const { x, y } = toGround(homography, { x: point.x + shift.x * heightPx, y: point.y + shift.y * heightPx });
      return x * direction.x + y * direction.y;
    });
  const along = alongIn(calibration.homography);
  const line = fitLine(seconds, along, weights);
  // The interval costs ten times as much as the speed, and most of the traffic keeps to the limit.
  if (!line || line.slope <= leastMetresPerSecond) return null;

  const residualsPx = along.map(
    (value, index) => (value - line.at - line.slope * seconds[index]!) / metrePerPx[index]!,
  );
  const freedom = kept.length - 2;
  const scatter = residualsPx.reduce((sum, residual) => sum + residual * residual, 0) / freedom;
  const varianceOfSlope = (Math.max(scatter, noisePx * noisePx) * likeness(residualsPx)) / spread(seconds, weights);
  const slopeOf = (values: readonly number[]): number => fitLine(seconds, values, weights)?.slope ?? line.slope;
  const byCalibration = calibration.shifted.map((homography) => slopeOf(alongIn(homography)) - line.slope);
  const misses = [{ x: CONTACT_SHARE, y: 0 }, { x: 0, y: CONTACT_SHARE }]; // prettier-ignore
  const byContact = misses.map((shift) => slopeOf(alongIn(calibration.homography, shift)) - line.slope);
  const systematic = [...byCalibration, ...byContact].reduce((sum, change) => sum + change * change, 0);
  return {
    metresPerSecond: line.slope,
    sigma: Math.sqrt(varianceOfSlope + systematic),
    halfWidth: Math.hypot(student95(freedom) * Math.sqrt(varianceOfSlope), 1.96 * Math.sqrt(systematic)),
    distanceM: line.slope * (seconds.at(-1)! - seconds[0]!),
  };
};

/** Unit vector of the way on the ground, from lines fitted to both coordinates. */
const directionOf = (fixes: readonly Fix[], homography: Homography): Point | null => {
  const seconds = fixes.map(({ ptsMs }) => ptsMs / 1000);
  const ground = fixes.map(({ point }) => toGround(homography, point));
  const ones = fixes.map(() => 1);
  const x = fitLine(
    seconds,
    ground.map((point) => point.x),
    ones,
  );
  const y = fitLine(
    seconds,
    ground.map((point) => point.y),
    ones,
  );
  const length = x && y ? Math.hypot(x.slope, y.slope) : 0;
  return length > 0 ? { x: x!.slope / length, y: y!.slope / length } : null;
};

const withoutOutliers = (fixes: readonly Fix[], homography: Homography, noisePx: number): readonly Fix[] => {
  if (fixes.length < LEAST_FIXES) return fixes;
  const seconds = fixes.map(({ ptsMs }) => ptsMs / 1000);
  const ground = fixes.map(({ point }) => toGround(homography, point));
  const metres = fixes.map(({ point }) => Math.hypot(...jacobian(homography, point)));
  const weights = metres.map((metre) => 1 / (metre * metre));
  const miss = (['x', 'y'] as const).map((axis) => {
    const values = ground.map((point) => point[axis]);
    const line = fitLine(seconds, values, weights);
    return values.map((value, index) => (line ? value - line.at - line.slope * seconds[index]! : 0));
  });
  const missPx = fixes.map((_, index) => Math.hypot(miss[0]![index]!, miss[1]![index]!) / metres[index]!);
  const usual = missPx.toSorted((a, b) => a - b)[missPx.length >> 1]!;
  return fixes.filter((_, index) => missPx[index]! <= OUTLIER * Math.max(usual, noisePx));
};

/** Weighted least squares; null when all is one instant. */
const fitLine = (at: readonly number[], values: readonly number[], weights: readonly number[]): Line | null => {
  let [total, sumAt, sum] = [0, 0, 0];
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index]!;
    total += weight;
    sumAt += weight * at[index]!;
    sum += weight * values[index]!;
  }
  const [meanAt, mean] = [sumAt / total, sum / total];
  let [up, down] = [0, 0];
  for (let index = 0; index < weights.length; index++) {
    const [weight, later] = [weights[index]!, at[index]! - meanAt];
    up += weight * later * (values[index]! - mean);
    down += weight * later ** 2;
  }
  if (!(down > 0)) return null;
  return { slope: up / down, at: mean - (up / down) * meanAt };
};

const spread = (at: readonly number[], weights: readonly number[]): number => {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = weights.reduce((sum, weight, index) => sum + weight * at[index]!, 0) / total;
  return weights.reduce((sum, weight, index) => sum + weight * (at[index]! - mean) ** 2, 0);
};

/** How many times larger the variance of a mean is because neighbours err alike (first-order autocorrelation), ≥ 1. */
const likeness = (residuals: readonly number[]): number => {
  let [products, squares] = [0, 0];
  residuals.forEach((residual, index) => {
    squares += residual * residual;
    if (index > 0) products += residual * residuals[index - 1]!;
  });
  const alike = squares > 0 ? Math.min(0.9, Math.max(0, products / squares)) : 0;
  return (1 + alike) / (1 - alike);
};

/** 97.5 % point of Student's t, by the expansion around the normal one [Abramowitz and Stegun 26.7.5]. */
const student95 = (freedom: number): number => 1.96 + 2.372 / freedom + 2.823 / freedom ** 2 + 2.556 / freedom ** 3;
