import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { GreyPicture } from '../pipeline/fire/landmarks.ts';
import type { ReferencePictures } from '../pipeline/fire/mast-watch.ts';
import { writeWhole } from './write-whole.ts';

const EXTENSION = '.grey';
const HEADER_BYTES = 8;

/** Width and height as 32-bit little-endian numbers, then the brightness row by row. */
const toBytes = ({ width, height, grey }: GreyPicture): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(width, 0);
  header.writeUInt32LE(height, 4);
  return Buffer.concat([header, grey]);
};

/** Null for what is no such file. */
const toPicture = (bytes: Buffer): GreyPicture | null => {
  if (bytes.length < HEADER_BYTES) return null;
  const [width, height] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const grey = new Uint8Array(bytes.subarray(HEADER_BYTES));
  return grey.length === width * height ? { width, height, grey } : null;
};

/**
 * Pictures that a tower's poses were calibrated on, one file each. Whoever calibrates a pose anew changes its angles in the
 * configuration, and the next clear picture is kept for it; a file that is removed is made again.
 */
export const openLandmarks = async (folder: string, log: Pick<Logger, 'info' | 'warn'>): Promise<ReferencePictures> => {
  const pictures = new Map<string, GreyPicture>();
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(EXTENSION)) continue;
    const picture = await readFile(join(folder, name)).then(toPicture, () => null);
    if (picture) pictures.set(name.slice(0, -EXTENSION.length), picture);
    else log.warn({ file: name }, 'picture of landmarks cannot be read; another is made');
  }
  const keep = async (key: string, picture: GreyPicture): Promise<void> => {
    try {
      await mkdir(folder, { recursive: true });
      await writeWhole(join(folder, `${key}${EXTENSION}`), toBytes(picture));
      log.info({ pose: key }, 'picture of landmarks kept');
    } catch (error) {
      log.warn({ err: error, pose: key }, 'picture of landmarks could not be kept');
    }
  };
  return {
    get: (key) => pictures.get(key),
    set: (key, picture) => {
      pictures.set(key, picture);
      void keep(key, picture);
    },
  };
};
