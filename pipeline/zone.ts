import type { Point, Size } from './geometry.ts';

/** Polygon in fractions of the frame, at least three corners, in order. */
export type Zone = { readonly id: string; readonly corners: readonly Point[] };

/** Directed segment in fractions of the frame. Crossing from its left to its right side (seen from a to b) is `in`. */
export type Line = { readonly id: string; readonly a: Point; readonly b: Point };

/** Corners in source pixels; done once, when the frame size is known. */
export const toPixelZone = (zone: Zone, { width, height }: Size): readonly Point[] =>
  zone.corners.map(({ x, y }) => ({ x: x * width, y: y * height }));
