import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DetectorConfig } from '../pipeline/config/detector.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { ClassTable } from './classes.ts';
import type { DecodeContext, OutputTensor } from './decoders/decoder.ts';
import { DECODERS } from './decoders/families.ts';
import type { ModelEntry } from './manifest.ts';
import { fitsShape, inputShape, type PictureSession, refuseShape, showShape } from './shapes.ts';
import type { PackedInput } from './tensor.ts';

export type SessionOptions = {
  readonly entry: ModelEntry;
  readonly file: string;
  readonly classes: ClassTable;
  readonly threads: number;
  readonly provider: DetectorConfig['provider'];
};

/** @throws WatchpostError MODEL_SHAPE with what the manifest says and what the file has */
const checkShapes = (session: InferenceSession, entry: ModelEntry, context: DecodeContext): void => {
  const refuse = (what: string, wanted: string, found: string): never => refuseShape(entry, what, wanted, found);
  const [input] = session.inputMetadata;
  const wantedInput = inputShape(entry.input);
  if (!input?.isTensor) return refuse('the first input', 'a tensor', 'none');
  const batch = input.shape[0];
  const batchFits = entry.input.dynamicBatch ? typeof batch === 'string' || (batch ?? 0) < 0 : true;
  if (!fitsShape(input.shape, wantedInput) || !batchFits || input.type !== entry.input.dtype)
    return refuse(
      `input "${input.name}"`,
      `${entry.input.dtype}${showShape(wantedInput)}`,
      `${input.type}${showShape(input.shape)}`,
    );
  const wanted = DECODERS[entry.decoder].shapes(context);
  const outputs = session.outputMetadata;
  if (outputs.length < wanted.length) return refuse('the number of outputs', `${wanted.length}`, `${outputs.length}`);
  wanted.forEach((shape, i) => {
    const output = outputs[i]!;
    const found = output.isTensor ? output.shape : [];
    if (!fitsShape(found, shape)) refuse(`output "${output.name}"`, showShape(shape), showShape(found));
  });
};

/**
 * One inference session of ONNX Runtime, shapes checked and warmed up. `run` occupies the calling thread until it is
 * done (ONNX Runtime's Node binding is synchronous inside), so it lives in an inference thread.
 */
export class ModelSession implements PictureSession {
  readonly context: DecodeContext;
  readonly #session: InferenceSession;
  readonly #entry: ModelEntry;

  private constructor(session: InferenceSession, entry: ModelEntry, context: DecodeContext) {
    this.#session = session;
    this.#entry = entry;
    this.context = context;
  }

  /** @throws WatchpostError MODEL_LOAD, MODEL_SHAPE */
  static async open({ entry, file, classes, threads, provider }: SessionOptions): Promise<ModelSession> {
    let session: InferenceSession;
    try {
      session = await InferenceSession.create(file, {
        executionProviders: provider === 'cpu' ? ['cpu'] : [provider],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        // Exporters leave unused initialisers behind; a warning for each would bury what matters.
        logSeverityLevel: 3,
      });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const advice =
        provider === 'cpu'
          ? 'the file is damaged or not an ONNX model; fetch it again with `watchpost models pull`'
          : `the execution provider "${provider}" may be missing on this machine; set \`provider: cpu\` to go on without it`;
      throw new WatchpostError('MODEL_LOAD', `model "${entry.id}" could not be loaded: ${reason}; ${advice}`, {
        cause,
      });
    }
    const { width, height } = entry.input;
    const context = { width, height, classes, minScore: 0, multiLabel: entry.multiLabel === true };
    try {
      checkShapes(session, entry, context);
    } catch (error) {
      await session.release();
      throw error;
    }
    return new ModelSession(session, entry, context);
  }

  /**
   * @param packed `count` pictures in the layout of the manifest; read during the call only
   * @returns outputs in the file's order, batch first
   */
  async run(packed: PackedInput, count: number): Promise<readonly OutputTensor[]> {
    const { input, decoder } = this.#entry;
    const dims = [count, ...inputShape(input).slice(1)];
    const picture =
      packed instanceof Float32Array ? new Tensor('float32', packed, dims) : new Tensor('uint8', packed, dims);
    const feeds: Record<string, Tensor> = { [this.#session.inputNames[0]!]: picture };
    const sizes = this.#session.inputNames[1];
    if (decoder === 'detr' && sizes !== undefined)
      feeds[sizes] = new Tensor(
        'int64',
        BigInt64Array.from({ length: count * 2 }, (_, i) => BigInt(i % 2 === 0 ? input.width : input.height)),
        [count, 2],
      );
    const results = await this.#session.run(feeds);
    return this.#session.outputNames.map((name) => {
      const { dims: shape, data } = results[name]!;
      return { name, dims: shape, data: data as OutputTensor['data'] };
    });
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
