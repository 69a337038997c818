import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fromArrayBuffer } from 'geotiff';
import type { Config } from '../pipeline/config-schema.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { Position } from '../pipeline/fire/incidents.ts';
import { type MapLayer, type Nearest, nearestAround, parseMapLayer } from '../pipeline/fire/map-layers.ts';
import { parseAsciiGrid, type Terrain } from '../pipeline/fire/terrain.ts';
import { toVn2000 } from '../pipeline/fire/vn2000.ts';

/** What is known of the land around the towers. */
export type FireMap = {
  readonly terrain: Terrain | null;
  readonly layers: readonly MapLayer[];
  /** Of VN-2000; null where places are told in WGS 84 only. */
  readonly centralMeridianDeg: number | null;
  /** Of a patrol along the straight line; null where the site says nothing of it. */
  readonly travelKmh: number | null;
};

export const NO_FIRE_MAP: FireMap = { terrain: null, layers: [], centralMeridianDeg: null, travelKmh: null };

/** What lies around a fire, and where it is on Vietnamese maps. */
export const aroundOf = ({ layers, centralMeridianDeg, travelKmh }: FireMap, position: Position) => ({
  nearest: 'place' in position ? nearestAround(layers, position.place).map((one) => withTravel(one, travelKmh)) : [],
  vn2000: 'place' in position && centralMeridianDeg !== null ? toVn2000(position.place, centralMeridianDeg) : null,
});

const withTravel = (nearest: Nearest, travelKmh: number | null): Nearest & { readonly travelMinutes?: number } =>
  travelKmh === null || nearest.kind !== 'post'
    ? nearest
    : { ...nearest, travelMinutes: Math.ceil((60 * nearest.distanceM) / 1000 / travelKmh) };

/**
 * Reads the terrain and the layers that the configuration names.
 * @param configDir what their paths are relative to
 * @throws WatchpostError INPUT_UNREADABLE naming the file and what was expected
 */
export const openFireMap = async (
  { terrain, layers, vn2000, travelKmh }: Config['fire'],
  configDir: string,
): Promise<FireMap> => ({
  centralMeridianDeg: vn2000?.centralMeridianDeg ?? null,
  travelKmh: travelKmh ?? null,
  terrain: terrain === undefined ? null : await readTerrain(resolve(configDir, terrain)),
  layers: await Promise.all(
    layers.map(async ({ kind, file }) => {
      const path = resolve(configDir, file);
      return parseMapLayer((await read(path)).toString('utf8'), kind, path);
    }),
  ),
});

const read = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (error) {
    throw new WatchpostError('INPUT_UNREADABLE', `${path} of the section \`fire\` cannot be read`, { cause: error });
  }
};

const readTerrain = async (path: string): Promise<Terrain> => {
  const bytes = await read(path);
  if (!isTiff(bytes)) return parseAsciiGrid(bytes.toString('utf8'));
  try {
    return await parseGeoTiff(bytes);
  } catch (error) {
    if (error instanceof WatchpostError) throw new WatchpostError(error.code, `${path}: ${error.message}`);
    throw new WatchpostError('INPUT_UNREADABLE', `${path} is no readable GeoTIFF: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

const isTiff = (bytes: Buffer): boolean => ['II', 'MM'].includes(bytes.toString('latin1', 0, 2));

/** GeoKey of the raster type: heights stand for areas (1), or for the points in their middle (2). */
const PIXEL_IS_POINT = 2;
/** EPSG code of WGS 84 in degrees. */
const WGS84 = 4326;

/**
 * Reads the first band of a GeoTIFF of heights [OGC 19-008r4] in geographic coordinates, north up.
 * @throws WatchpostError INPUT_UNREADABLE when it is of another kind
 */
export const parseGeoTiff = async (bytes: Buffer): Promise<Terrain> => {
  const refuse = (why: string): never => {
    throw new WatchpostError('INPUT_UNREADABLE', `${why}; make one with gdalwarp -t_srs EPSG:4326`);
  };
  const { buffer, byteOffset, byteLength } = bytes;
  const tiff = await fromArrayBuffer(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  const image = await tiff.getImage();
  const keys = image.getGeoKeys() as { GeographicTypeGeoKey?: number; GTRasterTypeGeoKey?: number } | null;
  const crs = keys?.GeographicTypeGeoKey;
  if (crs !== WGS84)
    refuse(
      `expected heights in WGS 84 degrees (EPSG:4326), found ${crs === undefined ? 'no such key' : `EPSG:${String(crs)}`}`,
    );
  const [columns, rows] = [image.getWidth(), image.getHeight()];
  const [west = 0, north = 0] = image.getOrigin();
  const [dx = 0, dy = 0] = image.getResolution();
  if (dx <= 0 || dy >= 0 || Math.abs(dx + dy) > dx * 1e-3)
    refuse(`expected square cells, north up; found ${String(dx)} × ${String(dy)} degrees`);
  const half = keys?.GTRasterTypeGeoKey === PIXEL_IS_POINT ? 0 : dx / 2;
  const [band] = (await image.readRasters({ samples: [0] })) as unknown as readonly ArrayLike<number>[];
  const nothing = image.getGDALNoData();
  const heightsM = Float32Array.from(band!, (height) => (height === nothing ? NaN : height));
  const southWest = { longitude: west + half, latitude: north - half - (rows - 1) * dx };
  return { columns, rows, southWest, cellDeg: dx, heightsM };
};
