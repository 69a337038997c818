import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutClip, joinSegments } from '../../workers/evidence/clip.ts';
import { readClip } from '../../workers/evidence/read-clip.ts';
import { makeRecording } from './evidence-recorder.ts';

const run = promisify(execFile);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-clip-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Probe = {
  streams: [{ codec_name: string; width: number; height: number; time_base: string }];
  packets: { pts: number; duration: number; flags: string }[];
};

/** What ffprobe says of a file: the reference. */
const probe = async (file: string) => {
  const args = ['-v', 'error', '-select_streams', 'v:0', '-of', 'json', '-show_entries'];
  const entries = 'stream=codec_name,width,height,time_base:packet=pts,duration,flags';
  const { stdout } = await run('ffprobe', [...args, entries, file], { maxBuffer: 1 << 26 });
  const { streams, packets } = JSON.parse(stdout) as Probe;
  const shown = packets.filter(({ flags }) => !flags.includes('D')).sort((a, b) => a.pts - b.pts);
  return { stream: streams[0], shown };
};

const agrees = async (file: string): Promise<void> => {
  const { stream, shown } = await probe(file);
  const { codec, width, height, tickMs, durationMs, frames } = await readClip(file, 5_000);
  expect({ codec, width, height }).toEqual({ codec: stream.codec_name, width: stream.width, height: stream.height });
  expect(`1/${String(1_000 / tickMs)}`).toBe(stream.time_base);
  expect(frames.map(({ pts, isKey }) => [pts, isKey])).toEqual(
    shown.map(({ pts, flags }) => [pts, flags.startsWith('K')]),
  );
  const [first, last] = [shown[0]!, shown.at(-1)!];
  expect(durationMs).toBeCloseTo((last.pts + last.duration - first.pts) * tickMs, 2);
  expect(frames[0]?.ptsMs).toBe(5_000);
  expect(frames.at(-1)?.ptsMs).toBeCloseTo(5_000 + (last.pts - first.pts) * tickMs, 2);
};

describe.each(['libx264', 'libx265'] as const)('a clip of %s with B-frames', (codec) => {
  test('is read as ffprobe reads it', async () => {
    const { session, segments, sessionDir } = await makeRecording(join(folder, codec), { codec, seconds: 8 });
    const [joined, clip] = [join(folder, `${codec}.joined.mp4`), join(folder, `${codec}.mp4`)];
    await joinSegments(sessionDir, session, segments.slice(1), joined);
    await cutClip(joined, clip);
    await agrees(clip);
  });
});

test('a clip whose first picture is not a key frame is refused', async () => {
  const [whole, late] = [join(folder, 'whole.mp4'), join(folder, 'late.mp4')];
  const made = ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=128x96:rate=25', '-t', '4', '-bf', '2', whole];
  await run('ffmpeg', made);
  await agrees(whole);
  // Copied from the middle of a group of pictures: the key frame before is there, hidden by an edit list.
  await run('ffmpeg', ['-v', 'error', '-ss', '1.3', '-i', whole, '-c', 'copy', late]);
  await expect(readClip(late, 0)).rejects.toMatchObject({
    code: 'EVIDENCE_UNVERIFIED',
    message: expect.stringContaining('key frame') as unknown,
  });
});

test.each([
  ['nothing', (): Buffer => Buffer.alloc(0)],
  ['noise', (): Buffer => Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 256))],
  ['half an index', async (): Promise<Buffer> => (await readFile(join(folder, 'whole.mp4'))).subarray(0, 700)],
])('%s is no clip, and the error says so', async (name, make) => {
  const file = join(folder, `${name}.mp4`);
  await writeFile(file, await make());
  await expect(readClip(file, 0)).rejects.toMatchObject({ code: 'EVIDENCE_UNVERIFIED' });
});
