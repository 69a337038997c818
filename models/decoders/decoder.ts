import type { Candidates } from '../candidates.ts';
import type { ClassTable } from '../classes.ts';

/** One output of a run, batch first. */
export type OutputTensor = {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Int32Array;
};

export type DecodeContext = {
  readonly width: number;
  readonly height: number;
  readonly classes: ClassTable;
  readonly minScore: number;
  /** Whether all classes of a cell leave, or only its best; see the manifest. */
  readonly multiLabel?: boolean;
};

/** Wanted shapes of the outputs in order; −1 where any length fits. */
export type OutputShapes = readonly (readonly number[])[];

/** What is particular to one family of models. All boxes leave in input pixels, x1 y1 x2 y2. */
export type Decoder = {
  /** Shapes the outputs must have, for messages and for the check at open. */
  readonly shapes: (context: DecodeContext) => OutputShapes;
  /** Adds the candidates of one picture of the batch that reach the lowest score. */
  readonly decode: (
    outputs: readonly OutputTensor[],
    picture: number,
    context: DecodeContext,
    into: Candidates,
  ) => void;
};

/** @throws TypeError when an output is of another number type than its family has */
export const floats = (output: OutputTensor | undefined): Float32Array => {
  if (output?.data instanceof Float32Array) return output.data;
  throw new TypeError(`output "${output?.name ?? '?'}" is not float32`);
};
