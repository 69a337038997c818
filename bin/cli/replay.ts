import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Config } from '../../pipeline/config-schema.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { toEventLine } from '../../pipeline/event-line.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { replayRules } from '../../workers/replay-rules.ts';
import { replayVideo } from '../../workers/replay.ts';
import { verifyFolder } from '../../workers/verify-folder.ts';
import { loadConfig } from './load-config.ts';
import { readInput } from './read-input.ts';
import { stopSignal } from './until-signal.ts';

const chooseCamera = (config: Config, video: string, id: string | undefined): CameraConfig => {
  const { cameras } = config;
  const chosen =
    id === undefined
      ? cameras.length === 1
        ? cameras[0]
        : cameras.find(({ source }) => basename(source.url) === basename(video))
      : cameras.find((camera) => camera.id === id);
  if (chosen?.analysis) return chosen;
  const known = cameras.map((camera) => camera.id).join(', ');
  throw new WatchpostError(
    'CONFIG_REFERENCE',
    chosen
      ? `camera "${chosen.id}" has no \`analysis\` section`
      : id === undefined
        ? `which camera's rules? Give --camera ID; known: ${known}`
        : `no camera "${id}"; known: ${known}`,
  );
};

/** @returns 0; 1 when a sealed case does not verify */
export const replay = async (
  video: string,
  options: {
    readonly config: string;
    readonly camera?: string;
    readonly out: string;
    readonly startAt: string;
    readonly cases: boolean;
    readonly json: boolean;
  },
): Promise<number> => {
  const { config } = loadConfig(options.config);
  const camera = chooseCamera(config, video, options.camera);
  const startAt = Date.parse(options.startAt);
  if (Number.isNaN(startAt))
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `--start-at takes a time like 2026-01-31T07:42:00+07:00, found "${options.startAt}"`,
    );
  const out = resolve(options.out);
  const store = options.cases ? openStore({ kind: 'local' }, out) : null;
  const showProgress = process.stderr.isTTY && !options.json;
  const result = await replayVideo({
    config,
    camera,
    video: resolve(video),
    out,
    startAt,
    store,
    signal: stopSignal(),
    ...(showProgress
      ? { onProgress: (ptsMs: number) => process.stderr.write(`\r${(ptsMs / 1000).toFixed(1)} s of video analysed `) }
      : {}),
  });
  if (showProgress) process.stderr.write('\n');
  await store?.close();
  const checks = [];
  for (const { prefix, manifest } of result.cases) {
    const folder = join(out, 'objects', prefix);
    const { status } = await verifyFolder(folder);
    checks.push({ id: manifest.caseId, kind: manifest.event.kind, folder, status });
  }
  const broken = checks.filter(({ status }) => status !== 'intact').length;
  const speed = result.mediaMs / Math.max(1, result.analysisMs);
  if (options.json)
    console.log(
      JSON.stringify(
        {
          camera: camera.id,
          frames: result.frames,
          mediaMs: result.mediaMs,
          analysisMs: Math.round(result.analysisMs),
          timesRealTime: Math.round(speed * 100) / 100,
          events: result.events.map(({ id, kind, ruleId, triggerPtsMs, disposition }) => ({
            id,
            kind,
            ruleId,
            triggerPtsMs,
            disposition,
          })),
          cases: checks,
          passages: result.passages.length,
        },
        null,
        2,
      ),
    );
  else {
    console.log(
      `${result.frames} frames, ${(result.mediaMs / 1000).toFixed(1)} s of video in ${(result.analysisMs / 1000).toFixed(1)} s (${speed.toFixed(1)} × real time)`,
    );
    for (const { kind, ruleId, triggerPtsMs, disposition } of result.events.filter(
      ({ disposition: d }) => d === 'case' || !options.cases,
    ))
      console.log(
        `  ${(triggerPtsMs / 1000).toFixed(2).padStart(8)} s  ${kind.padEnd(12)} ${ruleId}${disposition === 'statistic' ? '  (counted only)' : ''}`,
      );
    for (const { id, status, folder } of checks) console.log(`  case ${id}: ${status}  ${folder}`);
    if (result.passages.length > 0)
      console.log(
        `  ${result.passages.length} vehicles passed, ${result.passages.filter(({ plate }) => plate).length} plates read`,
      );
    console.log(`→ ${out}`);
  }
  return broken > 0 ? 1 : 0;
};

/** The camera whose tracks these are, unless another one's rules are asked for. */
const cameraOfTracks = (firstLine: string): string | undefined =>
  /"cameraId":"([^"]+)"/.exec(firstLine.slice(0, 500))?.[1];

/**
 * Runs the rules alone over the tracks of an earlier replay and writes events.ndjson.
 * @returns 0
 */
export const replayTracks = (
  tracks: string,
  options: { readonly config: string; readonly camera?: string; readonly out: string; readonly json: boolean },
): number => {
  const { config } = loadConfig(options.config);
  const lines = readInput(tracks).split('\n');
  const id = options.camera ?? (config.cameras.length === 1 ? undefined : cameraOfTracks(lines[0] ?? ''));
  const camera = chooseCamera(config, tracks, id);
  const startedAt = performance.now();
  const { frames, mediaMs, events } = replayRules(lines, tracks, { config, camera });
  const ms = performance.now() - startedAt;
  const out = resolve(options.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'events.ndjson'), events.map(toEventLine).join(''));
  if (options.json) {
    const told = events.map(({ id, kind, ruleId, triggerPtsMs, disposition }) => ({
      id,
      kind,
      ruleId,
      triggerPtsMs,
      disposition,
    }));
    console.log(JSON.stringify({ camera: camera.id, frames, mediaMs, rulesMs: Math.round(ms), events: told }, null, 2));
  } else {
    console.log(`${frames} frames, ${(mediaMs / 1000).toFixed(1)} s of tracks in ${Math.round(ms)} ms`);
    for (const { kind, ruleId, triggerPtsMs, disposition } of events)
      console.log(
        `  ${(triggerPtsMs / 1000).toFixed(2).padStart(8)} s  ${kind.padEnd(12)} ${ruleId}${disposition === 'statistic' ? '  (counted only)' : ''}`,
      );
    console.log(`→ ${join(out, 'events.ndjson')}`);
  }
  return 0;
};
