import type { Place } from '../../pipeline/fire/earth.ts';

/** What part of the world the map shows: equirectangular about its middle, north up. */
export type MapFrame = {
  readonly middle: Place;
  readonly pixelsPerM: number;
  readonly width: number;
  readonly height: number;
  /** Length of the scale bar: a round number of metres, about a sixth of the width. */
  readonly gridM: number;
};

/** Of latitude everywhere, of longitude on the equator: exact enough for what a picture shows. */
export const METRES_PER_DEGREE = 111_320;
/** Share of the frame that the places fill. */
const MARGIN = 0.82;
const SMALLEST_M = 2_000;

/** Metres of one degree of longitude. */
export const eastPerDegree = (latitude: number): number => METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);

/** All places in view; null when there is none. */
export const frameAround = (
  places: readonly Place[],
  { width, height }: { readonly width: number; readonly height: number },
): MapFrame | null => {
  if (places.length === 0) return null;
  const latitudes = places.map(({ latitude }) => latitude);
  const longitudes = places.map(({ longitude }) => longitude);
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const middle = { latitude: (south + north) / 2, longitude: (west + east) / 2 };
  const acrossM = Math.max(SMALLEST_M, (east - west) * eastPerDegree(middle.latitude));
  const upM = Math.max(SMALLEST_M, (north - south) * METRES_PER_DEGREE);
  const pixelsPerM = MARGIN * Math.min(width / acrossM, height / upM);
  return { middle, pixelsPerM, width, height, gridM: roundLength(width / 6 / pixelsPerM) };
};

/** The largest of 1, 2 or 5 times a power of ten that is not longer. */
const roundLength = (metres: number): number => {
  const power = 10 ** Math.floor(Math.log10(metres));
  return power * (metres >= 5 * power ? 5 : metres >= 2 * power ? 2 : 1);
};

/** Where on the earth a point of the frame lies: `project` the other way. */
export const unproject = (
  { x, y }: { readonly x: number; readonly y: number },
  { middle, pixelsPerM, width, height }: MapFrame,
): Place => ({
  latitude: middle.latitude - (y - height / 2) / pixelsPerM / METRES_PER_DEGREE,
  longitude: middle.longitude + (x - width / 2) / pixelsPerM / eastPerDegree(middle.latitude),
});

export const project = (
  { latitude, longitude }: Place,
  frame: MapFrame,
): { readonly x: number; readonly y: number } => ({
  x: frame.width / 2 + (longitude - frame.middle.longitude) * eastPerDegree(frame.middle.latitude) * frame.pixelsPerM,
  y: frame.height / 2 - (latitude - frame.middle.latitude) * METRES_PER_DEGREE * frame.pixelsPerM,
});
