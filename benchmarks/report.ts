import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDir } from '../models/model-files.ts';
import type { Excess, Measured } from './budgets.ts';
import { CLIP_FPS } from './clips.ts';
import type { environment } from './environment.ts';
import type { Floor } from './floor.ts';
import type { Peer } from './peer.ts';
import type { Saturation } from './saturation.ts';
import type { TrackerSpeed } from './tracker.ts';

export type Scenario = {
  readonly height: number;
  readonly codec: string;
  readonly cameras: number;
  readonly seconds: number;
  readonly scene: string;
  readonly floor: Floor;
  readonly run: Saturation;
  readonly ratios: Readonly<Record<string, number>>;
  readonly over: readonly Excess[];
};

export type BenchResult = {
  readonly scenario: 'bench';
  readonly environment: ReturnType<typeof environment> & { readonly loadAverage: number };
  readonly model: string;
  readonly analysedFps: number;
  readonly enqueue: Measured['enqueue'];
  readonly tracker: TrackerSpeed;
  readonly scenarios: readonly Scenario[];
  /** Against the Python script on the same clip: more frames per CPU second and less latency are better. */
  readonly peer: {
    readonly theirs: Peer;
    readonly ours: Saturation;
    readonly framesPerCpuSecond: number;
    readonly latencyP95: number;
  } | null;
};

/** CPU that decoding costs an analysed frame at the least: the pictures that are not analysed are decoded too. */
export const decodingMs = ({ floor }: Pick<Scenario, 'floor'>, analysedFps: number): number =>
  floor.decodeCpuMs * (CLIP_FPS / analysedFps);

const [BEGIN, END] = ['<!-- bench: begin -->', '<!-- bench: end -->'];
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(value < 10 ? 2 : 0));

/** The result as Markdown. */
export const toTable = ({
  environment,
  model,
  analysedFps,
  scenarios,
  enqueue,
  tracker,
  peer,
}: BenchResult): string => {
  const { cpu, cores, node, commit, measuredAt, loadAverage } = environment;
  const lines = [
    `Model \`${model}\`, ${analysedFps} of ${CLIP_FPS} pictures a second analysed, one inference thread; ${cpu}, ${cores} cores, ` +
      `Node ${node}, commit ${commit}, ${measuredAt.slice(0, 10)}, load average at the end ${loadAverage.toFixed(1)}. ` +
      'CPU per analysed frame; stages as median / p95 in ms.',
    '',
    row([
      'clip',
      'cameras',
      'CPU ms',
      'floor ms',
      'floor/ours',
      'CPU s per camera and second (decoding, inference)',
      'ffmpeg ms',
      'queue',
      'inference',
      'outputs',
      'tracking',
      'rules',
    ]),
    row(Array.from({ length: 12 }, () => '---')),
    ...scenarios.map(({ height, codec, cameras, run, floor }) => {
      const ours = run.ownCpuMs + run.ffmpegCpuMs;
      const decoding = decodingMs({ floor }, analysedFps);
      const least = floor.inferenceCpuMs + decoding;
      const { queue, inference, outputs, tracking, rules } = run.stages;
      const spreads = [queue, inference, outputs, tracking, rules].map((each) => `${ms(each?.p50)} / ${ms(each?.p95)}`);
      const cost = (ms: number): string => ((ms * analysedFps) / 1_000).toFixed(3);
      const share = `${cost(ours)} (${cost(decoding)}, ${cost(floor.inferenceCpuMs)})`;
      return row([
        `${height}p ${codec}`,
        cameras,
        ms(ours),
        ms(least),
        (least / ours).toFixed(2),
        share,
        ms(run.ffmpegCpuMs),
        ...spreads,
      ]);
    }),
    '',
    `Handing an event to the evidence queue: ${ms(enqueue.enqueue.p50)} / ${ms(enqueue.enqueue.p95)} ms ` +
      `(one round trip to Redis: ${ms(enqueue.roundTrip.p50)} ms).`,
    '',
    `Tracker on one core with ${tracker.tracks.toFixed(0)} tracks: ${tracker.framesPerSecond.toFixed(0)} frames a second.`,
  ];
  if (peer)
    lines.push(
      '',
      `Against \`peer/opencv_onnxruntime.py\` (OpenCV ${peer.theirs.versions['opencv'] ?? '?'}, ONNX Runtime ` +
        `${peer.theirs.versions['onnxruntime'] ?? '?'}; no tracker, no rules) on the 1080p clip, one frame at a time: ` +
        `${(1_000 / (peer.ours.ownCpuMs + peer.ours.ffmpegCpuMs)).toFixed(1)} frames per CPU second to its ` +
        `${(1_000 / peer.theirs.cpuMs).toFixed(1)} (× ${peer.framesPerCpuSecond.toFixed(2)}); p95 latency ` +
        `${ms(peer.ours.latencyMs.p95)} ms to ${ms(peer.theirs.latencyMs.p95)} ms (× ${peer.latencyP95.toFixed(2)}).`,
    );
  return lines.join('\n');
};

/** Puts the table between its marks in benchmarks/README.md. */
export const writeTable = (result: BenchResult): void => {
  const file = join(repositoryDir(), 'benchmarks', 'README.md');
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < 0) throw new Error(`${file} has lost its marks ${BEGIN} and ${END}`);
  writeFileSync(file, `${text.slice(0, from + BEGIN.length)}\n\n${toTable(result)}\n\n${text.slice(to)}`);
};
