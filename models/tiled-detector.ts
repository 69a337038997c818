import type { AnalysisConfig } from '../pipeline/config/analysis.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Detector } from '../pipeline/detector.ts';
import { FrameBuffers } from '../pipeline/frame-buffers.ts';
import type { Frame, Letterbox } from '../pipeline/frame.ts';
import type { Box, Size } from '../pipeline/geometry.ts';
import { planLetterbox } from '../pipeline/letterbox.ts';
import type { ModelEntry } from './manifest.ts';
import { mergeTiles, type TileDetection } from './merge-tiles.ts';

/** Where the tiles lie in the analysis frame. Each has the model's input size. */
export type TileLayout = { readonly tile: Size; readonly lefts: readonly number[]; readonly tops: readonly number[] };

/** An analysis frame of twice the model's input, which is shrunk for it: for a second model that wants the detail. */
export const HALVED = 'halved';

export type AnalysisPlan = {
  readonly letterbox: Letterbox;
  /** Null when the analysis frame is the model's input. */
  readonly tiles: TileLayout | typeof HALVED | null;
};

/** Below this share of the camera's resolution heads lose what they are judged by. */
const ENOUGH_DETAIL = 0.75;

/**
 * Decides the size of a camera's analysis frame and how its picture lies in it. With tiles, the picture is scaled as
 * large as rows × columns tiles with the wanted overlap allow; what the picture's shape leaves over widens the overlap
 * instead of being padded.
 * @param wantsDetail whether a second model looks at crops of the analysis frame
 */
export const planAnalysis = (
  analysis: Pick<AnalysisConfig, 'tiles' | 'region'>,
  { input }: Pick<ModelEntry, 'input'>,
  source: Size,
  wantsDetail = false,
): AnalysisPlan => {
  const { tiles, region } = analysis;
  const crop = region && {
    x1: region[0] * source.width,
    y1: region[1] * source.height,
    x2: region[2] * source.width,
    y2: region[3] * source.height,
  };
  const lay = (target: Size): Letterbox =>
    planLetterbox({ source, target, fit: input.fit, padPosition: input.padPosition, ...(crop ? { crop } : {}) });
  const tile = { width: input.width, height: input.height };
  if (!tiles || (tiles.rows === 1 && tiles.columns === 1)) {
    const plain = lay(tile);
    return wantsDetail && plain.scaleY < ENOUGH_DETAIL
      ? { letterbox: lay({ width: tile.width * 2, height: tile.height * 2 }), tiles: HALVED }
      : { letterbox: plain, tiles: null };
  }

  const reach = (side: number, count: number): number => side + (count - 1) * Math.round(side * (1 - tiles.overlap));
  const largest = { width: reach(tile.width, tiles.columns), height: reach(tile.height, tiles.rows) };
  const loose = lay(largest);
  const target = {
    width: Math.max(tile.width, Math.round((loose.crop.x2 - loose.crop.x1) * loose.scaleX)),
    height: Math.max(tile.height, Math.round((loose.crop.y2 - loose.crop.y1) * loose.scaleY)),
  };
  const spread = (count: number, whole: number, side: number): number[] => [
    ...new Set(Array.from({ length: count }, (_, i) => Math.round((i * (whole - side)) / Math.max(count - 1, 1)))),
  ];
  return {
    letterbox: lay(target),
    tiles: {
      tile,
      lefts: spread(tiles.columns, target.width, tile.width),
      tops: spread(tiles.rows, target.height, tile.height),
    },
  };
};

/** Copies one tile out of a packed RGB frame, row by row. */
const cutTile = (
  pixels: Uint8Array,
  frameWidth: number,
  { left, top }: { readonly left: number; readonly top: number },
  { width, height }: Size,
  out: Uint8Array,
): void => {
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * frameWidth + left) * 3;
    out.set(pixels.subarray(from, from + width * 3), y * width * 3);
  }
};

/** Halves a packed RGB frame of even sides: each pixel is the mean of four. */
const halve = (pixels: Uint8Array, { width, height }: Size, out: Uint8Array): void => {
  const row = width * 3;
  let to = 0;
  for (let y = 0; y < height; y += 2)
    for (let x = 0, at = y * row; x < width; x += 2, at += 6)
      for (let colour = 0; colour < 3; colour++, to++) {
        const i = at + colour;
        out[to] = (pixels[i]! + pixels[i + 3]! + pixels[i + row]! + pixels[i + row + 3]! + 2) >> 2;
      }
};

