import { WatchpostError } from '../errors.ts';
import { distanceM, type Place, toLocal, toPlace } from './earth.ts';
import type { Sight } from './position.ts';

/** Heights above sea level on a grid of WGS 84 degrees. Row 0 is the northernmost; NaN where nothing is known. */
export type Terrain = {
  readonly columns: number;
  readonly rows: number;
  /** Centre of the south-western cell. */
  readonly southWest: Place;
  readonly cellDeg: number;
  readonly heightsM: Float32Array;
};

/**
 * Reads an ESRI ASCII grid (Arc/Info ASCIIGRID) in geographic coordinates, as `gdal_translate -of AAIGrid` writes one.
 * @throws WatchpostError INPUT_UNREADABLE
 */
export const parseAsciiGrid = (text: string): Terrain => {
  const words = text.trim().split(/\s+/);
  const header = new Map<string, number>();
  let at = 0;
  while (at + 1 < words.length && /^[a-z]/i.test(words[at]!) && !/^nan$/i.test(words[at]!)) {
    header.set(words[at]!.toLowerCase(), Number(words[at + 1]));
    at += 2;
  }
  const need = (name: string): number => {
    const value = header.get(name);
    if (value !== undefined && Number.isFinite(value)) return value;
    throw new WatchpostError('INPUT_UNREADABLE', `terrain grid: header line "${name}" is missing or not a number`);
  };
  const [columns, rows, cellDeg] = [need('ncols'), need('nrows'), need('cellsize')];
  const half = header.has('xllcenter') ? 0 : cellDeg / 2;
  const longitude = half === 0 ? need('xllcenter') : need('xllcorner') + half;
  const latitude = half === 0 ? need('yllcenter') : need('yllcorner') + half;
  if (cellDeg > 0.1 || Math.abs(longitude) > 180 || Math.abs(latitude) > 90)
    throw new WatchpostError('INPUT_UNREADABLE', 'terrain grid: expected degrees (WGS 84); reproject with gdalwarp');
  const values = words.slice(at);
  if (values.length !== columns * rows)
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `terrain grid: ${String(columns * rows)} heights expected, ${String(values.length)} found`,
    );
  const nothing = header.get('nodata_value');
  const heightsM = Float32Array.from(values, (word) => (Number(word) === nothing ? NaN : Number(word)));
  return { columns, rows, southWest: { latitude, longitude }, cellDeg, heightsM };
};

/** Height at a place, bilinear between cell centres; NaN outside the grid or where it has a hole. */
export const heightAt = (terrain: Terrain, { latitude, longitude }: Place): number => {
  const { columns, rows, southWest, cellDeg, heightsM } = terrain;
  const x = (longitude - southWest.longitude) / cellDeg;
  const y = rows - 1 - (latitude - southWest.latitude) / cellDeg;
  if (x < 0 || y < 0 || x > columns - 1 || y > rows - 1) return NaN;
  const [left, top] = [Math.min(columns - 2, Math.floor(x)), Math.min(rows - 2, Math.floor(y))];
  const [dx, dy] = [x - left, y - top];
  const cell = (column: number, row: number): number => heightsM[row * columns + column]!;
  const upper = cell(left, top) * (1 - dx) + cell(left + 1, top) * dx;
  const lower = cell(left, top + 1) * (1 - dx) + cell(left + 1, top + 1) * dx;
  return upper * (1 - dy) + lower * dy;
};

const RAD = Math.PI / 180;
const EARTH_RADIUS_M = 6_371_000;
/** Standard refraction bends a ray down by this share of the earth's curvature. */
const REFRACTION = 0.13;

export type Ray = {
  readonly station: Place;
  /** Of the lens above sea level. */
  readonly heightM: number;
  readonly azimuthDeg: number;
  readonly elevationDeg: number;
};

/** A tower's line of sight in height too. */
export type TowerSight = Sight & Ray;

/** Height above the sea of a line of sight at a distance, with the earth's curvature and refraction. */
export const heightOfRayM = (
  { heightM, elevationDeg }: Pick<Ray, 'heightM' | 'elevationDeg'>,
  distance: number,
): number =>
  heightM + distance * Math.tan(elevationDeg * RAD) + ((1 - REFRACTION) * distance * distance) / (2 * EARTH_RADIUS_M);

/**
 * Where a line of sight first meets the ground [DOMAIN.md §4.5]; null when it does not within `maxM` or where the grid
 * ends first. Earth's curvature and refraction count: together 27 m at 20 km.
 */
export const groundRangeM = (terrain: Terrain, ray: Ray, maxM = 40_000): number | null => {
  const stepM = Math.max(5, (terrain.cellDeg * 111_000) / 2);
  const [sin, cos] = [Math.sin(ray.azimuthDeg * RAD), Math.cos(ray.azimuthDeg * RAD)];
  const clearance = (d: number): number =>
    heightOfRayM(ray, d) - heightAt(terrain, toPlace({ east: d * sin, north: d * cos }, ray.station));
  // The first cells are skipped: the mast's own hill on a coarse grid often stands above its lens.
  let [before, d] = [2 * stepM, 3 * stepM];
  for (; d <= maxM; before = d, d += stepM) {
    const above = clearance(d);
    if (Number.isNaN(above)) return null;
    if (above <= 0) break;
  }
  if (d > maxM) return null;
  for (let round = 0; round < 12; round++) {
    const middle = (before + d) / 2;
    if (clearance(middle) <= 0) d = middle;
    else before = middle;
  }
  return d;
};

export type RangeFix = {
  readonly place: Place;
  readonly rangeM: number;
  /** Range with the elevation one-and-a-part σ lower and higher (95 %); `farM` is null beyond the skyline. */
  readonly nearM: number;
  readonly farM: number | null;
};

/** 95 % of a normal distribution, both sides. */
const SIGMAS_95 = 1.96;

/** A single station's fix against the terrain; null above the skyline: then only the bearing is known. */
export const rangeOnTerrain = (terrain: Terrain, ray: Ray, sigmaElevationDeg: number): RangeFix | null => {
  const rangeM = groundRangeM(terrain, ray);
  if (rangeM === null) return null;
  const shifted = (byDeg: number) => groundRangeM(terrain, { ...ray, elevationDeg: ray.elevationDeg + byDeg });
  const turn = ray.azimuthDeg * RAD;
  return {
    place: toPlace({ east: rangeM * Math.sin(turn), north: rangeM * Math.cos(turn) }, ray.station),
    rangeM,
    nearM: Math.min(rangeM, shifted(-SIGMAS_95 * sigmaElevationDeg) ?? rangeM),
    farM: shifted(SIGMAS_95 * sigmaElevationDeg),
  };
};

/** Elevation angle under which a station sees the ground at a place. */
export const elevationTo = (terrain: Terrain, ray: Pick<Ray, 'station' | 'heightM'>, place: Place): number => {
  const d = distanceM(ray.station, place);
  const drop = ((1 - REFRACTION) * d * d) / (2 * EARTH_RADIUS_M);
  return Math.atan2(heightAt(terrain, place) - ray.heightM - drop, d) / RAD;
};

/** Azimuth from one place to another, degrees from true north. */
export const azimuthTo = (from: Place, to: Place): number => {
  const { east, north } = toLocal(to, from);
  return (Math.atan2(east, north) / RAD + 360) % 360;
};
