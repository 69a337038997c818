import type { Point, Size } from './geometry.ts';
import type { LampColour } from './signals/signal.ts';
import type { SignalLamps } from './signals/signal-reader.ts';

/** Polygon in fractions of the frame, at least three corners, in order. */
export type Zone = { readonly id: string; readonly corners: readonly Point[] };

/** Directed segment in fractions of the frame. Crossing from its left to its right side (seen from a to b) is `in`. */
export type Line = { readonly id: string; readonly a: Point; readonly b: Point };

type Pair = readonly [number, number];

/** The named polygons of a camera's configuration. */
export const toZones = (zones: Readonly<Record<string, readonly Pair[]>>): ReadonlyMap<string, Zone> =>
  new Map(Object.entries(zones).map(([id, corners]) => [id, { id, corners: corners.map(([x, y]) => ({ x, y })) }]));

/** The named lines of a camera's configuration. */
export const toLines = (lines: Readonly<Record<string, readonly [Pair, Pair]>>): ReadonlyMap<string, Line> =>
  new Map(Object.entries(lines).map(([id, [a, b]]) => [id, { id, a: { x: a[0], y: a[1] }, b: { x: b[0], y: b[1] } }]));

type Lamp = { readonly colour: LampColour; readonly box: readonly [number, number, number, number] };

/** The signals of a camera's configuration. */
export const toSignals = (signals: Readonly<Record<string, readonly Lamp[]>>): ReadonlyMap<string, SignalLamps> =>
  new Map(
    Object.entries(signals).map(([id, lamps]) => [
      id,
      lamps.map(({ colour, box: [x1, y1, x2, y2] }) => ({ colour, box: { x1, y1, x2, y2 } })),
    ]),
  );

/** Corners in source pixels; done once, when the frame size is known. */
export const toPixelZone = (zone: Zone, size: Size): readonly Point[] =>
  zone.corners.map((corner) => toPixelPoint(corner, size));

/** A point given in fractions of the frame, in source pixels. */
export const toPixelPoint = ({ x, y }: Point, { width, height }: Size): Point => ({ x: x * width, y: y * height });