const halvedLetterbox = (letterbox: Letterbox): Letterbox => {
  const { target, scaleX, scaleY, offset } = letterbox;
  return {
    ...letterbox,
    target: { width: target.width / 2, height: target.height / 2 },
    scaleX: scaleX / 2,
    scaleY: scaleY / 2,
    offset: { x: offset.x / 2, y: offset.y / 2 },
  };
};

/** The tile's rectangle in source pixels; may reach beyond the picture where the frame is padded. */
const tileInSource = ({ crop, scaleX, scaleY, offset }: Letterbox, left: number, top: number, tile: Size): Box => ({
  x1: (left - offset.x) / scaleX + crop.x1,
  y1: (top - offset.y) / scaleY + crop.y1,
  x2: (left + tile.width - offset.x) / scaleX + crop.x1,
  y2: (top + tile.height - offset.y) / scaleY + crop.y1,
});

/** What the inner detector looks at: a whole frame or a part of one, cut out just before and given back after. */
type Piece = {
  /** Of the frame in its call. */
  readonly index: number;
  /** The tile in source pixels; null where the frame is looked at in one. */
  readonly area: Box | null;
  readonly open: () => { readonly frame: Frame; readonly release?: () => void };
};

/**
 * Looks at the frames of some cameras in tiles. Cameras without a layout pass through unchanged, so one of these can
 * stand before a detector that many cameras share. Tiles of all frames of a call fill the inner detector's batches.
 */
export class TiledDetector implements Detector {
  readonly id: string;
  readonly model: Detector['model'];
  readonly maxBatch: number;
  readonly input: Detector['input'];
  readonly #inner: Detector;
  readonly #layouts = new Map<string, TileLayout | typeof HALVED>();
  readonly #buffers: FrameBuffers;

  constructor(inner: Detector) {
    this.#buffers = new FrameBuffers(inner.input.width * inner.input.height * 3, inner.maxBatch);
    this.id = inner.id;
    this.model = inner.model;
    this.maxBatch = inner.maxBatch;
    this.input = inner.input;
    this.#inner = inner;
  }

  /** Frames of that camera are cut like this from now on; null: they are whole again. */
  setLayout(cameraId: string, layout: TileLayout | typeof HALVED | null): void {
    if (layout) this.#layouts.set(cameraId, layout);
    else this.#layouts.delete(cameraId);
  }

  async detect(frames: readonly Frame[]): Promise<readonly (readonly Detection[])[]> {
    const pieces = frames.flatMap((frame, index) => this.#cut(frame, index));
    const found: (readonly Detection[])[] = [];
    for (let first = 0; first < pieces.length; first += this.#inner.maxBatch) {
      const batch = pieces.slice(first, first + this.#inner.maxBatch).map(({ open }) => open());
      try {
        found.push(...(await this.#inner.detect(batch.map(({ frame }) => frame))));
      } finally {
        for (const { release } of batch) release?.();
      }
    }
    return frames.map((frame, index) => {
      if (typeof (this.#layouts.get(frame.cameraId) ?? HALVED) === 'string')
        return found[pieces.findIndex((piece) => piece.index === index)] ?? [];
      const parts: TileDetection[] = pieces.flatMap((piece, at) =>
        piece.index === index && piece.area
          ? (found[at] ?? []).map((detection) => ({ detection, tile: piece.area as Box }))
          : [],
      );
      const { source, scaleX, scaleY, crop } = frame.letterbox;
      return mergeTiles(parts, { crop, source, toleranceX: 3 / scaleX, toleranceY: 3 / scaleY });
    });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #cut(frame: Frame, index: number): Piece[] {
    const layout = this.#layouts.get(frame.cameraId);
    if (!layout) return [{ index, area: null, open: () => ({ frame }) }];
    const { letterbox } = frame;
    const { width } = letterbox.target;
    /** The piece's own frame, in memory that is used again. */
    const piece = (inside: Letterbox, draw: (out: Uint8Array) => void): ReturnType<Piece['open']> => {
      const { pixels, release } = this.#buffers.take();
      draw(pixels);
      return { frame: { ...frame, pixels, letterbox: inside, release }, release };
    };
    if (layout === HALVED)
      return [
        {
          ...{ index, area: null },
          open: () => piece(halvedLetterbox(letterbox), (out) => halve(frame.pixels, letterbox.target, out)),
        },
      ];
    const { tile, lefts, tops } = layout;
    return tops.flatMap((top) =>
      lefts.map((left) => ({
        index,
        area: tileInSource(letterbox, left, top, tile),
        open: () =>
          piece(
            {
              ...letterbox,
              target: tile,
              offset: { x: letterbox.offset.x - left, y: letterbox.offset.y - top },
            },
            (out) => cutTile(frame.pixels, width, { left, top }, tile, out),
          ),
      })),
    );
  }
}
