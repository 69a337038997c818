import { type Box, boxHeight, boxWidth, type Size } from '../pipeline/geometry.ts';
import { type JoinCrop, joinCrops } from '../pipeline/plates/join.ts';
import { type Picture, stretch, widened } from './plate-crop.ts';
import type { PlateView } from './text-model.ts';

/** A plate in one of the pictures in which it was looked at, and how sharp it is there, 0–1. */
export type SeenPlate = { readonly picture: Picture; readonly box: Box; readonly sharpness: number };

/** What shows the plate in all looks, however its finder placed the box. */
const MARGIN = 0.08;
/** Crops are lifted to so much more than the reader's input, so that a shift by a part of a pixel takes nothing away. */
const LIFT = 2;
const resized = async (picture: Picture, to: Size): Promise<Picture> => {
  const pixels = await stretch(picture, { x1: 0, y1: 0, x2: picture.width, y2: picture.height }, to);
  return pixels ? { ...to, pixels } : picture;
};

/**
 * Lays all that was seen of a plate over each other. Larger and sharper looks count more. It is read as it comes out: sharpened,
 * fewer were read (benchmarks/scenarios/plate-voting.ts).
 * @param to the reader's input
 * @returns null where there is nothing to join
 */
export const joinedPlate = async (
  seen: readonly SeenPlate[],
  to: Size,
): Promise<{ readonly view: PlateView; readonly heightPx: number; readonly looks: number } | null> => {
  const lifted = { width: to.width * LIFT, height: to.height * LIFT };
  const crops: (JoinCrop & { readonly box: Box })[] = [];
  for (const { picture, box, sharpness } of seen) {
    const pixels = await stretch(picture, widened(box, MARGIN), lifted);
    if (pixels) crops.push({ pixels, box, weight: (boxHeight(box) * sharpness) ** 2 });
  }
  const largest = crops.reduce<Box | null>((a, { box }) => (a && boxHeight(a) >= boxHeight(box) ? a : box), null);
  // Nothing is gained where one look fills the reader's input.
  if (!largest || boxHeight(largest) > to.height) return null;
  const joined = joinCrops(crops, lifted);
  if (!joined) return null;
  // With the sides that the plate has on the pictures, for a reader that parts its lines.
  const shown = { width: Math.round(boxWidth(largest) * LIFT), height: Math.round(boxHeight(largest) * LIFT) };
  const picture = await resized(joined, shown);
  const view = { picture, box: { x1: 0, y1: 0, x2: picture.width, y2: picture.height }, pixels: joined.pixels };
  return { view, heightPx: boxHeight(largest), looks: joined.joined };
};
