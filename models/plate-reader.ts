import sharp from 'sharp';
import { WatchpostError } from '../pipeline/errors.ts';
import { type Box, boxHeight, boxWidth, iou } from '../pipeline/geometry.ts';
import type { PlateLook } from '../pipeline/plates/fusion.ts';
import type { PlateColour } from '../pipeline/plates/parse.ts';
import { findModel, findReader } from './manifest.ts';
import { type ModelFolders, resolveModelFile } from './model-files.ts';
import { PictureModel } from './picture-model.ts';
import { colourOf, letterbox, type Picture, sharpnessOf, stretch } from './plate-crop.ts';
import { openTextModel, type PlateView, type TextModel } from './text-model.ts';
import { RESULT_STRIDE } from './thread-protocol.ts';

export type FoundPlate = { readonly box: Box; readonly score: number };

/** One look at a plate, and the colour of the plate where it shows. */
export type PlateSight = PlateLook & { readonly colour?: PlateColour };

/** Finds and reads plates in decoded pictures. Boxes are in pixels of the picture. */
export interface PlateReader {
  /** Plates in the regions (vehicles with some margin), best first; what two regions share is reported once. */
  find(picture: Picture, regions: readonly Box[]): Promise<readonly FoundPlate[]>;
  /** Looks at one plate; several slightly different crops, since a letter at the edge of one is whole in another. */
  look(picture: Picture, box: Box): Promise<readonly PlateSight[]>;
  close(): Promise<void>;
}

/** Margins of the crops, as parts of the box: the reader learnt from tight and from loose ones. */
const MARGINS = [0.03, 0.08];
const MIN_SCORE = 0.3;
const OUR_READER = 'plate-text';
/** Colour and sharpness are judged at this size whoever reads. */
const LOOK = findReader(OUR_READER).input;
const SAME_PLATE_IOU = 0.45;

export type PlateReaderOptions = {
  readonly threads?: number;
  readonly minScore?: number;
  /** Which reader of the manifest says what stands on the plates. */
  readonly text?: string;
};

/** @throws WatchpostError MODEL_UNKNOWN, MODEL_MISSING, MODEL_CHECKSUM, MODEL_LOAD, MODEL_SHAPE */
export const openPlateReader = async (
  { threads = 1, minScore = MIN_SCORE, text: chosen = OUR_READER }: PlateReaderOptions = {},
  folders: ModelFolders = {},
): Promise<PlateReader> => {
  const plate = findModel('plate');
  const text = findReader(chosen);
  const finder = await PictureModel.open({
    entry: plate,
    file: await resolveModelFile(plate, folders),
    threads,
    provider: 'cpu',
    minScore,
  });
  let reader: TextModel;
  try {
    reader = await openTextModel(text, await resolveModelFile(text, folders), threads);
  } catch (error) {
    await finder.close();
    throw error;
  }
  return {
    find: async (picture, regions) => {
      const found: FoundPlate[] = [];
      for (const region of regions) {
        const input = await letterbox(picture, region, plate.input, plate.input.padValue);
        if (!input) continue;
        const rows = await finder.detect(input.pixels, 1);
        for (let at = 0; at < rows.length; at += RESULT_STRIDE) {
          const [x1, y1, x2, y2] = rows.subarray(at + 3, at + 7);
          const toX = (x: number): number => x / input.scale + input.left;
          const toY = (y: number): number => y / input.scale + input.top;
          found.push({ box: { x1: toX(x1!), y1: toY(y1!), x2: toX(x2!), y2: toY(y2!) }, score: rows[at + 2]! });
        }
      }
      found.sort((a, b) => b.score - a.score);
      return found.filter(({ box }, i) => !found.slice(0, i).some((better) => iou(better.box, box) > SAME_PLATE_IOU));
    },
    look: async (picture, box) => {
      const views: PlateView[] = [];
      for (const margin of MARGINS) {
        const [dx, dy] = [boxWidth(box) * margin, boxHeight(box) * margin];
        const wider = { x1: box.x1 - dx, y1: box.y1 - dy, x2: box.x2 + dx, y2: box.y2 + dy };
        const pixels = await stretch(picture, wider, LOOK);
        if (pixels) views.push({ picture, box: wider, pixels });
      }
      if (views.length === 0) return [];
      const outputs = await reader.read(views);
      const colour = colourOf(views[0]!.pixels, LOOK);
      return outputs.map((output, i) => ({
        output,
        heightPx: boxHeight(box),
        sharpness: sharpnessOf(views[i]!.pixels, LOOK),
        ...(colour === undefined ? {} : { colour }),
      }));
    },
    close: async () => {
      await finder.close();
      await reader.close();
    },
  };
};

/** Decodes an image file or its bytes. @throws WatchpostError INPUT_UNREADABLE */
export const readPicture = async (source: string | Uint8Array): Promise<Picture> => {
  try {
    const { data, info } = await sharp(source, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#000' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return { width: info.width, height: info.height, pixels: data };
    throw new TypeError(`${info.channels} channels`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const name = typeof source === 'string' ? source : 'the picture';
    throw new WatchpostError('INPUT_UNREADABLE', `${name} is not a readable image: ${reason}`, { cause });
  }
};
