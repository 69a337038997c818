import { type Box, centre, iou, type Point } from '../geometry.ts';

const SAME_PLUME_IOU = 0.1;

/** Whether two boxes are one plume: smoke has no edge, so a box and its part are. */
export const isSamePlume = (a: Box, b: Box): boolean =>
  iou(a, b) >= SAME_PLUME_IOU || contains(a, centre(b)) || contains(b, centre(a));

const contains = (box: Box, { x, y }: Point): boolean => x >= box.x1 && x < box.x2 && y >= box.y1 && y < box.y2;
