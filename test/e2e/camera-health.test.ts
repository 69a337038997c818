import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { analysisLetterbox } from '../../workers/detector-pool.ts';
import { runSession } from '../../workers/session.ts';
import { ROOT } from '../shared.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'watchpost-health-'));
const FAULT_S = 18;
const NOISE = 'noise=alls=1:allf=t';

/** What is done to a good picture from a moment on, as ffmpeg filters. */
const FAULTS = {
  well: NOISE,
  dark: `lutyuv=y=val*0.08+14:enable='gte(t,${FAULT_S})',${NOISE}`,
  covered: `drawbox=color=gray:t=fill:enable='gte(t,${FAULT_S})',${NOISE}`,
  blurred: `gblur=sigma=9:enable='gte(t,${FAULT_S})',${NOISE}`,
  moved: `crop=iw/2:ih/2:x='if(gte(t,${FAULT_S}),iw/2,0)':y='if(gte(t,${FAULT_S}),ih/2,0)',scale=640:360,${NOISE}`,
  // One frame, its noise included, again and again.
  frozen: `${NOISE},loop=loop=200:size=1:start=${5 * FAULT_S},trim=end_frame=170`,
} as const;
type Picture = keyof typeof FAULTS;

/** 34 s of a drawn street, five frames a second, with the noise of a sensor and the fault. */
const makeClip = (fault: Picture): string => {
  const file = join(folder, `${fault}.mp4`);
  const input = ['-framerate', '5', '-i', join(ROOT, 'test/fixtures/tensors/scene.png')];
  // A camera that freezes sends the same picture again: nothing may be lost on the way.
  const quality = fault === 'frozen' ? ['-qp', '0'] : ['-crf', '20'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', ...quality, '-g', '1000', '-pix_fmt', 'yuv420p'];
  // Repeated after it is scaled: ten times as fast as `-loop` before.
  const filters = `scale=1280:720,scale=640:360,loop=loop=169:size=1,setpts=N/5/TB,${FAULTS[fault]}`;
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...input, '-vf', filters, ...codec, file]);
  return file;
};

const config = (clip: string): string => `
version: 1
detectors: { road: { model: road } }
cameras:
  - id: mast
    source: { url: '${clip}', loop: false, realtime: false }
    analysis: { detector: road, fps: 2 }
    rules: [{ id: health, kind: camera_health, minDurationMs: 8000, report: case }]
`;

/** The clip as the analyser sees it: decoded by ffmpeg, scaled into analysis frames, judged by the pipeline. */
const watch = async (clip: string): Promise<readonly WatchEvent[]> => {
  const parsed = parseConfig(config(clip), {}, 'config.yml');
  const camera = parsed.cameras[0]!;
  const events: WatchEvent[] = [];
  let pipeline: CameraPipeline | null = null;
  let lastPtsMs = 0;
  await runSession({
    camera,
    url: clip,
    transport: 'tcp',
    recording: parsed.recording,
    folder: null,
    sessionId: 'health',
    anchorAt: 0,
    letterbox: (size) => analysisLetterbox(parsed, camera, size),
    fps: 2,
    signal: new AbortController().signal,
    onSegment: () => undefined,
    onFrame: ({ header, clock, pixels }) => {
      pipeline ??= new CameraPipeline({
        camera,
        clock,
        frameSize: header.letterbox.source,
        provenance: { softwareVersion: '0', configHash: '', models: [] },
        timeZone: 'UTC',
      });
      events.push(...pipeline.push({ ...header, pixels }, []).events);
      lastPtsMs = header.ptsMs;
    },
  });
  return [...events, ...((pipeline as CameraPipeline | null)?.finish(lastPtsMs) ?? [])];
};

describe('camera health on decoded pictures', () => {
  test.each(['dark', 'covered', 'blurred', 'moved', 'frozen'] as const)(
    'a camera that is %s from a moment on is one case, which says so and since when',
    async (fault) => {
      const events = await watch(makeClip(fault));
      expect(events.map(({ decision, disposition }) => [decision.facts['fault'], disposition])).toEqual([
        [fault, 'case'],
      ]);
      // One analysed frame, and the encoder's settling.
      expect(Math.abs(events[0]!.startPtsMs - FAULT_S * 1_000)).toBeLessThanOrEqual(1_100);
      expect(events[0]!.triggerPtsMs - events[0]!.startPtsMs).toBeGreaterThanOrEqual(8_000);
    },
  );

  test('a camera that is well is no case', async () => {
    expect(await watch(makeClip('well'))).toEqual([]);
  });

  test('the case of a covered camera is sealed with its clip and verifies', async () => {
    const clip = makeClip('covered');
    const file = join(folder, 'config.yml');
    writeFileSync(file, config(clip));
    const out = join(folder, 'out');
    const watchpost = join(ROOT, 'bin/watchpost');
    await run(watchpost, ['replay', clip, '--config', file, '--out', out], { cwd: folder });
    const cases = join(out, 'objects', 'cases');
    const manifests = readdirSync(cases, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /manifest\.json$/.test(name),
    );
    expect(manifests).toHaveLength(1);
    // Exit code 0: intact.
    await run(watchpost, ['verify', join(cases, dirname(manifests[0]!))], { cwd: folder });
  });
});
