import { writeFileSync } from 'node:fs';
import { detectImages, listImages } from '../../models/detect-images.ts';
import { findModel } from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { progressBar } from './progress.ts';

const parseTiles = (text: string): { rows: number; columns: number; overlap: number } => {
  const match = /^([1-4])x([1-4])$/.exec(text);
  if (!match)
    throw new WatchpostError('INPUT_UNREADABLE', `--tiles takes ROWSxCOLUMNS from 1x1 to 4x4, found "${text}"`);
  return { rows: Number(match[1]), columns: Number(match[2]), overlap: 0.15 };
};

/** @returns 0; 1 when some images could not be read (each is named), the others are in the results */
export const detect = async (
  modelId: string,
  paths: readonly string[],
  options: { readonly out: string; readonly minScore: number; readonly tiles?: string; readonly json: boolean },
): Promise<number> => {
  const entry = findModel(modelId);
  const file = await resolveModelFile(entry);
  const images = await listImages(paths);
  const unreadable: string[] = [];
  const startedAt = performance.now();
  const results = await detectImages({
    entry,
    file,
    paths: images,
    minScore: options.minScore,
    ...(options.tiles === undefined ? {} : { tiles: parseTiles(options.tiles) }),
    onProgress: progressBar(modelId),
    onUnreadable: (error) => {
      unreadable.push(error.message);
      console.error(`${error.code}: ${error.message}`);
    },
  });
  writeFileSync(options.out, JSON.stringify(results));
  const seconds = (performance.now() - startedAt) / 1000;
  const summary = {
    model: modelId,
    images: images.length,
    unreadable: unreadable.length,
    boxes: results.length,
    seconds,
  };
  if (options.json) console.log(JSON.stringify(summary));
  else console.log(`${results.length} boxes in ${images.length} image(s), ${seconds.toFixed(1)} s → ${options.out}`);
  return unreadable.length > 0 ? 1 : 0;
};
