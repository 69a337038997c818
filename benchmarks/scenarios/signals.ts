import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { analysisLetterbox } from '../../workers/detector-pool.ts';
import { runSession } from '../../workers/session.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import type { SignalState } from '../../pipeline/signals/signal.ts';
import { SignalReader } from '../../pipeline/signals/signal-reader.ts';
import { toSignals } from '../../pipeline/zone.ts';
import { environment } from '../environment.ts';

/**
 * What signals are read as, against what they show, on the clips of the shared footage that have lamps. Every analysed
 * frame is one answer; `unknown` is counted apart and is not right.
 *     node dist/benchmarks/scenarios/signals.js [--out FILE]
 * WATCHPOST_SHARED names the folder that has `footage/`.
 */
const { values } = parseArgs({
  options: { config: { type: 'string', default: 'benchmarks/footage.yml' }, out: { type: 'string' } },
});
const shared = process.env['WATCHPOST_SHARED'] ?? '../shared';
const config = parseConfig(readFileSync(values.config, 'utf8'), { WATCHPOST_SHARED: shared }, values.config);

type Interval = readonly [fromS: number, toS: number, state: string];
type SignalTruth = { readonly group: string; readonly intervals: readonly Interval[]; readonly accuracy_s?: number };
type Answer = { readonly seconds: number; readonly state: SignalState };

/** The filter needs a few frames to be sure of a change; what it says of them is scored after that. */
const SETTLE_S = 0.6;

const read = async (camera: CameraConfig): Promise<ReadonlyMap<string, readonly Answer[]>> => {
  const answers = new Map<string, Answer[]>(Object.keys(camera.signals ?? {}).map((id) => [id, []]));
  const reader = new SignalReader(toSignals(camera.signals ?? {}));
  await runSession({
    ...{ camera, url: camera.source.url, transport: 'tcp', recording: config.recording, folder: null },
    ...{ sessionId: 'signals', anchorAt: 0, fps: camera.analysis?.fps ?? 5, signal: new AbortController().signal },
    letterbox: (size) => analysisLetterbox(config, camera, size),
    onSegment: () => undefined,
    onFrame: ({ header, pixels }) => {
      const readings = reader.read({ pixels, letterbox: header.letterbox }, header.ptsMs);
      for (const [id, { state }] of Object.entries(readings))
        answers.get(id)?.push({ seconds: header.ptsMs / 1000, state });
    },
  });
  return answers;
};

const score = (
  clip: string,
  { group, intervals, accuracy_s: accuracy = 0 }: SignalTruth,
  answers: readonly Answer[],
) => {
  let [frames, right, wrong, unknown] = [0, 0, 0, 0];
  for (const { seconds, state } of answers) {
    const interval = intervals.find(([from, to]) => seconds >= from && seconds < to);
    if (!interval) continue;
    const [from, to, shown] = interval;
    // Nobody labelled to the frame; the first state has no change before it, but the filter starts there.
    if (seconds < from + accuracy + SETTLE_S || seconds > to - accuracy) continue;
    frames++;
    const truth = shown === 'arrow-green' ? 'green' : shown;
    if (state === truth) right++;
    else if (state === 'unknown') unknown++;
    else wrong++;
  }
  const share = frames > 0 ? Math.round((1_000 * right) / frames) / 1_000 : null;
  return { clip, signal: group, frames, right, wrong, unknown, share };
};

const results = [];
for (const camera of config.cameras.filter(({ signals }) => signals !== undefined)) {
  const file = join(shared, 'footage', 'truth', `${camera.id}.json`);
  const truth = JSON.parse(readFileSync(file, 'utf8')) as { readonly signals?: readonly SignalTruth[] };
  const answers = await read(camera);
  for (const signal of truth.signals ?? []) {
    const own = answers.get(signal.group);
    if (own) results.push(score(camera.id, signal, own));
  }
}
console.log('| clip | signal | frames | right | wrong | unknown | share right |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { clip, signal, frames, right, wrong, unknown, share } of results)
  console.log(`| ${[clip, signal, frames, right, wrong, unknown, share ?? '–'].join(' | ')} |`);
if (values.out)
  writeFileSync(
    values.out,
    `${JSON.stringify({ scenario: 'signals', ...environment(), signals: results }, null, 2)}\n`,
  );
