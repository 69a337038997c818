import type { Detection } from '../detection.ts';
import type { Frame } from '../frame.ts';
import type { Box } from '../geometry.ts';
import { shownOf } from '../health/grey-picture.ts';
import { toSource } from '../letterbox.ts';
import type { PtsMs } from '../time.ts';

type Picture = Pick<Frame, 'pixels' | 'letterbox'>;

/** A night's picture is no brighter on the whole (0–255); dusk and moonlight are, and smoke is looked for then. */
const MOST_BRIGHT = 60;
/** A picture that is so much brighter than the one before was lit by lightning, a lamp beside the lens or its exposure. */
const FLASH = 12;
/** A light stands out from the picture by so much, at its brightest channel. */
const LEAST_STEP = 70;
/** Largest light, as a share of the picture; the moon behind haze and headlights towards the lens are larger. */
const MOST_AREA = 0.004;
/** More lights are a town, and too many to follow. */
const MOST_LIGHTS = 200;
/** Red over blue of a flame's rim; white and blue lamps, the moon and a camera that shows no colours have less. */
const LEAST_WARMTH = 1.25;
/** Green over red: tail lights and lamps on masts are redder than any flame. */
const LEAST_GREEN = 0.3;
/** Looks before anything is said of a light, and for how long its brightness is remembered. */
const LEAST_LOOKS = 6;
const MOST_LOOKS = 24;
/** Lamps differ from look to look by noise of the picture, flames by a fifth and more [Töreyin et al. 2006]. */
const STEADY = 0.12;
const FLICKERS = 0.3;
/** Lights of the first minutes of a watch were there before: lamps, and fires that somebody knows of. */
const BASELINE_MS = 120_000;
const OLD_SHARE = 0.25;
/** Not seen for so long, a light that comes back is a new one. */
const FORGET_MS = 20 * 60_000;
/** A light that goes further from where it was first seen, in its own widths, travels. */
const TRAVELS = 1.5;
/** What is seen at its place less often than this passes by: headlights on a road. */
const LEAST_PRESENCE = 0.6;
const LEAST_SCORE = 0.2;

/** A light at its place, through the night. */
type Light = {
  readonly x: number;
  readonly y: number;
  readonly firstPtsMs: PtsMs;
  lastPtsMs: PtsMs;
  /** Brightness times area, newest last. */
  series: number[];
  looks: number;
  /** Of the watch, when it was first seen. */
  readonly firstLook: number;
};

type Blob = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly x: number;
  readonly y: number;
  /** Sum of what stands out in and around it. */
  readonly energy: number;
  readonly isWarm: boolean;
};

/**
 * Flame seen at night as a small light: warm, flickering, at a place where no light was, and staying there. Lamps are steady,
 * vehicles travel, the moon is neither warm nor flickers; what is lit when the watch begins counts a quarter. Its scores go to the same
 * confirmation as the detector's.
 */
export class GlowWatch {
  #lights: Light[] = [];
  #darkSincePtsMs: PtsMs | null = null;
  #brightness: number | null = null;
  #looks = 0;

