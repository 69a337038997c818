/** A point; the doc of whoever holds it says whether in source pixels or in fractions of the frame. */
export type Point = { readonly x: number; readonly y: number };

/** Axis-aligned box in source pixels, origin top left, right and bottom edges excluded. */
export type Box = { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

export type Size = { readonly width: number; readonly height: number };

export const boxWidth = (box: Box): number => box.x2 - box.x1;
export const boxHeight = (box: Box): number => box.y2 - box.y1;
export const boxArea = (box: Box): number => Math.max(0, boxWidth(box)) * Math.max(0, boxHeight(box));

/** Centre of the lower edge: where a vehicle or a person touches the ground. */
export const groundPoint = (box: Box): Point => ({ x: (box.x1 + box.x2) / 2, y: box.y2 });

export const centre = (box: Box): Point => ({ x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2 });

export const intersectionArea = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1)) * Math.max(0, Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1));

/** Intersection over union, 0–1; 0 when both boxes are empty. */
export const iou = (a: Box, b: Box): number => {
  const shared = intersectionArea(a, b);
  const union = boxArea(a) + boxArea(b) - shared;
  return union > 0 ? shared / union : 0;
};

/** The part of the box that lies inside a frame of that size. */
export const clipBox = (box: Box, { width, height }: Size): Box => ({
  x1: Math.min(Math.max(box.x1, 0), width),
  y1: Math.min(Math.max(box.y1, 0), height),
  x2: Math.min(Math.max(box.x2, 0), width),
  y2: Math.min(Math.max(box.y2, 0), height),
});

/** Box in fractions of the frame, as rules' evidence and the player's overlay use it. */
export const toFractions = (box: Box, { width, height }: Size): Box => ({
  x1: box.x1 / width,
  y1: box.y1 / height,
  x2: box.x2 / width,
  y2: box.y2 / height,
});
