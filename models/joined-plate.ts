import { type Box, boxHeight, boxWidth, type Size } from '../pipeline/geometry.ts';
import { type JoinCrop, joinCrops } from '../pipeline/plates/join.ts';
import { sharpened } from '../pipeline/plates/sharpen.ts';
import { type Picture, stretch, widened } from './plate-crop.ts';
import type { PlateView } from './text-model.ts';

/** A plate in one of the pictures in which it was looked at, and how sharp it is there, 0–1. */
export type SeenPlate = { readonly picture: Picture; readonly box: Box; readonly sharpness: number };

/** What shows the plate in all looks, however its finder placed the box. */
const MARGIN = 0.08;
/** Crops are lifted to so much more than the reader's input, so that a shift by a part of a pixel takes nothing away. */
const LIFT = 2;
/** Blur of a lens and a sensor in pixels of the picture; a compromise, for nobody knows the camera's. */
const BLUR_PX = 0.8;
/** Rounds of sharpening of the views that are offered: noise that joining left behind may allow none. */
const ROUNDS = [0, 3];

const resized = async (picture: Picture, to: Size): Promise<Picture> => {
  const pixels = await stretch(picture, { x1: 0, y1: 0, x2: picture.width, y2: picture.height }, to);
  return pixels ? { ...to, pixels } : picture;
};

/**
 * Lays all that was seen of a plate over each other. Larger and sharper looks count more.
 * @param to the reader's input
 * @returns views of the joined plate, sharpened more and less; null where there is nothing to join
 */
export const joinedPlate = async (
  seen: readonly SeenPlate[],
  to: Size,
): Promise<{ readonly views: readonly PlateView[]; readonly heightPx: number; readonly looks: number } | null> => {
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
  const margins = 1 + 2 * MARGIN;
  const blur = {
    acrossPx: (BLUR_PX * to.width) / (boxWidth(largest) * margins),
    downPx: (BLUR_PX * to.height) / (boxHeight(largest) * margins),
  };
  // With the sides that the plate has on the pictures, for who wants to turn it or to part its lines.
  const shown = { width: Math.round(boxWidth(largest) * LIFT), height: Math.round(boxHeight(largest) * LIFT) };
  const views: PlateView[] = [];
  for (const rounds of ROUNDS) {
    const pixels = rounds > 0 ? sharpened(joined.pixels, to, blur, rounds) : joined.pixels;
    const picture = await resized({ ...to, pixels }, shown);
    views.push({ picture, box: { x1: 0, y1: 0, x2: shown.width, y2: shown.height }, pixels });
  }
  return { views, heightPx: boxHeight(largest), looks: joined.joined };
};
