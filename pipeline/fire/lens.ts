import type { Point, Size } from '../geometry.ts';

/** Where a camera looks at one preset and how its lens draws. Angles in degrees, clockwise from true north. */
export type Pose = {
  readonly id: string;
  /** Of the optical axis, from true north. */
  readonly azimuthDeg: number;
  /** Of the optical axis, up positive. */
  readonly tiltDeg: number;
  /** Horizontal field of view at this zoom, without distortion. */
  readonly fieldOfViewDeg: number;
  /** First radial coefficient (Brown): drawn radius = r·(1 + k1·r²), r in focal lengths. Barrel is negative. */
  readonly k1: number;
  /** One standard deviation of the pose's calibration. */
  readonly errorDeg: number;
};

export type Bearing = { readonly azimuthDeg: number; readonly elevationDeg: number };

const RAD = Math.PI / 180;
const UNDISTORT_ROUNDS = 20;

export const focalLengthPx = (pose: Pick<Pose, 'fieldOfViewDeg'>, { width }: Size): number =>
  width / 2 / Math.tan((pose.fieldOfViewDeg / 2) * RAD);

/** Angle folded into [0, 360). */
export const wrapDeg = (angle: number): number => ((angle % 360) + 360) % 360;
/** Smallest signed angle from b to a, in (-180, 180]. */
export const angleBetweenDeg = (a: number, b: number): number => 180 - wrapDeg(180 - (a - b));

/**
 * Direction in which a pixel looks: pinhole with one radial term, tilt about the horizontal axis [DOMAIN.md §4.5].
 * A linear mapping would err by up to 0.81° at a field of view of 54°, which is 281 m at 20 km.
 * @param pixel in source pixels of a picture of that size
 */
export const toBearing = (pixel: Point, pose: Pose, size: Size): Bearing => {
  const f = focalLengthPx(pose, size);
  const { x: u, y: v } = undistort({ x: (pixel.x - size.width / 2) / f, y: (size.height / 2 - pixel.y) / f }, pose.k1);
  const tilt = pose.tiltDeg * RAD;
  const forward = Math.cos(tilt) - v * Math.sin(tilt);
  const up = Math.sin(tilt) + v * Math.cos(tilt);
  return {
    azimuthDeg: wrapDeg(pose.azimuthDeg + Math.atan2(u, forward) / RAD),
    elevationDeg: Math.atan2(up, Math.hypot(u, forward)) / RAD,
  };
};

/** The pixel that looks in a direction; null where it lies behind the camera. Inverse of `toBearing`. */
export const toPixel = ({ azimuthDeg, elevationDeg }: Bearing, pose: Pose, size: Size): Point | null => {
  const f = focalLengthPx(pose, size);
  const turn = angleBetweenDeg(azimuthDeg, pose.azimuthDeg) * RAD;
  const [elevation, tilt] = [elevationDeg * RAD, pose.tiltDeg * RAD];
  const ahead = Math.cos(elevation) * Math.cos(turn);
  const up = Math.sin(elevation);
  const depth = ahead * Math.cos(tilt) + up * Math.sin(tilt);
  if (depth <= 0) return null;
  const u = (Math.cos(elevation) * Math.sin(turn)) / depth;
  const v = (up * Math.cos(tilt) - ahead * Math.sin(tilt)) / depth;
  const stretch = 1 + pose.k1 * (u * u + v * v);
  return { x: size.width / 2 + f * u * stretch, y: size.height / 2 - f * v * stretch };
};

/** Fixed-point iteration: converges for the mild distortion of surveillance lenses (|k1·r²| below about 0.3). */
const undistort = (drawn: Point, k1: number): Point => {
  let ideal = drawn;
  for (let round = 0; round < UNDISTORT_ROUNDS && k1 !== 0; round++) {
    const stretch = 1 + k1 * (ideal.x * ideal.x + ideal.y * ideal.y);
    ideal = { x: drawn.x / stretch, y: drawn.y / stretch };
  }
  return ideal;
};
