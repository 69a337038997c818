import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { type ProcessUse, processTree } from '../../benchmarks/process-tree.ts';
import { madeOnce } from '../made-once.ts';
import { ROOT, sharedFile } from '../shared.ts';

/** A piece of the car park, encoded as cameras do: cars cross its middle every few seconds. */
export const carParkClip = async (folder: string, seconds = 60): Promise<string> => {
  const file = join(folder, 'car-park.mp4');
  const source = sharedFile('footage', 'car-park-ccby.mp4');
  const camera = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '12', '-bf', '0', '-pix_fmt', 'yuv420p'];
  await madeOnce(file, `car-park-${seconds}.mp4`, (path) =>
    promisify(execFile)('ffmpeg', [
      ...['-v', 'error', '-nostdin', '-y', '-i', source, '-t', String(seconds), '-an'],
      ...['-vf', 'scale=640:-2', ...camera, path],
    ]),
  );
  return file;
};

/** Cameras that look at the clip, each car that crosses a case. */
export const carParkConfig = (file: string, ids: readonly string[]): object => ({
  version: 1,
  server: { port: 0 },
  recording: { segmentMs: 1000 },
  evidence: { preRollMs: 1000, postRollMs: 1000 },
  detectors: { road: { model: 'road', threads: 1 } },
  cameras: ids.map((id) => ({
    id,
    source: { url: file, loop: true, realtime: true },
    analysis: { detector: 'road', fps: 6, minScore: 0.1 },
    tracker: { highScore: 0.25, newTrackScore: 0.3 },
    lines: {
      middle: [
        [1, 0.5],
        [0, 0.5],
      ],
    },
    rules: [{ id: 'flow', kind: 'line_count', line: 'middle', report: 'case' }],
  })),
});

export type RunningSystem = {
  readonly dataDir: string;
  readonly configFile: string;
  readonly output: () => string;
  /** Living processes of that name (record, analyze, evidence, api). */
  readonly processes: (name: string) => readonly ProcessUse[];
  /** Log lines of a process so far. */
  readonly log: (process: string) => readonly Record<string, unknown>[];
  /** SIGTERM; resolves with the time it took, ms, and how it ended. */
  readonly stop: () => Promise<{ readonly ms: number; readonly code: number | null }>;
};

/** `watchpost up` as its users start it. Give the data folder of an earlier run to go on with it. */
export const startSystem = (
  config: object,
  dataDir = mkdtempSync(join(tmpdir(), 'watchpost-up-')),
  args: readonly string[] = [],
): RunningSystem => {
  const configFile = join(dataDir, 'config.yml');
  writeFileSync(configFile, stringify(config));
  const system: ChildProcess = spawn(join(ROOT, 'bin/watchpost'), [
    'up',
    '--config',
    configFile,
    '--data',
    dataDir,
    ...args,
  ]);
  const said: string[] = [];
  for (const stream of [system.stdout, system.stderr])
    stream?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const gone = new Promise<number | null>((resolve) => system.once('close', resolve));
  return {
    dataDir,
    configFile,
    output: () => said.join(''),
    processes: (name) => processTree(system.pid!).filter((use) => use.name === name),
    log: (process) => readLog(join(dataDir, 'logs', `${process}.log`)),
    stop: async () => {
      const askedAt = performance.now();
      system.kill('SIGTERM');
      const code = await gone;
      return { ms: performance.now() - askedAt, code };
    },
  };
};

const readLog = (file: string): readonly Record<string, unknown>[] => {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line) as Record<string, unknown>] : []));
  } catch {
    return [];
  }
};
