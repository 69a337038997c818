import { type MapFrame, unproject } from './map-frame.ts';

type Place = { readonly latitude: number; readonly longitude: number };
/** One square of the map and where its corners lie. */
export type MapTile = {
  /** `zoom/x/y` */
  readonly path: string;
  readonly northWest: Place;
  readonly southEast: Place;
};

const TILE_PX = 256;
/** Metres of a pixel of the one tile of zoom 0, on the equator. */
const PIXEL_M = 156_543.03;
const RAD = Math.PI / 180;

/** Column and row, with fractions [OGC 17-083r4, WebMercatorQuad]. */
const tileAt = ({ latitude, longitude }: Place, zoom: number): { readonly x: number; readonly y: number } => {
  const across = 2 ** zoom;
  const mercator = Math.asinh(Math.tan(latitude * RAD));
  return { x: ((longitude + 180) / 360) * across, y: ((1 - mercator / Math.PI) / 2) * across };
};

const cornerOf = (x: number, y: number, zoom: number): Place => {
  const across = 2 ** zoom;
  return {
    latitude: Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / across))) / RAD,
    longitude: (x / across) * 360 - 180,
  };
};

/** The tiles that cover a frame, each about as large on it as it is in pixels. */
export const tilesOf = (frame: MapFrame, mostZoom: number): readonly MapTile[] => {
  const { middle, pixelsPerM, width, height } = frame;
  const wanted = Math.round(Math.log2(PIXEL_M * Math.cos(middle.latitude * RAD) * pixelsPerM));
  const zoom = Math.min(mostZoom, Math.max(0, wanted));
  const first = tileAt(unproject({ x: 0, y: 0 }, frame), zoom);
  const last = tileAt(unproject({ x: width, y: height }, frame), zoom);
  // A frame that is finer than the map has no more tiles than this either.
  const [most, across] = [Math.ceil((4 * Math.max(width, height)) / TILE_PX), 2 ** zoom];
  const span = (from: number, to: number): number[] =>
    Array.from({ length: Math.min(most, Math.floor(to) - Math.floor(from) + 1) }, (_, i) => Math.floor(from) + i);
  return span(first.y, last.y).flatMap((y) =>
    span(first.x, last.x)
      .filter((x) => x >= 0 && x < across && y >= 0 && y < across)
      .map((x) => ({
        path: `${String(zoom)}/${String(x)}/${String(y)}`,
        northWest: cornerOf(x, y, zoom),
        southEast: cornerOf(x + 1, y + 1, zoom),
      })),
  );
};
