import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { WatchpostError } from '../pipeline/errors.ts';
import type { DecodeContext, OutputTensor } from './decoders/decoder.ts';
import { DECODERS } from './decoders/families.ts';
import type { ModelEntry } from './manifest.ts';
import type { SessionOptions } from './session.ts';
import { fitsShape, inputShape, type PictureSession, refuseShape, showShape } from './shapes.ts';
import type { PackedInput } from './tensor.ts';
import { openTfjs, type TfGraphModel, type TfjsRuntime } from './tfjs-runtime.ts';

/** What is read of a graph model's JSON (tfjs-converter, "graph-model" format). */
const GraphFile = Type.Object({
  format: Type.Optional(Type.String()),
  signature: Type.Optional(Type.Unknown()),
  modelTopology: Type.Unknown(),
  weightsManifest: Type.Array(Type.Object({ paths: Type.Array(Type.String()), weights: Type.Array(Type.Unknown()) })),
});

const readArtifacts = async ({ parts = [] }: ModelEntry, file: string): Promise<object> => {
  const graph: Static<typeof GraphFile> = Value.Parse(GraphFile, JSON.parse(await readFile(file, 'utf8')));
  const named = graph.weightsManifest.flatMap(({ paths }) => paths);
  // Only files whose checksums the manifest has are read, whatever the graph asks for.
  const strange = named.find((path) => !parts.some((part) => part.file === path));
  if (strange !== undefined) throw new Error(`it names the weights "${strange}", which its entry does not`);
  const weights = await Promise.all(named.map((path) => readFile(join(dirname(file), path))));
  const whole = Buffer.concat(weights);
  return {
    format: graph.format,
    signature: graph.signature,
    modelTopology: graph.modelTopology,
    weightSpecs: graph.weightsManifest.flatMap((group) => group.weights),
    weightData: whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength),
  };
};

/**
 * One graph model of TensorFlow.js. Its CPU backends compute synchronously, so like an ONNX session it lives in an
 * inference thread.
 */
export class TfjsSession implements PictureSession {
  readonly context: DecodeContext;
  readonly #runtime: TfjsRuntime;
  readonly #model: TfGraphModel;
  readonly #entry: ModelEntry;
  readonly #outputs: readonly string[];

  private constructor(runtime: TfjsRuntime, model: TfGraphModel, entry: ModelEntry, context: DecodeContext) {
    this.#runtime = runtime;
    this.#model = model;
    this.#entry = entry;
    this.#outputs = entry.outputs ?? [];
    this.context = context;
  }

  /** @throws WatchpostError MODEL_LOAD, MODEL_SHAPE */
  static async open({ entry, file, classes, provider }: Omit<SessionOptions, 'threads'>): Promise<TfjsSession> {
    if (provider !== 'cpu')
      throw new WatchpostError(
        'MODEL_LOAD',
        `model "${entry.id}" runs in TensorFlow.js, which knows no execution provider "${provider}"; set \`provider: cpu\``,
      );
    const runtime = await openTfjs();
    let model: TfGraphModel;
    try {
      model = await runtime.load(await readArtifacts(entry, file));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new WatchpostError('MODEL_LOAD', `model "${entry.id}" could not be loaded: ${reason}`, { cause });
    }
    const [input] = model.inputs;
    const wanted = inputShape(entry.input);
    if (!input?.shape || !fitsShape(input.shape, wanted) || input.dtype !== entry.input.dtype) {
      model.dispose();
      refuseShape(
        entry,
        'the first input',
        `${entry.input.dtype}${showShape(wanted)}`,
        input ? `${input.dtype}${showShape(input.shape ?? [])}` : 'none',
      );
    }
    const { width, height } = entry.input;
    return new TfjsSession(runtime, model, entry, { width, height, classes, minScore: 0 });
  }

  /** @throws WatchpostError MODEL_SHAPE: a graph does not say the shapes of its outputs, they are known after a run */
  run(packed: PackedInput, count: number): Promise<readonly OutputTensor[]> {
    return new Promise((resolve) => {
      resolve(this.#run(packed, count));
    });
  }

  #run(packed: PackedInput, count: number): readonly OutputTensor[] {
    const dims = [count, ...inputShape(this.#entry.input).slice(1)];
    const input = this.#runtime.tensor(packed, dims, packed instanceof Float32Array ? 'float32' : 'int32');
    try {
      const result = this.#model.execute(input, this.#outputs);
      const tensors = Array.isArray(result) ? result : [result];
      const outputs = tensors.map((tensor, i): OutputTensor => {
        const output = { name: this.#outputs[i] ?? `output ${i}`, dims: [...tensor.shape], data: tensor.dataSync() };
        tensor.dispose();
        return output;
      });
      this.#checkOutputs(outputs);
      return outputs;
    } finally {
      input.dispose();
    }
  }

  close(): Promise<void> {
    this.#model.dispose();
    return Promise.resolve();
  }

  #checkOutputs(outputs: readonly OutputTensor[]): void {
    const wanted = DECODERS[this.#entry.decoder].shapes(this.context);
    if (outputs.length < wanted.length)
      refuseShape(this.#entry, 'the number of outputs', `${wanted.length}`, `${outputs.length}`);
    wanted.forEach((shape, i) => {
      const { name, dims } = outputs[i]!;
      if (!fitsShape(dims, shape)) refuseShape(this.#entry, `output "${name}"`, showShape(shape), showShape(dims));
    });
  }
}
