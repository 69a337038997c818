import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { Detector } from '../pipeline/detector.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { Frame } from '../pipeline/frame.ts';
import { boxHeight, boxWidth } from '../pipeline/geometry.ts';
import { toSource } from '../pipeline/letterbox.ts';
import { toClassTable } from './classes.ts';
import type { ModelEntry } from './manifest.ts';
import {
  RESULT_STRIDE,
  type RunTiming,
  type ThreadOptions,
  type ThreadReply,
  type ThreadRequest,
} from './thread-protocol.ts';

/** One batch is inferred while the next is being copied in; more would only add latency. */
const SLOTS = 2;

export type OpenDetectorOptions = {
  readonly entry: ModelEntry;
  /** Path of the model file, as `resolveModelFile` gives it. */
  readonly file: string;
  readonly config: DetectorConfig;
  /** Told of every run: where its time went, and how many frames it had. */
  readonly onRun?: (timing: RunTiming, frames: number) => void;
  /** Told when the thread has ended by itself after it was ready; all that is asked from then on fails. */
  readonly onBroken?: (error: WatchpostError) => void;
};

/**
 * Bounds of a thread's own heap, MiB. Pixels and tensors lie outside it; left to itself V8 lets the garbage of runs grow
 * to some hundred MiB a thread before it looks.
 */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

/** The thread runs compiled code; started from a .ts file (tests), it is taken from dist/. */
const threadFile = (): URL => {
  const file = import.meta.url.endsWith('.ts')
    ? new URL('../dist/models/inference-thread.js', import.meta.url)
    : new URL('./inference-thread.js', import.meta.url);
  if (existsSync(file)) return file;
  throw new WatchpostError('MODEL_LOAD', `the inference thread is not built (${file.pathname}); run: npx tsc -b`);
};

/**
 * Opens a model in a thread of its own, with the backend its entry names. Pixels are copied once, into memory shared with the thread.
 * @throws WatchpostError MODEL_LOAD, MODEL_SHAPE
 */
export const openDetector = async ({ entry, file, config, ...told }: OpenDetectorOptions): Promise<Detector> => {
  const maxBatch = entry.input.dynamicBatch ? config.maxBatch : 1;
  const slotBytes = entry.input.width * entry.input.height * 3 * maxBatch;
  const options: ThreadOptions = {
    entry,
    file,
    threads: config.threads || Math.max(1, Math.floor(availableParallelism() / 2)),
    provider: config.provider,
    minScore: config.minScore,
    pixels: new SharedArrayBuffer(slotBytes * SLOTS),
    slotBytes,
  };
  const worker = new Worker(threadFile(), { workerData: options, resourceLimits: HEAP });
  const detector = new ThreadDetector(options, maxBatch, worker, told);
  await detector.ready;
  return detector;
};

type Pending = {
  readonly frames: number;
  readonly resolve: (detections: Float32Array) => void;
  readonly reject: (error: WatchpostError) => void;
};

/** A detector in a thread that speaks thread-protocol.ts. */
export class ThreadDetector implements Detector {
  readonly id: string;
  readonly model: Detector['model'];
  readonly maxBatch: number;
  readonly input: Detector['input'];
  readonly ready: Promise<void>;
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #told: Pick<OpenDetectorOptions, 'onRun' | 'onBroken'>;
  readonly #names: readonly (string | null)[];
  readonly #pixels: Uint8Array;
  readonly #pending = new Map<number, Pending>();
  readonly #freeSlots = Array.from({ length: SLOTS }, (_, slot) => slot);
  readonly #waiting: ((slot: number) => void)[] = [];
  readonly #gone: Promise<void>;
  #nextId = 0;
  #isReady = false;
  #ended: WatchpostError | null = null;

