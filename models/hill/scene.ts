import { focalLengthPx } from '../../pipeline/fire/lens.ts';
import type { Vec3 } from '../street/vector.ts';
import { heightAt } from './land.ts';

/** A camera on a fire tower: level, pinhole, square pixels. Metres east, north and above the sea. */
export type Tower = {
  readonly at: Vec3;
  /** Of the optical axis from north, degrees. */
  readonly azimuthDeg: number;
  readonly fieldOfViewDeg: number;
  readonly width: number;
  readonly height: number;
};

/** A fire in the woods, seen by its smoke. */
export type Fire = {
  readonly at: Vec3;
  /** When the first smoke rises, seconds of the film. */
  readonly from: number;
  /** Where the wind goes, metres a second to the east and to the north. */
  readonly wind: readonly [number, number];
};

const MAST_M = 32;

export const TOWER: Tower = {
  ...{ at: [-2_600, 500, heightAt(-2_600, 500) + MAST_M], azimuthDeg: 35 },
  ...{ fieldOfViewDeg: 40, width: 1280, height: 720 },
};
/** On a slope that the tower sees, with nothing before it. */
export const FIRE: Fire = { at: [-1_781, 1_640, heightAt(-1_781, 1_640)], from: 15, wind: [4, -1.2] };

export const FILM = { seconds: 60, fps: 5 } as const;

export type Seen = { readonly x: number; readonly y: number; readonly depth: number };

/** @returns where a place stands in the picture; depth along the optical axis in metres */
export const towerView = ({ at, azimuthDeg, fieldOfViewDeg, width, height }: Tower): ((place: Vec3) => Seen) => {
  const focal = focalLengthPx({ fieldOfViewDeg }, { width, height });
  const turn = (azimuthDeg * Math.PI) / 180;
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
  return ([east, north, up]) => {
    const [x, y] = [east - at[0], north - at[1]];
    const depth = x * sin + y * cos;
    return {
      x: width / 2 + (focal * (x * cos - y * sin)) / depth,
      y: height / 2 - (focal * (up - at[2])) / depth,
      depth,
    };
  };
};
