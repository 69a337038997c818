import type { Size } from '../pipeline/geometry.ts';
import { random } from './drawn-tracks.ts';

const RAD = Math.PI / 180;

/** A plume that stands somewhere in the panorama. */
export type DrawnPlume = {
  readonly azimuthDeg: number;
  /** Width of its foot in degrees; it is two and a half times as high as wide. */
  readonly widthDeg: number;
};

/**
 * Hills all around a tower, as they show in any direction: sky, a ridge, woods with a grain of their own. Nothing of it is
 * red above `MOST_RED`; a plume is.
 */
export class DrawnPanorama {
  readonly #waves: readonly { readonly turns: number; readonly phase: number; readonly height: number }[];
  readonly #grain: Float32Array;

  constructor(seed: number) {
    const next = random(seed);
    this.#waves = [3, 7, 11, 23, 41, 67].map((turns) => ({
      turns,
      phase: 2 * Math.PI * next(),
      height: 0.5 * next() * (8 / (4 + turns)),
    }));
    this.#grain = Float32Array.from({ length: GRAIN * GRAIN }, () => next());
  }

  /** uint8 RGB, height × width × 3: what a level camera with a linear lens sees. */
  view(
    { azimuthDeg, fieldOfViewDeg }: { readonly azimuthDeg: number; readonly fieldOfViewDeg: number },
    { width, height }: Size,
    plumes: readonly DrawnPlume[] = [],
  ): Uint8Array<ArrayBuffer> {
    const pixels = new Uint8Array(width * height * 3);
    const degreesPerPx = fieldOfViewDeg / width;
    for (let x = 0; x < width; x++) {
      const azimuth = azimuthDeg - fieldOfViewDeg / 2 + (x + 0.5) * degreesPerPx;
      const ridge = height * (0.5 - 0.12 * this.#ridge(azimuth));
      for (let y = 0; y < height; y++) {
        const colour = y < ridge ? sky(y / height) : this.#woods(azimuth, (y - ridge) / height);
        pixels.set(colour, (y * width + x) * 3);
      }
      for (const plume of plumes) this.#draw(pixels, { width, height }, x, azimuth, plume, degreesPerPx);
    }
    return pixels;
  }

  #ridge(azimuthDeg: number): number {
    return this.#waves.reduce(
      (sum, { turns, phase, height }) => sum + height * Math.sin(turns * azimuthDeg * RAD + phase),
      0,
    );
  }

  #woods(azimuthDeg: number, depth: number): readonly [number, number, number] {
    const [column, row] = [Math.floor((azimuthDeg + 720) * 1.7) % GRAIN, Math.floor(depth * 40) % GRAIN];
    const grain = this.#grain[row * GRAIN + column]!;
    return [20 + 25 * grain, 40 + 90 * grain, 20 + 20 * grain];
  }

  #draw(
    pixels: Uint8Array,
    { width, height }: Size,
    x: number,
    azimuthDeg: number,
    { azimuthDeg: foot, widthDeg }: DrawnPlume,
    degreesPerPx: number,
  ): void {
    const off = ((azimuthDeg - foot + 540) % 360) - 180;
    if (Math.abs(off) > widthDeg / 2) return;
    const bottom = Math.round(height * 0.58);
    const top = Math.max(0, bottom - Math.round((2.5 * widthDeg) / degreesPerPx));
    for (let y = top; y < bottom; y++) pixels.set([230, 230, 230], (y * width + x) * 3);
  }
}

export const MOST_RED = 50;
const GRAIN = 64;
const sky = (share: number): readonly [number, number, number] => [MOST_RED - 10, 120 + 60 * share, 190];
