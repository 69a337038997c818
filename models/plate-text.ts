import { InferenceSession, Tensor } from 'onnxruntime-node';
import { READER_CLASSES, type ReaderOutput } from '../pipeline/plates/ctc.ts';
import type { ReaderEntry } from './manifest.ts';
import { openReaderSession, tryReader } from './reader-session.ts';

/** Characters of plate crops. Runs on the calling thread, which is busy for some milliseconds a crop. */
export class PlateText {
  readonly #session: InferenceSession;
  readonly #entry: ReaderEntry;

  private constructor(session: InferenceSession, entry: ReaderEntry) {
    this.#session = session;
    this.#entry = entry;
  }

  /** @throws WatchpostError MODEL_LOAD; MODEL_SHAPE when the file does not take what its manifest entry says */
  static async open(entry: ReaderEntry, file: string, threads = 1): Promise<PlateText> {
    const session = await openReaderSession(entry, file, threads);
    const model = new PlateText(session, entry);
    const { width, height } = entry.input;
    await tryReader(session, entry, () => model.read(new Uint8Array(width * height * 3), 1));
    return model;
  }

  /** @param pixels `count` crops of the input size, uint8 RGB, one after the other */
  async read(pixels: Uint8Array, count: number): Promise<readonly ReaderOutput[]> {
    const { width, height } = this.#entry.input;
    const input = new Tensor('uint8', pixels, [count, height, width, 3]);
    const results = await this.#session.run({ [this.#session.inputNames[0]!]: input });
    const { dims, data } = results[this.#session.outputNames[0]!]!;
    const [found, steps = 0, classes] = dims;
    if (found !== count || classes !== READER_CLASSES || !(data instanceof Float32Array))
      throw new TypeError(`output should be float32[${count},steps,${READER_CLASSES}], found [${dims.join(',')}]`);
    const values = steps * READER_CLASSES;
    return Array.from({ length: count }, (_, i) => ({
      steps,
      logProbabilities: data.slice(i * values, (i + 1) * values),
    }));
  }

  close(): Promise<void> {
    return this.#session.release();
  }
}
