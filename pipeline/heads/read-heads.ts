import type { Detection } from '../detection.ts';
import type { Frame } from '../frame.ts';
import { type Box, boxHeight, boxWidth, centre, iou } from '../geometry.ts';
import type { HeadReading } from '../head-reading.ts';
import { toTarget } from '../letterbox.ts';
import type { Track } from '../track.ts';

/** One head in a crop, its box in source pixels; what the model says of it adds up to its score. */
export type Head = { readonly box: Box; readonly helmet: number; readonly bare: number; readonly unsure: number };

/** Boxes of different classes that overlap more are answers about one head. */
const SAME_HEAD_IOU = 0.4;
/** Less likely heads are left out. */
const LEAST_SCORE = 0.25;

/** Joins the answers about each head. @param detections classes `helmet`, `no_helmet`, `unsure`, by falling score */
export const toHeads = (detections: readonly Detection[]): readonly Head[] => {
  const heads: { box: Box; helmet: number; bare: number; unsure: number }[] = [];
  for (const { box, score, className } of detections) {
    let head = heads.find((other) => iou(other.box, box) >= SAME_HEAD_IOU);
    if (!head) heads.push((head = { box, helmet: 0, bare: 0, unsure: 0 }));
    if (className === 'helmet') head.helmet = Math.max(head.helmet, score);
    else if (className === 'no_helmet') head.bare = Math.max(head.bare, score);
    else head.unsure = Math.max(head.unsure, score);
  }
  return heads.filter(({ helmet, bare, unsure }) => helmet + bare + unsure >= LEAST_SCORE);
};

/** How badly a head fits on a rider: 0 at the middle of the upper edge, null where no head of theirs can be. */
const misfit = ({ box }: Head, rider: Box): number | null => {
  const { x, y } = centre(box);
  const aside = Math.abs(x - centre(rider).x) / Math.max(1, boxWidth(rider));
  const below = (y - rider.y1) / Math.max(1, boxHeight(rider));
  const isTooLarge = boxHeight(box) > 0.6 * boxHeight(rider);
  return aside > 0.6 || below < -0.15 || below > 0.45 || isTooLarge ? null : aside + Math.abs(below - 0.1);
};

/** Gives each rider the head that fits best; each head once. */
const seatHeads = (heads: readonly Head[], riders: readonly Track[]): ReadonlyMap<number, Head> => {
  const pairs = riders
    .flatMap((rider) =>
      heads.flatMap((head, index) => {
        const cost = misfit(head, rider.box);
        return cost === null ? [] : [{ rider, head, index, cost }];
      }),
    )
    .sort((a, b) => a.cost - b.cost || a.rider.id - b.rider.id || a.index - b.index);
  const seated = new Map<number, Head>();
  for (const { rider, head } of pairs)
    if (!seated.has(rider.id) && ![...seated.values()].includes(head)) seated.set(rider.id, head);
  return seated;
};

/**
 * What one crop says of its riders; riders without a head found have no reading.
 * @param detections of the crop, boxes in source pixels, by falling score
 * @param frame the analysis frame, for size and sharpness as the camera shows them
 */
export const readHeads = (
  detections: readonly Detection[],
  riders: readonly Track[],
  frame: Pick<Frame, 'pixels' | 'letterbox'>,
): readonly HeadReading[] =>
  [...seatHeads(toHeads(detections), riders)].map(([trackId, { box, helmet, bare, unsure }]) => {
    const sum = helmet + bare + unsure;
    // That it is a head at all is as doubtful as what is on it.
    const sure = Math.min(1, sum) / sum;
    return {
      trackId,
      helmet: helmet * sure,
      bare: bare * sure,
      other: 0,
      unsure: 1 - (helmet + bare) * sure,
      heightPx: boxHeight(box) * Math.min(1, frame.letterbox.scaleY),
      sharpness: sharpnessOf(frame, box),
    };
  });

/** Ratio of fine detail to contrast at which a head is blurred beyond use, and from which it is sharp. */
const BLURRED = 0.03;
const SHARP = 0.13;

/** Detail is measured as if every head were so high: a large head is smooth from one pixel to the next. */
const MEASURED_PX = 24;

/** 0–1: mean difference of a point from its four neighbours, against the contrast of the region. */
export const sharpnessOf = ({ pixels, letterbox }: Pick<Frame, 'pixels' | 'letterbox'>, box: Box): number => {
  const { width, height } = letterbox.target;
  const inFrame = toTarget(box, letterbox);
  const x1 = Math.max(1, Math.floor(inFrame.x1));
  const y1 = Math.max(1, Math.floor(inFrame.y1));
  const x2 = Math.min(width - 1, Math.ceil(inFrame.x2));
  const y2 = Math.min(height - 1, Math.ceil(inFrame.y2));
  if (x2 - x1 < 3 || y2 - y1 < 3) return 0;
  const step = Math.max(1, Math.round((y2 - y1) / MEASURED_PX));
  const grey = (x: number, y: number): number => {
    const at = (Math.min(Math.max(y, 0), height - 1) * width + Math.min(Math.max(x, 0), width - 1)) * 3;
    return (pixels[at]! + 2 * pixels[at + 1]! + pixels[at + 2]!) / 4;
  };
  let [sum, squares, detail, count] = [0, 0, 0, 0];
  for (let y = y1; y < y2; y += step)
    for (let x = x1; x < x2; x += step) {
      const here = grey(x, y);
      sum += here;
      squares += here * here;
      count++;
      detail += Math.abs(here - (grey(x - step, y) + grey(x + step, y) + grey(x, y - step) + grey(x, y + step)) / 4);
    }
  const contrast = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  const ratio = detail / count / Math.max(contrast, 4);
  return Math.min(1, Math.max(0, (ratio - BLURRED) / (SHARP - BLURRED)));
};
