import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MapConfig } from '../pipeline/config/site.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { isMissing } from '../workers/storage/missing-file.ts';

/** Web Mercator [OGC 17-083r4, WebMercatorQuad]: column and row from the north-west corner at a zoom. */
export type TileId = { readonly zoom: number; readonly x: number; readonly y: number };
export type Tile = { readonly bytes: Buffer; readonly type: string };

const TIMEOUT_MS = 5_000;
/** A tile has some ten kilobytes. */
const MOST_BYTES = 512 * 1024;

/** By their first bytes: a server that is out of tiles may answer with a page. */
const TYPES: readonly (readonly [type: string, isIt: (bytes: Buffer) => boolean])[] = [
  ['image/png', (bytes) => bytes.subarray(1, 4).toString('latin1') === 'PNG'],
  ['image/jpeg', (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8],
  ['image/webp', (bytes) => bytes.subarray(8, 12).toString('latin1') === 'WEBP'],
];

/**
 * One tile of the background of maps, from the server or folder of the configuration: browsers ask nobody but us.
 * @param configDir what a folder is relative to
 * @throws WatchpostError NOT_FOUND where there is none, MAP_UNAVAILABLE where the source gives no picture
 */
export const readTile = async ({ tiles, mostZoom }: MapConfig, configDir: string, id: TileId): Promise<Tile> => {
  const { zoom, x, y } = id;
  const most = 2 ** zoom;
  if (zoom > mostZoom || x >= most || y >= most)
    throw new WatchpostError('NOT_FOUND', `The map has no tile ${zoom}/${x}/${y}; it goes to zoom ${mostZoom}`);
  const address = tiles.replace('{z}', String(zoom)).replace('{x}', String(x)).replace('{y}', String(y));
  const bytes = /^https?:\/\//.test(tiles) ? await fetchTile(address) : await readOrNone(resolve(configDir, address));
  const type = TYPES.find(([, isIt]) => isIt(bytes))?.[0];
  if (!type) throw new WatchpostError('MAP_UNAVAILABLE', 'The source of map tiles gave something that is no picture');
  return { bytes, type };
};

const readOrNone = async (path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (cause) {
    if (isMissing(cause))
      throw new WatchpostError('NOT_FOUND', 'The folder of map tiles does not hold this one', { cause });
    throw new WatchpostError('MAP_UNAVAILABLE', 'The folder of map tiles cannot be read', { cause });
  }
};

const fetchTile = async (url: string): Promise<Buffer> => {
  // Its address may hold a key: only the host is told.
  const fail = (why: string, cause?: unknown): never => {
    throw new WatchpostError('MAP_UNAVAILABLE', `${new URL(url).host}: ${why}`, { cause });
  };
  let status: number;
  let bytes: Buffer;
  try {
    [status, bytes] = await download(url, AbortSignal.timeout(TIMEOUT_MS));
  } catch (cause) {
    return fail('no answer', cause);
  }
  if (status === 404) throw new WatchpostError('NOT_FOUND', 'The source of map tiles does not have this one');
  if (status !== 200 || bytes.length > MOST_BYTES) return fail(`answered ${String(status)}`);
  return bytes;
};

const download = async (url: string, signal: AbortSignal): Promise<[status: number, bytes: Buffer]> => {
  const response = await fetch(url, { signal, headers: { accept: 'image/*', 'user-agent': 'Watchpost' } });
  if (Number(response.headers.get('content-length') ?? 0) > MOST_BYTES) return [413, Buffer.alloc(0)];
  return [response.status, Buffer.from(await response.arrayBuffer())];
};
