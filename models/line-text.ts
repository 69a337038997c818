import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Box, boxHeight, boxWidth } from '../pipeline/geometry.ts';
import { READER_CLASSES, READER_SYMBOLS, type ReaderOutput } from '../pipeline/plates/ctc.ts';
import type { ReaderEntry } from './manifest.ts';
import { loadError, openReaderSession, tryReader } from './reader-session.ts';
import { type Picture, stretch } from './plate-crop.ts';
import { TensorPacker } from './tensor.ts';
import type { TextModel } from './text-model.ts';

/** Wider plates than this, measured in heights, have one line (520 × 110 mm), others two (190 × 140, 330 × 165 mm). */
const ONE_LINE_FROM = 2.5;
/** Pixels of the line per step of the output. */
const STEP_PX = 8;
const LEAST = 1e-9;

/**
 * A reader of single lines (PP-OCR) behind the interface of ours. The lines of a plate are laid side by side, and what is
 * no symbol of a plate (dashes, dots, other scripts) counts as a blank.
 */
export class LineText implements TextModel {
  readonly #session: InferenceSession;
  readonly #entry: ReaderEntry;
  /** For each class of the model, ours. */
  readonly #classes: Uint8Array;

  private constructor(session: InferenceSession, entry: ReaderEntry, classes: Uint8Array) {
    this.#session = session;
    this.#entry = entry;
    this.#classes = classes;
  }

  /** @throws WatchpostError MODEL_LOAD; MODEL_SHAPE when the outputs are not what the alphabet says */
  static async open(entry: ReaderEntry, file: string, threads = 1): Promise<LineText> {
    const alphabetFile = join(dirname(file), entry.alphabet ?? '');
    const text = await readFile(alphabetFile, 'utf8').catch((cause: unknown) => {
      throw loadError(entry, cause);
    });
    const alphabet = text.split(/\r?\n/).filter(Boolean);
    const session = await openReaderSession(entry, file, threads);
    const classes = Uint8Array.from(['', ...alphabet, ' '], (symbol) =>
      symbol === '' || symbol.length > 1 ? 0 : READER_SYMBOLS.indexOf(symbol) + 1,
    );
    const model = new LineText(session, entry, classes);
    const { width, height } = entry.input;
    await tryReader(session, entry, () => model.#run(new Uint8Array(width * height * 3), width));
    return model;
  }

  async read(views: readonly { readonly picture: Picture; readonly box: Box }[]): Promise<readonly ReaderOutput[]> {
    const outputs: ReaderOutput[] = [];
    for (const { picture, box } of views) outputs.push(await this.#look(picture, box));
    return outputs;
  }

  async #look(picture: Picture, box: Box): Promise<ReaderOutput> {
    const { width: widest, height } = this.#entry.input;
    const rows = boxWidth(box) < boxHeight(box) * ONE_LINE_FROM ? 2 : 1;
    const rowHeight = boxHeight(box) / rows;
    const wanted = Math.round((height * boxWidth(box)) / rowHeight / STEP_PX) * STEP_PX;
    const width = Math.min(widest / rows, Math.max(STEP_PX * 4, wanted));
    const canvas = new Uint8Array(widest * height * 3).fill(127);
    for (let row = 0; row < rows; row++) {
      const line = { ...box, y1: box.y1 + row * rowHeight, y2: box.y1 + (row + 1) * rowHeight };
      const pixels = await stretch(picture, line, { width, height });
      for (let y = 0; pixels && y < height; y++)
        canvas.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), (y * widest + row * width) * 3);
    }
    const steps = width / STEP_PX;
    const read = await this.#run(canvas, widest);
    const logProbabilities = new Float32Array(steps * 2 * READER_CLASSES).fill(Math.log(LEAST));
    logProbabilities.set(read.subarray(0, steps * rows * READER_CLASSES));
    for (let step = steps * rows; step < steps * 2; step++) logProbabilities[step * READER_CLASSES] = 0;
    return { steps: steps * 2, logProbabilities };
  }

  /** @returns natural logarithms, a row of our classes for each step */
  async #run(pixels: Uint8Array, width: number): Promise<Float32Array> {
    const { height } = this.#entry.input;
    const packed = new TensorPacker(this.#entry.input).pack(pixels, 1) as Float32Array;
    const input = new Tensor('float32', packed, [1, 3, height, width]);
    const results = await this.#session.run({ [this.#session.inputNames[0]!]: input });
    const { dims, data } = results[this.#session.outputNames[0]!]!;
    const steps = width / STEP_PX;
    if (dims[1] !== steps || dims[2] !== this.#classes.length || !(data instanceof Float32Array))
      throw new TypeError(`output should be float32[1,${steps},${this.#classes.length}], found [${dims.join(',')}]`);
    const sums = new Float32Array(steps * READER_CLASSES);
    for (let step = 0; step < steps; step++)
      for (let c = 0; c < this.#classes.length; c++)
        sums[step * READER_CLASSES + this.#classes[c]!]! += data[step * this.#classes.length + c]!;
    return sums.map((sum) => Math.log(Math.max(LEAST, sum)));
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
