export {};
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findModel } from '../../models/manifest.ts';
import { type CameraConfig, headsOf } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { parseReports } from '../../pipeline/evaluation/event-reports.ts';
import { parseEventTruth } from '../../pipeline/evaluation/event-truth.ts';
import { evaluateEvents, type EventScores } from '../../pipeline/evaluation/events.ts';
import { toEventLine } from '../../pipeline/event-line.ts';
import { geometryHash } from '../../pipeline/geometry-hash.ts';
import { replayRules } from '../../workers/replay-rules.ts';
import { replayVideo } from '../../workers/replay.ts';
import type { HeadPassage } from '../../pipeline/evaluation/helmets.ts';
import type { TrackedFrame } from '../../pipeline/track.ts';
import { environment } from '../environment.ts';
import { headPassages, headScores } from '../footage-heads.ts';

/**
 * Events and counts on the shared footage against its truth. Each clip is analysed once and its tracks are kept; rules
 * run on the stored tracks, so that a change of a rule is scored in seconds.
 *     node dist/benchmarks/scenarios/footage.js [--clip ID] [--cache FOLDER] [--out FILE] [--table]
 * WATCHPOST_SHARED names the folder that has `footage/`.
 */
const { values } = parseArgs({
  options: {
    clip: { type: 'string' },
    config: { type: 'string', default: 'benchmarks/footage.yml' },
    cache: { type: 'string', default: '.cache/footage' },
    out: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const shared = process.env['WATCHPOST_SHARED'] ?? '../shared';
const config = parseConfig(readFileSync(values.config, 'utf8'), { WATCHPOST_SHARED: shared }, values.config);

/** Folder of a clip's tracks; another model or another way of looking is another folder. */
const cacheOf = (camera: CameraConfig): string => {
  const { analysis, tracker, signals } = camera;
  const heads = headsOf(camera);
  const models = [config.detectors[analysis?.detector ?? '']?.model, heads?.model].flatMap((id) =>
    id === undefined ? [] : [findModel(id).sha256],
  );
  const looks = { analysis, tracker: tracker ?? null, signals: signals ?? null, heads, models };
  return join(values.cache, `${camera.id}-${geometryHash(looks).slice(0, 12)}`);
};

const tracksOf = async (camera: CameraConfig): Promise<string> => {
  const folder = cacheOf(camera);
  const file = join(folder, 'tracks.ndjson');
  if (existsSync(file)) return file;
  const making = `${folder}.making`;
  mkdirSync(making, { recursive: true });
  const signal = new AbortController().signal;
  await replayVideo({ config, camera, video: camera.source.url, out: making, startAt: 0, store: null, signal });
  renameSync(making, folder);
  return file;
};

type ClipResult = EventScores & { readonly clip: string; readonly frames: number; readonly replayMsPerFrame: number };
const results: ClipResult[] = [];
const heads: HeadPassage[] = [];
for (const camera of config.cameras.filter(({ id }) => values.clip === undefined || id === values.clip)) {
  const file = await tracksOf(camera);
  const truthFile = join(shared, 'footage', 'truth', `${camera.id}.json`);
  const truthText = readFileSync(truthFile, 'utf8');
  const truth = parseEventTruth(truthText, truthFile);
  const lines = readFileSync(file, 'utf8').split('\n');
  const startedAt = performance.now();
  const { events, frames } = replayRules(lines, file, { config, camera });
  const replayMsPerFrame = Math.round(((performance.now() - startedAt) / frames) * 1000) / 1000;
  const scores = evaluateEvents(truth, parseReports(events.map(toEventLine).join(''), camera.id));
  results.push({ clip: camera.id, frames, replayMsPerFrame, ...scores });
  const tracked = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as TrackedFrame);
  heads.push(...headPassages(truthText, truthFile, tracked));
  process.stderr.write(`${camera.id}: ${String(frames)} frames\n`);
}

const tally = (result: ClipResult, certainty: 'sure' | 'likely', part: 'found' | 'of'): number =>
  result.rules.reduce((sum, rule) => sum + rule[certainty][part], 0);
const row = (result: ClipResult): string => {
  const rules = result.rules.filter(({ sure, likely, falseAlarms }) => sure.of + likely.of + falseAlarms > 0);
  const alarms = result.falseAlarms.map(({ kind, startS }) => `${kind} at ${startS.toFixed(1)} s`).join(', ');
  const counts = result.lines.map(({ countsRight, countsScored, crossings }) => ({
    countsRight,
    countsScored,
    crossings,
  }));
  const total = counts.reduce((sum, line) => sum + line.countsScored, 0);
  const right = counts.reduce((sum, line) => sum + line.countsRight, 0);
  const crossings = counts.reduce((sum, line) => sum + line.crossings.of, 0);
  const crossed = counts.reduce((sum, line) => sum + line.crossings.found, 0);
  return [
    result.clip,
    rules.map(({ rule }) => rule).join(', ') || '–',
    `${String(tally(result, 'sure', 'found'))} of ${String(tally(result, 'sure', 'of'))}`,
    `${String(tally(result, 'likely', 'found'))} of ${String(tally(result, 'likely', 'of'))}`,
    result.falseAlarms.length === 0 ? '0' : `${String(result.falseAlarms.length)}: ${alarms}`,
    String(result.rules.reduce((sum, { duplicates }) => sum + duplicates, 0)),
    total === 0 ? '–' : `${String(right)} of ${String(total)}`,
    crossings === 0 ? '–' : `${String(crossed)} of ${String(crossings)}`,
  ].join(' | ');
};
if (values.table) {
  console.log(
    '| clip | rules | sure found | likely found | false alarms | twice | counts in range | crossings found |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const result of results) console.log(`| ${row(result)} |`);
}
// What is right for a clip stays with the clip's truth.
const told = (key: string, value: unknown): unknown => (key === 'expected' ? undefined : value);
const report = `${JSON.stringify({ scenario: 'footage', ...environment(), clips: results, heads: headScores(heads) }, told, 2)}\n`;
if (values.out) {
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, report);
} else if (!values.table) process.stdout.write(report);
