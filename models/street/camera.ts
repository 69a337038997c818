import type { Vec3 } from './vector.ts';

/** A pinhole camera on a mast, level across; its picture has square pixels and no distortion. */
export type MastCamera = {
  readonly width: number;
  readonly height: number;
  readonly at: Vec3;
  /** Below the horizon, degrees. */
  readonly tiltDeg: number;
  /** From the direction of the road to the right, degrees. */
  readonly panDeg: number;
  readonly focalPx: number;
};

/** A point as the camera sees it: pixels from the top left, and depth along the optical axis in metres. */
export type Seen = { readonly x: number; readonly y: number; readonly depth: number };

/** @returns the projection; points with a depth of 0 or less lie behind the camera */
export const projector = (camera: MastCamera): ((point: Vec3) => Seen) => {
  const [tilt, pan] = [(camera.tiltDeg * Math.PI) / 180, (camera.panDeg * Math.PI) / 180];
  const [cosTilt, sinTilt, cosPan, sinPan] = [Math.cos(tilt), Math.sin(tilt), Math.cos(pan), Math.sin(pan)];
  return ([px, py, pz]) => {
    const [x, y, up] = [px - camera.at[0], py - camera.at[1], pz - camera.at[2]];
    const right = x * cosPan - y * sinPan;
    const ahead = x * sinPan + y * cosPan;
    const depth = ahead * cosTilt - up * sinTilt;
    const rise = ahead * sinTilt + up * cosTilt;
    return {
      x: camera.width / 2 + (camera.focalPx * right) / depth,
      y: camera.height / 2 - (camera.focalPx * rise) / depth,
      depth,
    };
  };
};
