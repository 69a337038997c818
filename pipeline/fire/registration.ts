import type { Point, Size } from '../geometry.ts';
import { solve } from '../homography.ts';
import { findLandmarks, type GreyPicture, type Landmark } from './landmarks.ts';
import { type Pose, toBearing, toPixel, wrapDeg } from './lens.ts';

/** How a camera stands against the picture that its pose was calibrated on. */
export type Registration =
  | {
      readonly kind: 'found';
      /** To be added to the pose's; clockwise and up positive. */
      readonly azimuthDeg: number;
      readonly tiltDeg: number;
      /** Of the camera about its axis; positive where landmarks turn clockwise on the picture. */
      readonly rollDeg: number;
      /** One standard deviation of azimuth and tilt. */
      readonly errorDeg: number;
      readonly landmarks: number;
    }
  /** Night, fog, another view, or a zoom that changed: the pose is not corrected. */
  | { readonly kind: 'unsure'; readonly reason: 'few-landmarks' | 'disagree' | 'zoomed' };

const RAD = Math.PI / 180;
const LEAST_LANDMARKS = 8;
/** Landmarks that miss their place by more, in pixels of the analysis, are left out; and when all do so, nothing is said. */
const MOST_MISS_PX = 1.5;
/** A field of view that changed by more than this share moves what is at the edge by more than a mast that settles. */
const MOST_ZOOM = 0.02;
/** What is left when sampling and light change; no number of landmarks makes it better. */
const LEAST_ERROR_PX = 0.15;
const ROUNDS = 4;

/**
 * Where a camera looks now, from a picture of the same pose taken before: landmarks are found again (`findLandmarks`) and the
 * turn of the camera that explains their places is fitted through the lens, by Gauss-Newton over azimuth, tilt, roll and
 * zoom. Refused where fewer than 8 landmarks agree to 1.5 pixels.
 * @param frameSize of the camera's full-resolution picture, which the pose's lens belongs to
 */
export const register = (reference: GreyPicture, current: GreyPicture, pose: Pose, frameSize: Size): Registration => {
  const scale = frameSize.width / reference.width;
  const mostMiss = MOST_MISS_PX * scale;
  let sights = findLandmarks(reference, current).map((landmark) => toSight(landmark, scale, pose, frameSize));
  if (sights.length < LEAST_LANDMARKS) return { kind: 'unsure', reason: 'few-landmarks' };
  let turn = fit(sights, pose, frameSize);
  const found = sights.length;
  sights = sights.filter((sight) => missOf(sight, turn, pose, frameSize) <= 2 * mostMiss);
  if (sights.length < LEAST_LANDMARKS || 2 * sights.length < found) return { kind: 'unsure', reason: 'disagree' };
  turn = fit(sights, pose, frameSize);
  sights = sights.filter((sight) => missOf(sight, turn, pose, frameSize) <= mostMiss);
  if (sights.length < LEAST_LANDMARKS || 2 * sights.length < found) return { kind: 'unsure', reason: 'disagree' };
  turn = fit(sights, pose, frameSize);
  if (Math.abs(turn.zoom) > MOST_ZOOM) return { kind: 'unsure', reason: 'zoomed' };
  const squares = sights.reduce((sum, sight) => sum + missOf(sight, turn, pose, frameSize) ** 2, 0);
  // Two coordinates each, four of them spent on the fit; tiles overlap, so that about half of them are worth one.
  const errorPx = Math.sqrt(squares / (2 * sights.length - 4) / (sights.length / 2));
  const pxPerDeg = (frameSize.width / 2 / Math.tan((pose.fieldOfViewDeg / 2) * RAD)) * RAD;
  return {
    kind: 'found',
    azimuthDeg: turn.azimuthDeg,
    tiltDeg: turn.tiltDeg,
    rollDeg: turn.rollDeg,
    errorDeg: Math.max(errorPx, LEAST_ERROR_PX * scale) / pxPerDeg,
    landmarks: sights.length,
  };
};

