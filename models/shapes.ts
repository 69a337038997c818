import { WatchpostError } from '../pipeline/errors.ts';
import type { DecodeContext, OutputTensor } from './decoders/decoder.ts';
import type { ModelEntry, ModelInput } from './manifest.ts';
import type { PackedInput } from './tensor.ts';

/** One opened model of any backend, on the calling thread. */
export interface PictureSession {
  readonly context: DecodeContext;
  /**
   * @param packed `count` pictures in the layout of the manifest; read during the call only
   * @returns outputs in the decoder's order, batch first
   */
  run(packed: PackedInput, count: number): Promise<readonly OutputTensor[]>;
  close(): Promise<void>;
}

export const showShape = (shape: readonly (number | string)[]): string =>
  `[${shape.map((side) => (typeof side === 'number' && side >= 0 ? side : 'any')).join(',')}]`;

/** A number must be equal; a name or −1 means that any length will do. */
export const fitsShape = (found: readonly (number | string)[], wanted: readonly number[]): boolean =>
  found.length === wanted.length &&
  found.every((side, i) => typeof side !== 'number' || side < 0 || wanted[i]! < 0 || side === wanted[i]);

export const inputShape = ({ width, height, layout, dynamicBatch }: ModelInput): number[] => {
  const batch = dynamicBatch ? -1 : 1;
  return layout === 'nchw' ? [batch, 3, height, width] : [batch, height, width, 3];
};

/** @throws WatchpostError MODEL_SHAPE with what the manifest says and what the file has */
export const refuseShape = (entry: ModelEntry, what: string, wanted: string, found: string): never => {
  throw new WatchpostError(
    'MODEL_SHAPE',
    `model "${entry.id}" (${entry.file}): ${what} should be ${wanted} by its manifest entry, the file has ${found}`,
  );
};
