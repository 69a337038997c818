import { Candidates } from './candidates.ts';
import { toClassTable } from './classes.ts';
import { DECODERS } from './decoders/families.ts';
import type { ModelEntry } from './manifest.ts';
import { nms } from './nms.ts';
import { openSession } from './open-session.ts';
import type { SessionOptions } from './session.ts';
import type { PictureSession } from './shapes.ts';
import { TensorPacker } from './tensor.ts';
import { RESULT_STRIDE, type RunTiming } from './thread-protocol.ts';

/** Pixels in, boxes in input pixels out: packing, run, decoding and suppression of one model on the calling thread. */
export class PictureModel {
  readonly #session: PictureSession;
  readonly #entry: ModelEntry;
  readonly #packer: TensorPacker;
  readonly #minScore: number;
  readonly #candidates = new Candidates();
  #timing: RunTiming = { packMs: 0, inferMs: 0, outputsMs: 0 };

  private constructor(session: PictureSession, entry: ModelEntry, minScore: number) {
    this.#session = session;
    this.#entry = entry;
    this.#packer = new TensorPacker(entry.input);
    this.#minScore = minScore;
  }

  /**
   * Opens the session and runs it once on a grey picture, so that the first camera does not pay for the first run.
   * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE
   */
  static async open(options: Omit<SessionOptions, 'classes'> & { readonly minScore: number }): Promise<PictureModel> {
    const { entry } = options;
    const session = await openSession({ ...options, classes: toClassTable(entry) });
    const model = new PictureModel(session, entry, options.minScore);
    await model.detect(new Uint8Array(entry.input.width * entry.input.height * 3).fill(entry.input.padValue), 1);
    return model;
  }

  /** Of the last `detect`. */
  get timing(): RunTiming {
    return this.#timing;
  }

  /**
   * @param pixels `count` frames of the input size, uint8 RGB, one after the other
   * @returns `RESULT_STRIDE` numbers per detection, pictures in order, each by falling score
   */
  async detect(pixels: Uint8Array, count: number): Promise<Float32Array<ArrayBuffer>> {
    const { input } = this.#entry;
    const perRun = input.dynamicBatch ? count : 1;
    const pictureBytes = input.width * input.height * 3;
    const found: number[] = [];
    let [packMs, inferMs, outputsMs] = [0, 0, 0];
    for (let first = 0; first < count; first += perRun) {
      const startedAt = performance.now();
      const packed = this.#packer.pack(pixels.subarray(first * pictureBytes), perRun);
      const packedAt = performance.now();
      const outputs = await this.#session.run(packed, perRun);
      const inferredAt = performance.now();
      for (let picture = 0; picture < perRun; picture++) {
        const candidates = this.#candidates;
        candidates.clear();
        const context = { ...this.#session.context, minScore: this.#minScore };
        DECODERS[this.#entry.decoder].decode(outputs, picture, context, candidates);
        for (const i of nms(candidates, this.#entry.nmsIou)) {
          const { boxes, scores, classes } = candidates;
          found.push(first + picture, classes[i]!, scores[i]!);
          found.push(boxes[i * 4]!, boxes[i * 4 + 1]!, boxes[i * 4 + 2]!, boxes[i * 4 + 3]!);
        }
      }
      packMs += packedAt - startedAt;
      inferMs += inferredAt - packedAt;
      outputsMs += performance.now() - inferredAt;
    }
    this.#timing = { packMs, inferMs, outputsMs };
    if (found.length % RESULT_STRIDE !== 0) throw new TypeError('results are not whole');
    return Float32Array.from(found);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
