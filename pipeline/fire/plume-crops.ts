import type { WatchEvent } from '../event.ts';
import { type Box, boxHeight, boxWidth, centre, type Point, type Size } from '../geometry.ts';
import type { PtsMs } from '../time.ts';
import { findLandmarks, type GreyPicture } from './landmarks.ts';

/** Of each case of smoke: enough to see it grow, few enough to look at in one glance [DOMAIN.md §4.4]. */
export const MOST_CROPS = 8;
/** Side of the view against the plume's, so that the hill around it is seen too. */
const ROOM = 3;
/** Of the camera's width, at the least: what is smaller shows nothing to compare with. */
const LEAST_SHARE = 0.12;
const ASPECT = 4 / 3;
/** Landmarks that must agree before a picture is shifted. */
const LEAST_LANDMARKS = 8;

/**
 * The one part of the camera's picture that all crops of a plume show: around where it was at first sight and where it is at
 * the trigger. A view that followed the box from look to look would hide the growth that a ranger looks for.
 * @param boxes in fractions of the frame; at least one
 * @param size of the picture
 * @returns whole pixels, 4:3 where the picture is large enough, inside the picture
 */
export const cropWindow = (boxes: readonly Box[], size: Size): Box => {
  const all = {
    x1: Math.min(...boxes.map(({ x1 }) => x1)) * size.width,
    y1: Math.min(...boxes.map(({ y1 }) => y1)) * size.height,
    x2: Math.max(...boxes.map(({ x2 }) => x2)) * size.width,
    y2: Math.max(...boxes.map(({ y2 }) => y2)) * size.height,
  };
  const wanted = Math.max(ROOM * boxWidth(all), ROOM * boxHeight(all) * ASPECT, LEAST_SHARE * size.width);
  const width = Math.round(Math.min(size.width, size.height * ASPECT, wanted));
  const height = Math.round(width / ASPECT);
  const { x, y } = centre(all);
  return placed({ x: x - width / 2, y: y - height / 2 }, { width, height }, size);
};

/** The same view on a picture whose things lie elsewhere by `shift` pixels. */
export const shifted = (window: Box, shift: Point, size: Size): Box =>
  placed(
    { x: window.x1 + shift.x, y: window.y1 + shift.y },
    { width: boxWidth(window), height: boxHeight(window) },
    size,
  );

/** Moved into the picture, never made smaller. */
const placed = ({ x, y }: Point, { width, height }: Size, size: Size): Box => {
  const x1 = Math.max(0, Math.min(size.width - width, Math.round(x)));
  const y1 = Math.max(0, Math.min(size.height - height, Math.round(y)));
  return { x1, y1, x2: x1 + width, y2: y1 + height };
};

/**
 * By how much the things of a reference picture lie elsewhere on another one: the camera was turned a little, or sways.
 * @returns in pixels of the pictures; null where too few landmarks agree (night, fog), and the picture is left as it is
 */
export const shiftBetween = (reference: GreyPicture, current: GreyPicture): Point | null => {
  const found = findLandmarks(reference, current);
  if (found.length < LEAST_LANDMARKS) return null;
  return { x: median(found.map((one) => one.nowX - one.x)), y: median(found.map((one) => one.nowY - one.y)) };
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** At most `MOST_CROPS` of them, evenly spread, the first and the last included. */
export const spread = <T>(all: readonly T[]): readonly T[] =>
  all.length <= MOST_CROPS
    ? all
    : Array.from({ length: MOST_CROPS }, (_, index) => all[Math.round((index * (all.length - 1)) / (MOST_CROPS - 1))]!);

/** When the plume of an event was seen, by the steps of its decision, to the second; empty for other events. */
export const sightedAt = ({ kind, startPtsMs, decision }: WatchEvent): readonly PtsMs[] =>
  kind === 'smoke' || kind === 'flame'
    ? [...(decision.facts['steps'] ?? '').matchAll(/(?:^| )(\d+):[\d.]+\//g)].map(
        ([, seconds]) => startPtsMs + 1_000 * Number(seconds),
      )
    : [];
