import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../pipeline/config.ts';
import { replayVideo } from '../../workers/replay.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * How much faster than real time a recorded video is analysed, beside the floor on the same machine in the same run:
 * ffmpeg decoding the clip to nothing.
 *     node dist/benchmarks/scenarios/replay-speed.js --video FILE [--model ID] [--fps 5] [--rounds 3] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    video: { type: 'string' },
    model: { type: 'string', default: 'yolox-nano-416' },
    fps: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
if (!values.video) throw new Error('give a video with --video');
const { video, model, fps } = values;

const config = parseConfig(`
version: 1
detectors: { road: { model: ${model}, threads: 1 } }
cameras:
  - id: clip
    source: { url: ${JSON.stringify(video)}, loop: false, realtime: false }
    analysis: { detector: road, fps: ${fps} }
    lines: { middle: [[0, 0.5], [1, 0.5]] }
    rules: [{ id: flow, kind: line_count, line: middle }]
`);

const decodeMs = (): number => {
  const startedAt = performance.now();
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', video, '-map', '0:v:0', '-f', 'null', '-']);
  return performance.now() - startedAt;
};

const rounds: { floorMs: number; analysisMs: number; timesRealTime: number; frames: number }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const floorMs = decodeMs();
  const result = await replayVideo({
    config,
    camera: config.cameras[0]!,
    video,
    out: mkdtempSync(join(tmpdir(), 'watchpost-speed-')),
    startAt: 0,
    store: null,
    signal: new AbortController().signal,
  });
  rounds.push({
    floorMs,
    analysisMs: result.analysisMs,
    timesRealTime: result.mediaMs / result.analysisMs,
    frames: result.frames,
  });
}
const median = (pick: (round: (typeof rounds)[number]) => number): number => percentile(rounds.map(pick), 0.5);
const result = {
  scenario: 'replay-speed',
  environment: environment(),
  model,
  fps: Number(fps),
  rounds,
  medianTimesRealTime: median((round) => round.timesRealTime),
  medianDecodeMs: median((round) => round.floorMs),
  medianAnalysisMs: median((round) => round.analysisMs),
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, JSON.stringify(result, null, 2));