  constructor(
    options: ThreadOptions,
    maxBatch: number,
    worker: Worker,
    told: Pick<OpenDetectorOptions, 'onRun' | 'onBroken'> = {},
  ) {
    const { entry } = options;
    this.id = entry.id;
    this.model = { id: entry.id, sha256: entry.sha256 };
    this.maxBatch = maxBatch;
    this.input = { width: entry.input.width, height: entry.input.height, fit: entry.input.fit };
    this.#options = options;
    this.#worker = worker;
    this.#told = told;
    this.#names = toClassTable(entry).names;
    this.#pixels = new Uint8Array(options.pixels);
    this.ready = new Promise((resolve, reject) => {
      worker.on('message', (reply: ThreadReply) => {
        if (reply.kind === 'ready') {
          this.#isReady = true;
          resolve();
        } else if (reply.kind === 'refused') {
          const refusal = new WatchpostError(reply.code, reply.message);
          this.#end(refusal);
          reject(refusal);
        } else this.#settle(reply);
      });
      worker.on('error', (cause) => {
        const failure = new WatchpostError('INFERENCE_FAILED', `the inference thread broke: ${cause.message}`, {
          cause,
        });
        this.#end(failure);
        reject(failure);
      });
    });
    this.#gone = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#end(new WatchpostError('INFERENCE_FAILED', `the inference thread of "${entry.id}" has ended`));
        resolve();
      });
    });
  }

  async detect(frames: readonly Frame[]): Promise<readonly (readonly Detection[])[]> {
    const { width, height } = this.input;
    if (frames.length === 0) return [];
    if (frames.length > this.maxBatch)
      throw new TypeError(`at most ${this.maxBatch} frames in a run, got ${frames.length}`);
    const bytes = width * height * 3;
    for (const { pixels, letterbox } of frames)
      if (letterbox.target.width !== width || letterbox.target.height !== height || pixels.length !== bytes)
        throw new WatchpostError(
          'MODEL_SHAPE',
          `model "${this.id}" takes ${width}×${height} frames (${bytes} bytes), ` +
            `got ${letterbox.target.width}×${letterbox.target.height} (${pixels.length} bytes)`,
        );
    // Without a pause when a slot is free: a run asked for before `close` is then served before it.
    const slot = this.#freeSlots.pop() ?? (await new Promise<number>((resolve) => this.#waiting.push(resolve)));
    try {
      if (this.#ended) throw this.#ended;
      frames.forEach(({ pixels }, i) => this.#pixels.set(pixels, slot * this.#options.slotBytes + i * bytes));
      const found = await new Promise<Float32Array>((resolve, reject) => {
        const id = this.#nextId++;
        this.#pending.set(id, { frames: frames.length, resolve, reject });
        this.#send({ kind: 'detect', id, slot, count: frames.length });
      });
      return this.#toDetections(found, frames);
    } finally {
      this.#giveSlot(slot);
    }
  }

  async close(): Promise<void> {
    if (!this.#ended) this.#send({ kind: 'close' });
    this.#ended ??= new WatchpostError('INFERENCE_FAILED', `the detector "${this.id}" is closed`);
    await this.#gone;
  }

  #toDetections(found: Float32Array, frames: readonly Frame[]): Detection[][] {
    const lists: Detection[][] = frames.map(() => []);
    for (let at = 0; at < found.length; at += RESULT_STRIDE) {
      const picture = found[at]!;
      const className = this.#names[found[at + 1]!] ?? null;
      if (className === null) continue;
      const box = toSource(
        { x1: found[at + 3]!, y1: found[at + 4]!, x2: found[at + 5]!, y2: found[at + 6]! },
        frames[picture]!.letterbox,
      );
      // What lies wholly in the padding has no area in the source.
      if (boxWidth(box) > 0 && boxHeight(box) > 0) lists[picture]!.push({ box, score: found[at + 2]!, className });
    }
    return lists;
  }

  #send(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #settle(reply: Extract<ThreadReply, { kind: 'result' | 'failed' }>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'result') {
      if (pending) this.#told.onRun?.(reply.timing, pending.frames);
      pending?.resolve(reply.detections);
    } else pending?.reject(new WatchpostError('INFERENCE_FAILED', `a run of "${this.id}" failed: ${reply.message}`));
  }

  #end(error: WatchpostError): void {
    if (this.#ended === null && this.#isReady) this.#told.onBroken?.(error);
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #giveSlot(slot: number): void {
    const next = this.#waiting.shift();
    if (next) next(slot);
    else this.#freeSlots.push(slot);
  }
}
