import sharp from 'sharp';
import { WatchpostError } from '../pipeline/errors.ts';
import { type Box, boxHeight, boxWidth, centre, iou } from '../pipeline/geometry.ts';
import type { ReaderOutput } from '../pipeline/plates/ctc.ts';
import type { PlateLook } from '../pipeline/plates/fusion.ts';
import { legibility, readAlone } from '../pipeline/plates/legibility.ts';
import type { PlateColour } from '../pipeline/plates/parse.ts';
import { findModel, findReader } from './manifest.ts';
import { type ModelFolders, resolveModelFile } from './model-files.ts';
import { PictureModel } from './picture-model.ts';
import { colourOf, letterbox, levelled, type Lie, type Picture, sharpnessOf, stretch, widened } from './plate-crop.ts';
import { joinedPlate, type SeenPlate } from './joined-plate.ts';
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
  /**
   * One further look at a plate that was seen several times: its crops laid over each other, see `joinCrops`.
   * @returns null where fewer than two lie over each other, or the largest has all the pixels that the reader can use
   */
  together(seen: readonly SeenPlate[]): Promise<PlateSight | null>;
  close(): Promise<void>;
}

/** Margins of the crops, as parts of the box: the reader learnt from tight and from loose ones. */
const MARGINS = [0.03, 0.08];
const MIN_SCORE = 0.3;
const OUR_READER = 'plate-text';
/** Colour and sharpness are judged at this size whoever reads. */
const LOOK = findReader(OUR_READER).input;
const SAME_PLATE_IOU = 0.45;
/** A plate narrower than this in the finder's input is looked for again, near by: its box is placed to a pixel of that. */
const COARSE_PX = 90;
/** Side of what is looked at again, in widths of the plate. */
const NEAR = 3;
/**
 * How a plate may lie in its crop, see `levelled`; tried where two crops disagree, the mild ones first. Turned, so that letters
 * lean as lines fall; leaning alone; seen from the side. Chosen on turned and sheared photos of one garage camera.
 */
const LYING = [
  { turned: [-0.15, 0.15], leaning: [-0.15, 0.15], sideways: [] },
  { turned: [-0.3, 0.3], leaning: [-0.3, 0.3], sideways: [-0.2, 0.2] },
];
/** Letters that lean further are not read however they are laid. */
const MOST_LEAN = 0.4;
const TILT_MARGIN = 0.06;
/** Larger than the reader's input, so that a parallelogram of it still has its pixels. */
const LARGE = { width: LOOK.width * 2, height: LOOK.height * 2 };

export type PlateReaderOptions = {
  readonly threads?: number;
  readonly minScore?: number;
  /** Which reader of the manifest says what stands on the plates. */
  readonly text?: string;
};

type Read = { readonly output: ReaderOutput; readonly view: PlateView; readonly tilt: number };

const liesOf = (box: Box): readonly (readonly Lie[])[] => {
  const aspect = boxHeight(box) / boxWidth(box);
  const lean = (tilt: number): number => Math.max(-MOST_LEAN, Math.min(MOST_LEAN, -tilt * aspect * aspect));
  return LYING.map(({ turned, leaning, sideways }) => [
    ...turned.map((tilt) => ({ tilt, lean: lean(tilt) })),
    ...leaning.map((own) => ({ tilt: 0, lean: own })),
    ...sideways.map((tilt) => ({ tilt, lean: 0 })),
  ]);
};

const largest = (lie: Lie | undefined): number =>
  lie ? (Math.abs(lie.tilt) > Math.abs(lie.lean) ? lie.tilt : lie.lean) : 0;

/** Whether the looks read the same plate, each on its own. */
const agree = (looks: readonly Read[]): boolean => {
  const read = looks.map(({ output }) => readAlone(output));
  return read.every(({ symbols, isPlate }) => isPlate && symbols === read[0]!.symbols);
};

const mostLegible = (looks: readonly Read[], count: number): readonly Read[] =>
  looks
    .map((look) => ({ look, score: legibility(look.output) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ look }) => look);