/** A pose as a registration says that it is now. */
export const corrected = (pose: Pose, registration: Registration | undefined): Pose =>
  registration?.kind === 'found'
    ? {
        ...pose,
        azimuthDeg: wrapDeg(pose.azimuthDeg + registration.azimuthDeg),
        tiltDeg: pose.tiltDeg + registration.tiltDeg,
        errorDeg: Math.hypot(pose.errorDeg, registration.errorDeg),
      }
    : pose;

/** A pixel as a camera without roll would show it. */
export const unrolled = (pixel: Point, registration: Registration | undefined, size: Size): Point =>
  registration?.kind === 'found' ? rolled(pixel, -registration.rollDeg, size) : pixel;

type Turn = {
  readonly azimuthDeg: number;
  readonly tiltDeg: number;
  readonly rollDeg: number;
  /** Share by which distances from the middle grew. */
  readonly zoom: number;
};
/** A landmark's direction by the calibrated pose, and where it is seen now. */
type Sight = { readonly azimuthDeg: number; readonly elevationDeg: number; readonly now: Point };

const toSight = ({ x, y, nowX, nowY }: Landmark, scale: number, pose: Pose, size: Size): Sight => ({
  ...toBearing({ x: x * scale, y: y * scale }, pose, size),
  now: { x: nowX * scale, y: nowY * scale },
});

const rolled = ({ x, y }: Point, rollDeg: number, { width, height }: Size): Point => {
  const [sin, cos] = [Math.sin(rollDeg * RAD), Math.cos(rollDeg * RAD)];
  const [dx, dy] = [x - width / 2, y - height / 2];
  return { x: width / 2 + cos * dx - sin * dy, y: height / 2 + sin * dx + cos * dy };
};

const seenAt = (sight: Sight, turn: Turn, pose: Pose, size: Size): Point => {
  const turned = {
    ...pose,
    azimuthDeg: pose.azimuthDeg + turn.azimuthDeg,
    tiltDeg: pose.tiltDeg + turn.tiltDeg,
  };
  const pixel = toPixel(sight, turned, size) ?? sight.now;
  const { x, y } = rolled(pixel, turn.rollDeg, size);
  const [middleX, middleY] = [size.width / 2, size.height / 2];
  return { x: middleX + (x - middleX) * (1 + turn.zoom), y: middleY + (y - middleY) * (1 + turn.zoom) };
};

const missOf = (sight: Sight, turn: Turn, pose: Pose, size: Size): number => {
  const { x, y } = seenAt(sight, turn, pose, size);
  return Math.hypot(sight.now.x - x, sight.now.y - y);
};

const NO_TURN: Turn = { azimuthDeg: 0, tiltDeg: 0, rollDeg: 0, zoom: 0 };
const KEYS = ['azimuthDeg', 'tiltDeg', 'rollDeg', 'zoom'] as const;
const STEPS: Turn = { azimuthDeg: 0.01, tiltDeg: 0.01, rollDeg: 0.01, zoom: 0.0001 };

const fit = (sights: readonly Sight[], pose: Pose, size: Size): Turn => {
  let turn = NO_TURN;
  for (let round = 0; round < ROUNDS; round++) {
    // Normal equations, the right side as the fifth column.
    const rows = KEYS.map(() => new Float64Array(KEYS.length + 1));
    for (const sight of sights) {
      const at = seenAt(sight, turn, pose, size);
      const slopes = KEYS.map((key) => {
        const next = seenAt(sight, { ...turn, [key]: turn[key] + STEPS[key] }, pose, size);
        return { x: (next.x - at.x) / STEPS[key], y: (next.y - at.y) / STEPS[key] };
      });
      const [missX, missY] = [sight.now.x - at.x, sight.now.y - at.y];
      slopes.forEach((a, i) => {
        slopes.forEach((b, j) => (rows[i]![j]! += a.x * b.x + a.y * b.y));
        rows[i]![KEYS.length]! += a.x * missX + a.y * missY;
      });
    }
    const change = solve(rows);
    if (!change) return turn;
    turn = {
      azimuthDeg: turn.azimuthDeg + change[0]!,
      tiltDeg: turn.tiltDeg + change[1]!,
      rollDeg: turn.rollDeg + change[2]!,
      zoom: turn.zoom + change[3]!,
    };
  }
  return turn;
};
