import { type Pose, toBearing } from '../pipeline/fire/lens.ts';
import type { Size } from '../pipeline/geometry.ts';

/** How a drawn view of hills looks at an instant. */
export type DrawnView = {
  readonly pose: Pose;
  /** Of the camera about its axis, degrees; positive turns the picture clockwise. */
  readonly rollDeg?: number;
  /** 1 by day. */
  readonly light?: number;
  /** Which clouds stand in the sky. */
  readonly sky?: number;
  /** Share of the picture's width, from its left edge on, that fog hides. */
  readonly fog?: number;
  /** Grain of the sensor, 0–255. */
  readonly noise?: number;
};

/** Value of a lattice of random numbers between its points: the same place always gives the same. */
const grain = (x: number, y: number, seed: number): number => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - column, y - row];
  const at = (c: number, r: number): number => {
    let hash = (c * 374_761_393 + r * 668_265_263 + seed * 2_147_483_647) | 0;
    hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177);
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
  };
  const [sx, sy] = [dx * dx * (3 - 2 * dx), dy * dy * (3 - 2 * dy)];
  const upper = at(column, row) * (1 - sx) + at(column + 1, row) * sx;
  const lower = at(column, row + 1) * (1 - sx) + at(column + 1, row + 1) * sx;
  return upper * (1 - sy) + lower * sy;
};

const rough = (x: number, y: number, seed: number): number =>
  (grain(x, y, seed) + 0.5 * grain(2.1 * x, 2.1 * y, seed + 1) + 0.25 * grain(4.3 * x, 4.3 * y, seed + 2)) / 1.75;

/** Brightness of what lies in a direction: clouds above a ridge, woods and fields below it. */
const brightnessAt = (azimuthDeg: number, elevationDeg: number, sky: number): number => {
  const ridge = 3 * rough(azimuthDeg / 5, 0.5, 7) - 1;
  if (elevationDeg > ridge) return 150 + 80 * rough(azimuthDeg / 6, elevationDeg / 3, 100 + sky);
  const depth = (ridge - elevationDeg) / 2;
  return 30 + 110 * rough(azimuthDeg * 1.4, elevationDeg * 2.2, 31) + 15 * Math.min(1, depth);
};

/** uint8 RGB, height × width × 3: hills as a camera with that pose and lens sees them. */
export const drawHills = (
  { pose, rollDeg = 0, light = 1, sky = 0, fog = 0, noise = 2 }: DrawnView,
  size: Size,
): Uint8Array<ArrayBuffer> => {
  const pixels = new Uint8Array(size.width * size.height * 3);
  const [sin, cos] = [Math.sin((-rollDeg * Math.PI) / 180), Math.cos((-rollDeg * Math.PI) / 180)];
  let state = 1 + sky;
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const [dx, dy] = [x + 0.5 - size.width / 2, y + 0.5 - size.height / 2];
      const pixel = { x: size.width / 2 + cos * dx - sin * dy, y: size.height / 2 + sin * dx + cos * dy };
      const { azimuthDeg, elevationDeg } = toBearing(pixel, pose, size);
      // Directions count on past 360°, or the lattice would have a seam.
      const azimuth = azimuthDeg > 180 ? azimuthDeg - 360 : azimuthDeg;
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      const speck = ((state >>> 16) / 65_536 - 0.5) * 2 * noise;
      const bright = x < fog * size.width ? 190 : brightnessAt(azimuth, elevationDeg, sky);
      const value = Math.max(0, Math.min(255, light * bright + speck));
      pixels.fill(value, (y * size.width + x) * 3, (y * size.width + x) * 3 + 3);
    }
  return pixels;
};
