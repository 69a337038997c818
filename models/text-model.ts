import type { Box } from '../pipeline/geometry.ts';
import type { ReaderOutput } from '../pipeline/plates/ctc.ts';
import { LineText } from './line-text.ts';
import type { ReaderEntry } from './manifest.ts';
import type { Picture } from './plate-crop.ts';
import { PlateText } from './plate-text.ts';

/** A plate in a picture, and what is in the box stretched to the size that our readers look at. */
export type PlateView = { readonly picture: Picture; readonly box: Box; readonly pixels: Uint8Array };

/** Says what stands on plates, whichever model is behind it. */
export interface TextModel {
  /** One output for each view, in their order. */
  read(views: readonly PlateView[]): Promise<readonly ReaderOutput[]>;
  close(): Promise<void>;
}

/** @throws WatchpostError MODEL_LOAD, MODEL_SHAPE */
export const openTextModel = async (entry: ReaderEntry, file: string, threads = 1): Promise<TextModel> => {
  if (entry.alphabet !== undefined) return LineText.open(entry, file, threads);
  const model = await PlateText.open(entry, file, threads);
  return {
    read: (views) => model.read(Buffer.concat(views.map(({ pixels }) => pixels)), views.length),
    close: () => model.close(),
  };
};
