import { basename } from 'node:path';
import { WatchpostError } from '../pipeline/errors.ts';
import type { Box } from '../pipeline/geometry.ts';
import { fusePlate, type PlateVerdict } from '../pipeline/plates/fusion.ts';
import type { PlateHints } from '../pipeline/plates/parse.ts';
import { detectImages } from './detect-images.ts';
import { findModel } from './manifest.ts';
import { resolveModelFile } from './model-files.ts';
import { type Picture, widened } from './plate-crop.ts';
import { type PlateReader, readPicture } from './plate-reader.ts';

export type ReadPlate = { readonly file: string; readonly box: Box; readonly verdict: PlateVerdict };

/** Vehicles are looked at with some of their surroundings: plates hang below and beside boxes. */
const VEHICLE_MARGIN = 0.08;
const VEHICLES = new Set(['motorcycle', 'car', 'bus', 'truck']);
const VEHICLE_MIN_SCORE = 0.3;
/** Pictures wider than this are also looked at in quarters, for plates of vehicles that were not found. */
const WHOLE_UP_TO_PX = 512;

const whole = ({ width, height }: Picture): Box => ({ x1: 0, y1: 0, x2: width, y2: height });

const quarters = ({ width, height }: Picture): Box[] => {
  const [w, h] = [width * 0.6, height * 0.6];
  return [0, width - w].flatMap((x1) => [0, height - h].map((y1) => ({ x1, y1, x2: x1 + w, y2: y1 + h })));
};

/** What all looks at one plate say together. Colour and shape narrow what it can mean. */
export const readPlate = async (
  reader: PlateReader,
  picture: Picture,
  box: Box,
  hints: PlateHints = {},
): Promise<PlateVerdict> => {
  const sights = await reader.look(picture, box);
  const colour = sights[0]?.colour;
  return fusePlate(sights, { ...(colour === undefined ? {} : { colour }), ...hints });
};

export type ReadPlatesOptions = {
  readonly reader: PlateReader;
  readonly paths: readonly string[];
  /** Each picture is one plate already; otherwise vehicles and plates are looked for. */
  readonly crops: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onUnreadable: (error: WatchpostError) => void;
};

/** Plates of image files, file by file, best found first. A single picture's reading is never evidence. */
export const readPlates = async (options: ReadPlatesOptions): Promise<readonly ReadPlate[]> => {
  const { reader, paths, crops, onProgress, onUnreadable } = options;
  const vehicles = crops ? new Map<string, Box[]>() : await findVehicles(paths);
  const read: ReadPlate[] = [];
  for (const [index, path] of paths.entries()) {
    try {
      const picture = await readPicture(path);
      const large = picture.width > WHOLE_UP_TO_PX ? quarters(picture) : [];
      const regions = [whole(picture), ...large, ...(vehicles.get(path) ?? [])];
      const boxes = crops ? [whole(picture)] : (await reader.find(picture, regions)).map(({ box }) => box);
      for (const box of boxes) read.push({ file: basename(path), box, verdict: await readPlate(reader, picture, box) });
    } catch (error) {
      if (!(error instanceof WatchpostError) || error.code !== 'INPUT_UNREADABLE') throw error;
      onUnreadable(error);
    }
    onProgress?.(index + 1, paths.length);
  }
  return read;
};

const findVehicles = async (paths: readonly string[]): Promise<Map<string, Box[]>> => {
  const entry = findModel('road');
  const results = await detectImages({
    entry,
    file: await resolveModelFile(entry),
    paths,
    minScore: VEHICLE_MIN_SCORE,
    threads: 1,
    // Reported when the plates are looked for.
    onUnreadable: () => undefined,
  });
  const found = new Map<string, Box[]>();
  for (const { image_id, category_name, bbox } of results) {
    if (!VEHICLES.has(category_name)) continue;
    const path = paths[image_id - 1]!;
    const [x, y, width, height] = bbox;
    const box = widened({ x1: x, y1: y, x2: x + width, y2: y + height }, VEHICLE_MARGIN);
    found.set(path, [...(found.get(path) ?? []), box]);
  }
  return found;
};