  /** @returns flames in source pixels; none by day */
  look(frame: Picture, ptsMs: PtsMs): readonly Detection[] {
    const brightness = brightnessOf(frame);
    const before = this.#brightness;
    this.#brightness = brightness;
    if (brightness > MOST_BRIGHT) {
      this.#lights = [];
      this.#darkSincePtsMs = null;
      return [];
    }
    this.#darkSincePtsMs ??= ptsMs;
    if (before !== null && brightness - before > FLASH) return [];
    this.#looks++;
    const blobs = blobsOf(frame, brightness);
    this.#lights = this.#lights.filter(({ lastPtsMs }) => ptsMs - lastPtsMs <= FORGET_MS);
    const free = new Set(this.#lights);
    return blobs.flatMap((blob) => {
      const light = this.#follow(blob, ptsMs, free);
      const score = this.#score(light, blob);
      return score < LEAST_SCORE ? [] : [{ className: 'flame', score, box: toSource(blob, frame.letterbox) }];
    });
  }

  #follow(blob: Blob, ptsMs: PtsMs, free: Set<Light>): Light {
    const width = Math.max(3, blob.x2 - blob.x1, blob.y2 - blob.y1);
    let nearest: Light | null = null;
    let least = TRAVELS * width + 2;
    for (const light of free) {
      const off = Math.hypot(light.x - blob.x, light.y - blob.y);
      if (off <= least) [nearest, least] = [light, off];
    }
    if (!nearest) {
      const light: Light = {
        ...{ x: blob.x, y: blob.y, firstPtsMs: ptsMs, lastPtsMs: ptsMs },
        ...{ series: [blob.energy], looks: 1, firstLook: this.#looks },
      };
      this.#lights.push(light);
      return light;
    }
    free.delete(nearest);
    nearest.lastPtsMs = ptsMs;
    nearest.looks++;
    nearest.series = [...nearest.series, blob.energy].slice(-MOST_LOOKS);
    return nearest;
  }

  #score({ series, looks, firstLook, firstPtsMs }: Light, { isWarm }: Blob): number {
    if (!isWarm || looks < LEAST_LOOKS || looks < LEAST_PRESENCE * (this.#looks - firstLook + 1)) return 0;
    const flicker = (flickerOf(series) - STEADY) / (FLICKERS - STEADY);
    const share = firstPtsMs - this.#darkSincePtsMs! < BASELINE_MS ? OLD_SHARE : 1;
    return 0.1 + 0.7 * Math.min(1, Math.max(0, flicker)) * share;
  }
}

/** Median change from look to look, as a share: a lamp that is hidden once by a branch does not flicker. */
const flickerOf = (series: readonly number[]): number => {
  const changes = series
    .slice(1)
    .map((value, index) => Math.abs(Math.log(value / series[index]!)))
    .sort((a, b) => a - b);
  return changes[Math.floor(changes.length / 2)] ?? 0;
};

const brightnessOf = ({ pixels, letterbox }: Picture): number => {
  const { left, top, right, bottom } = shownOf(letterbox);
  let [sum, count] = [0, 0];
  for (let y = top; y < bottom; y += 4)
    for (let x = left; x < right; x += 4) {
      sum += pixels[(y * letterbox.target.width + x) * 3 + 1]!;
      count++;
    }
  return count > 0 ? sum / count : 0;
};

/** Lights of a picture, in pixels of the analysis frame; none where there are too many to follow. */
const blobsOf = ({ pixels, letterbox }: Picture, brightness: number): readonly Blob[] => {
  const { left, top, right, bottom } = shownOf(letterbox);
  const { width } = letterbox.target;
  const limit = brightness + LEAST_STEP;
  const seen = new Uint8Array(pixels.length / 3);
  const isLit = (at: number): boolean => Math.max(pixels[3 * at]!, pixels[3 * at + 1]!) >= limit;
  const mostPixels = MOST_AREA * (right - left) * (bottom - top);
  const blobs: Blob[] = [];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = y * width + x;
      if (seen[at] === 1 || !isLit(at)) continue;
      const members = flood(at, { left, top, right, bottom, width }, seen, isLit);
      if (members.length > mostPixels) continue;
      blobs.push(toBlob(members, pixels, { left, top, right, bottom, width }, brightness));
      if (blobs.length > MOST_LIGHTS) return [];
    }
  return blobs;
};

type Area = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
};

/** All lit pixels that hang together with one, diagonals included. */
const flood = (
  start: number,
  { left, top, right, bottom, width }: Area,
  seen: Uint8Array,
  isLit: (at: number) => boolean,
): readonly number[] => {
  const members = [start];
  seen[start] = 1;
  for (let next = 0; next < members.length; next++) {
    const [x, y] = [members[next]! % width, Math.floor(members[next]! / width)];
    for (let ny = Math.max(top, y - 1); ny <= Math.min(bottom - 1, y + 1); ny++)
      for (let nx = Math.max(left, x - 1); nx <= Math.min(right - 1, x + 1); nx++) {
        const at = ny * width + nx;
        if (seen[at] === 1 || !isLit(at)) continue;
        seen[at] = 1;
        members.push(at);
      }
  }
  return members;
};

const toBlob = (members: readonly number[], pixels: Uint8Array, area: Area, brightness: number): Blob => {
  const { width } = area;
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  let [sumX, sumY, weight, red, green, blue] = [0, 0, 0, 0, 0, 0];
  for (const at of members) {
    const [x, y] = [at % width, Math.floor(at / width)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
    const [r, g, b] = [pixels[3 * at]!, pixels[3 * at + 1]!, pixels[3 * at + 2]!];
    const stands = Math.max(r, g) - brightness;
    sumX += x * stands;
    sumY += y * stands;
    weight += stands;
    red += r;
    green += g;
    blue += b;
  }
  return {
    ...{ x1, y1, x2, y2, x: sumX / weight, y: sumY / weight },
    energy: energyOf({ x1, y1, x2, y2 }, pixels, area, brightness),
    isWarm: red >= LEAST_WARMTH * blue && green >= LEAST_GREEN * red && green <= red,
  };
};

/** Around a light too: its edge trembles by whole pixels from look to look where its brightness does not. */
const AROUND_PX = 3;
const NOISE = 12;

const energyOf = ({ x1, y1, x2, y2 }: Box, pixels: Uint8Array, area: Area, brightness: number): number => {
  let energy = 1;
  for (let y = Math.max(area.top, y1 - AROUND_PX); y < Math.min(area.bottom, y2 + AROUND_PX); y++)
    for (let x = Math.max(area.left, x1 - AROUND_PX); x < Math.min(area.right, x2 + AROUND_PX); x++) {
      const at = 3 * (y * area.width + x);
      energy += Math.max(0, Math.max(pixels[at]!, pixels[at + 1]!) - brightness - NOISE);
    }
  return energy;
};
