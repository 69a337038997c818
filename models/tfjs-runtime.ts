import { WatchpostError } from '../pipeline/errors.ts';

/*
 * TensorFlow.js is optional as a whole: its types are declared here as far as they are used, so that everything
 * compiles and runs without it.
 */
export type TfTensor = {
  readonly shape: readonly number[];
  dataSync(): Float32Array | Int32Array;
  dispose(): void;
};

export type TfGraphModel = {
  readonly inputs: readonly { readonly name: string; readonly shape?: readonly number[]; readonly dtype: string }[];
  /** Synchronous on the CPU; returns one tensor for one output name. */
  execute(inputs: TfTensor, outputs: readonly string[]): TfTensor | TfTensor[];
  dispose(): void;
};

type Core = {
  readonly tensor: (
    values: Float32Array | Uint8Array,
    shape: readonly number[],
    dtype: 'float32' | 'int32',
  ) => TfTensor;
  setBackend(name: string): Promise<boolean>;
  readonly io: { fromMemory(artifacts: object): object };
  readonly version?: { readonly 'tfjs-core': string };
  readonly version_core?: string;
};
type Converter = { loadGraphModel(handler: object): Promise<TfGraphModel> };

export type TfjsRuntime = {
  /** `native`: libtensorflow through @tensorflow/tfjs-node. `wasm`: WebAssembly with SIMD, one thread. */
  readonly kind: 'native' | 'wasm';
  readonly version: string;
  readonly tensor: Core['tensor'];
  readonly load: (artifacts: object) => Promise<TfGraphModel>;
};

export const NATIVE_INSTALL = 'npm rebuild @tensorflow/tfjs-node --ignore-scripts=false';
const STAND_IN_INSTALL =
  'npm install --no-save @tensorflow/tfjs-core @tensorflow/tfjs-converter @tensorflow/tfjs-backend-wasm';

/** By a variable name, so that the compiler does not ask for packages that may be absent. */
const load = async <T>(name: string): Promise<T> => {
  const module = (await import(name)) as { readonly default?: T } & T;
  return module.default ?? module;
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? 'does not load';

const runtimeOf = (kind: TfjsRuntime['kind'], core: Core, converter: Converter): TfjsRuntime => ({
  kind,
  version: core.version?.['tfjs-core'] ?? core.version_core ?? 'of unknown version',
  tensor: core.tensor,
  load: (artifacts) => converter.loadGraphModel(core.io.fromMemory(artifacts)),
});

const openNative = async (): Promise<TfjsRuntime> => {
  const tf = await load<Core & Converter>('@tensorflow/tfjs-node');
  return runtimeOf('native', tf, tf);
};

const openStandIn = async (): Promise<TfjsRuntime> => {
  const core = await load<Core>('@tensorflow/tfjs-core');
  const converter = await load<Converter>('@tensorflow/tfjs-converter');
  await load<unknown>('@tensorflow/tfjs-backend-wasm');
  if (!(await core.setBackend('wasm'))) throw new Error('the WebAssembly backend does not start');
  return runtimeOf('wasm', core, converter);
};

let opened: Promise<TfjsRuntime> | undefined;

/**
 * TensorFlow.js of this thread: the native one when its library is installed, else the WebAssembly stand-in.
 * @throws WatchpostError MODEL_LOAD when neither is, with the command for each
 */
export const openTfjs = (): Promise<TfjsRuntime> =>
  (opened ??= openNative().catch(async (native: unknown) => {
    try {
      return await openStandIn();
    } catch (cause) {
      throw new WatchpostError(
        'MODEL_LOAD',
        `TensorFlow.js is not installed: ${firstLine(native)}; ${firstLine(cause)}; ` +
          `run: ${NATIVE_INSTALL} (native), or: ${STAND_IN_INSTALL}`,
        { cause },
      );
    }
  }));

export type TfjsState = { readonly runs: TfjsRuntime['kind'] | null; readonly text: string };

/** Which TensorFlow.js this machine has, for people. */
export const describeTfjs = async (): Promise<TfjsState> => {
  try {
    const { kind, version } = await openTfjs();
    return {
      runs: kind,
      text: kind === 'native' ? `native, ${version}` : `WebAssembly stand-in, ${version}; the native one is not built`,
    };
  } catch (error) {
    if (!(error instanceof WatchpostError)) throw error;
    return { runs: null, text: 'not installed' };
  }
};
