import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { Passage } from '../../pipeline/passages/passage.ts';
import { replayVideo } from '../../workers/replay.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { environment } from '../environment.ts';

/**
 * Plates on real footage that is too small or too foreign to be read: every vehicle of the clips passes a plate camera, and
 * the only right answer is that its plate cannot be read. A text that is shown is invented.
 *     node dist/benchmarks/scenarios/plate-footage.js [--clip ID] [--out FILE] [--keep FOLDER]
 * WATCHPOST_SHARED names the folder that has `footage/`. With `--keep` the pictures stay, to be looked at by eye.
 */
const { values } = parseArgs({
  options: {
    clip: { type: 'string' },
    config: { type: 'string', default: 'benchmarks/footage.yml' },
    keep: { type: 'string' },
    out: { type: 'string' },
  },
});
const shared = process.env['WATCHPOST_SHARED'] ?? '../shared';
const config = parseConfig(readFileSync(values.config, 'utf8'), { WATCHPOST_SHARED: shared }, values.config);
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'watchpost-plates-'));

/** The clip as a plate camera without rules; whoever is tracked through the picture passes. */
const asPlateCamera = (camera: CameraConfig): CameraConfig => ({
  ...camera,
  rules: [],
  passages: { enabled: true, lanes: [], keepDays: 30 },
});

const passagesIn = async (camera: CameraConfig): Promise<readonly Passage[]> => {
  const out = join(folder, camera.id);
  const signal = new AbortController().signal;
  const replayed = { config, camera: asPlateCamera(camera), video: camera.source.url, out, startAt: 0, signal };
  return (await replayVideo({ ...replayed, store: new LocalStore(out) })).passages;
};

const tally = (passages: readonly Passage[]) => {
  const unread: Record<string, number> = {};
  for (const { unread: reason } of passages) if (reason !== null) unread[reason] = (unread[reason] ?? 0) + 1;
  const shown = passages.flatMap(({ plate }) => plate ?? []);
  return {
    ...{ vehicles: passages.length, shown: shown.length },
    evidence: shown.filter(({ grade }) => grade === 'evidence').length,
    unread,
  };
};

const clips: Record<string, ReturnType<typeof tally>> = {};
const all: Passage[] = [];
for (const camera of config.cameras.filter(({ id }) => values.clip === undefined || id === values.clip)) {
  const passages = await passagesIn(camera);
  all.push(...passages);
  clips[camera.id] = tally(passages);
  console.error(`${camera.id}: ${JSON.stringify(clips[camera.id])}`);
}
const result = { scenario: 'plate-footage', environment: environment(), all: tally(all), clips };
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(result, null, 2));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