/** Best first; of boxes of one plate the best. */
const distinct = <P extends FoundPlate>(plates: readonly P[]): readonly P[] => {
  const sorted = [...plates].sort((a, b) => b.score - a.score);
  return sorted.filter(({ box }, i) => !sorted.slice(0, i).some((better) => iou(better.box, box) > SAME_PLATE_IOU));
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
  type Placed = FoundPlate & {
    /** Width in the finder's input. */
    readonly inputPx: number;
  };
  const findIn = async (picture: Picture, region: Box): Promise<readonly Placed[]> => {
    const input = await letterbox(picture, region, plate.input, plate.input.padValue);
    if (!input) return [];
    const rows = await finder.detect(input.pixels, 1);
    return Array.from({ length: rows.length / RESULT_STRIDE }, (_, row) => {
      const at = row * RESULT_STRIDE;
      const [x1, y1, x2, y2] = rows.subarray(at + 3, at + 7);
      const toX = (x: number): number => x / input.scale + input.left;
      const toY = (y: number): number => y / input.scale + input.top;
      const box = { x1: toX(x1!), y1: toY(y1!), x2: toX(x2!), y2: toY(y2!) };
      return { box, score: rows[at + 2]!, inputPx: x2! - x1! };
    });
  };
  /** The same plate seen larger; as it was where it is not seen there. */
  const findAgain = async (picture: Picture, placed: Placed): Promise<FoundPlate> => {
    const { x, y } = centre(placed.box);
    const half = (Math.max(boxWidth(placed.box), boxHeight(placed.box)) * NEAR) / 2;
    const near = await findIn(picture, { x1: x - half, y1: y - half, x2: x + half, y2: y + half });
    const same = near.filter(({ box }) => iou(box, placed.box) > SAME_PLATE_IOU).sort((a, b) => b.score - a.score)[0];
    return same ? { box: same.box, score: Math.max(same.score, placed.score) } : placed;
  };
  const read = async (views: readonly PlateView[], lies: readonly Lie[] = []): Promise<readonly Read[]> =>
    (await reader.read(views)).map((output, i) => ({ output, view: views[i]!, tilt: largest(lies[i]) }));
  /** As many looks as there are, the most legible of those and of the plate laid level in several ways. */
  const level = async (picture: Picture, box: Box, straight: readonly Read[]): Promise<readonly Read[]> => {
    const wider = widened(box, TILT_MARGIN);
    const large = await stretch(picture, wider, LARGE);
    if (!large) return straight;
    let best = straight;
    for (const lies of liesOf(box)) {
      const views = lies.map((lie): PlateView => {
        const pixels = levelled(large, LARGE, lie, LOOK);
        return { picture: { ...LOOK, pixels }, box: { x1: 0, y1: 0, x2: LOOK.width, y2: LOOK.height }, pixels };
      });
      best = mostLegible([...best, ...(await read(views, lies))], straight.length);
      if (agree(best)) break;
    }
    return best;
  };
  return {
    find: async (picture, regions) => {
      const first: Placed[] = [];
      for (const region of regions) first.push(...(await findIn(picture, region)));
      const found: FoundPlate[] = [];
      for (const plate of distinct(first))
        found.push(plate.inputPx < COARSE_PX ? await findAgain(picture, plate) : plate);
      return distinct(found).map(({ box, score }) => ({ box, score }));
    },
    look: async (picture, box) => {
      const views: PlateView[] = [];
      for (const margin of MARGINS) {
        const wider = widened(box, margin);
        const pixels = await stretch(picture, wider, LOOK);
        if (pixels) views.push({ picture, box: wider, pixels });
      }
      if (views.length === 0) return [];
      const colour = colourOf(views[0]!.pixels, LOOK);
      const straight = await read(views);
      const best = agree(straight) ? straight : await level(picture, box, straight);
      return best.map(({ output, view, tilt }) => ({
        ...{ output, tilt },
        heightPx: boxHeight(box),
        sharpness: sharpnessOf(view.pixels, LOOK),
        ...(colour === undefined ? {} : { colour }),
      }));
    },
    together: async (seen) => {
      const joined = await joinedPlate(seen, LOOK);
      if (!joined) return null;
      const { view, heightPx, looks } = joined;
      const [output] = await reader.read([view]);
      return output ? { output, heightPx, sharpness: sharpnessOf(view.pixels, LOOK), joined: looks } : null;
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
