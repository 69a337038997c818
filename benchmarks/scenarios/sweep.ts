import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { parseConfig } from '../../pipeline/config.ts';
import { replayVideo } from '../../workers/replay.ts';
import { cpuNow, cpuSince } from '../cpu.ts';
import { environment } from '../environment.ts';

/**
 * Whether one core keeps up with a tower that turns through many poses: processor time of decoding, finding the pose,
 * detection, tracking and rule over the media time of one round. Below 1, one core is enough. The clip is drawn.
 *     node dist/benchmarks/scenarios/sweep.js [--poses 36] [--dwell 16] [--fps 1] [--by scene] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    poses: { type: 'string', default: '36' },
    dwell: { type: 'string', default: '16' },
    fps: { type: 'string', default: '1' },
    by: { type: 'string', default: 'scene' },
    out: { type: 'string' },
  },
});
const [poses, dwellS, fps] = [Number(values.poses), Number(values.dwell), Number(values.fps)];
const WIDTH = 1280;
const HEIGHT = 720;
const CLIP_FPS = 5;
/** Poses overlap by a fifth of the picture. */
const STEP_PX = WIDTH * 0.8;

/** Ridges all around, as one wide picture. */
const drawPanorama = async (file: string): Promise<void> => {
  const width = Math.ceil(STEP_PX * (poses - 1) + WIDTH);
  const pixels = Buffer.alloc(width * HEIGHT * 3);
  for (let x = 0; x < width; x++) {
    const ridge = 300 + 60 * Math.sin(x / 310) + 30 * Math.sin(x / 97 + 1) + 12 * Math.sin(x / 23 + 2);
    for (let y = 0; y < HEIGHT; y++) {
      const grain = (Math.imul(x >> 2, 73_856_093) ^ Math.imul(y >> 2, 19_349_663)) & 63;
      const at = (y * width + x) * 3;
      if (y < ridge) pixels.set([110, 150, 200], at);
      else pixels.set([30 + grain / 2, 60 + grain, 30], at);
    }
  }
  await sharp(pixels, { raw: { width, height: HEIGHT, channels: 3 }, limitInputPixels: false })
    .png()
    .toFile(file);
};

const makeClip = (panorama: string, clip: string): void => {
  const turn = `trunc(t/${String(dwellS)})*${String(STEP_PX)}`;
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-y', '-i', panorama],
    ...[
      '-t',
      String(poses * dwellS),
      '-vf',
      `loop=-1:1,setpts=N/${String(CLIP_FPS)}/TB,crop=${String(WIDTH)}:${String(HEIGHT)}:'${turn}':0,noise=alls=5:allf=t`,
    ],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '26', '-g', '50', '-pix_fmt', 'yuv420p', clip],
  ]);
};

const folder = mkdtempSync(join(tmpdir(), 'watchpost-sweep-'));
try {
  const [panorama, clip] = [join(folder, 'panorama.png'), join(folder, 'sweep.mp4')];
  await drawPanorama(panorama);
  makeClip(panorama, clip);
  const table = Array.from({ length: poses }, (_, index) => {
    const azimuthDeg = (360 * index) / poses;
    return `{ id: p${String(index)}, azimuthDeg: ${String(azimuthDeg)}, fieldOfViewDeg: 20, dwellMs: ${String(1000 * dwellS)} }`;
  });
  const config = parseConfig(`
version: 1
detectors: { smoke: { model: smoke, threads: 1 } }
cameras:
  - id: tower
    source: { url: ${JSON.stringify(clip)}, loop: false, realtime: false }
    analysis: { detector: smoke, fps: ${String(fps)} }
    tracker: { highScore: 0.15, newTrackScore: 0.15, memoryMs: 120000, confirmMs: 0 }
    sweep: { by: ${values.by}, poses: [${table.join(', ')}] }
    rules: [{ id: smoke, kind: smoke, cadenceMs: 4000 }]
`);
  const before = cpuNow();
  const startedAt = performance.now();
  const found = await replayVideo({
    config,
    camera: config.cameras[0]!,
    video: clip,
    out: join(folder, 'out'),
    startAt: 0,
    store: null,
    signal: new AbortController().signal,
  });
  const wallMs = performance.now() - startedAt;
  const { ownMs, childrenMs } = cpuSince(before);
  const roundMs = poses * dwellS * 1000;
  const result = {
    scenario: 'sweep',
    environment: environment(),
    ...{
      poses,
      dwellS,
      fps,
      by: values.by,
      clip: `${String(WIDTH)}x${String(HEIGHT)}, ${String(CLIP_FPS)} frames a second`,
    },
    framesAnalysed: found.frames,
    analysisCpuMs: Math.round(ownMs),
    decodeCpuMs: Math.round(childrenMs),
    wallMs: Math.round(wallMs),
    /** Processor time over media time: the share of one core. */
    coreShare: Math.round(((ownMs + childrenMs) / roundMs) * 1000) / 1000,
  };
  console.log(JSON.stringify(result, null, 2));
  if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  if (result.coreShare >= 1) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
