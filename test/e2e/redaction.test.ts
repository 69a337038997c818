import { unzipSync } from 'fflate';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../api/contract/audit.ts';
import type { RedactionNote } from '../../api/redaction/redact-case.ts';
import type { ManifestSignature } from '../../pipeline/evidence.ts';
import type { LiveFrame, LiveTrack } from '../../pipeline/live.ts';
import { checkSignature } from '../../pipeline/verify.ts';
import { sealCase } from '../../workers/evidence/seal.ts';
import { LocalStore } from '../../workers/storage/local-store.ts';
import { verifyPath } from '../../workers/verify-path.ts';
import { acceptForTest } from './api-accept.ts';
import { openSite, type Person, type Site } from './api-harness.ts';
import { makeEvent, makeRecording, readCounters } from './evidence-recorder.ts';

const run = promisify(execFile);
let folder: string;
let site: Site;
let officer: Person;

const track = (id: number, className: string, box: LiveTrack['box']): LiveTrack => ({
  ...{ id, className, box, score: 0.9, velocity: [0, 0], alerts: [] },
});
/** Below the counter along the upper edge: the subject left, another car right, somebody standing in between. */
const TRACKS = [
  track(1, 'motorcycle', [0.05, 0.5, 0.3, 0.9]),
  track(2, 'person', [0.45, 0.3, 0.6, 0.9]),
  track(3, 'car', [0.7, 0.4, 0.95, 0.8]),
];

const seal = async (id: string): Promise<void> => {
  const { prefix, manifestSha256 } = await sealCase({
    ...{ dataDir: site.dataDir, recordingDir: join(site.dataDir, 'recordings', 'gate'), store: site.store },
    software: 'watchpost test',
    event: makeEvent(id, 6_000, {
      subjects: [{ trackId: 1, className: 'motorcycle', role: 'offender', score: 0.9, sightings: [] }],
    }),
    camera: { id: 'gate', name: 'Cổng chính', place: 'Trần Phú, Ba Đình' },
    evidence: { preRollMs: 2_000, postRollMs: 2_000, maxClipMs: 60_000 },
  });
  await acceptForTest(site, { caseId: id, prefix, manifestSha256, enqueuedAt: Date.now() });
};

const tracksDir = (): string => join(site.dataDir, 'recordings', 'gate', 's1', 'tracks');
const rewriteTracks = async (tracks: readonly LiveTrack[]): Promise<void> => {
  for (const name of await readdir(tracksDir())) {
    const lines = (await readFile(join(tracksDir(), name), 'utf8')).split('\n').filter((line) => line !== '');
    const changed = lines.map((line) => JSON.stringify({ ...(JSON.parse(line) as LiveFrame), tracks }));
    await writeFile(join(tracksDir(), name), `${changed.join('\n')}\n`);
  }
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-redact-'));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  site = await openSite({ dataDir, store: new LocalStore(join(dataDir, 'objects')) });
  officer = await site.person('lan', 'officer');
  await makeRecording(join(dataDir, 'recordings', 'gate'), { seconds: 12 });
  await seal('nobody-seen');
  await rewriteTracks(TRACKS);
  await seal('street');
});
afterAll(async () => {
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

type Crop = readonly [x1: number, y1: number, x2: number, y2: number];
/** Inside of the other car, of the person's head and of the subject; and all of the left edge, where nothing is hidden. */
const CAR: Crop = [0.72, 0.42, 0.93, 0.78];
const HEAD: Crop = [0.46, 0.32, 0.59, 0.5];
const SUBJECT: Crop = [0.06, 0.55, 0.29, 0.85];

/** Mean difference of the grey values of two pictures or clips in a region given in fractions, frame by frame. */
const differences = async (one: string, other: string, [x1, y1, x2, y2]: Crop): Promise<number[]> => {
  const crop = `crop=iw*${(x2 - x1).toFixed(3)}:ih*${(y2 - y1).toFixed(3)}:iw*${x1}:ih*${y1},scale=64:64:flags=neighbor`;
  const [left, right] = await Promise.all(
    [one, other].map(async (file) => {
      const args = ['-v', 'error', '-i', file, '-vsync', 'passthrough', '-vf', crop, '-f', 'rawvideo'];
      const options = { encoding: 'buffer', maxBuffer: 1 << 28 } as const;
      return (await run('ffmpeg', [...args, '-pix_fmt', 'gray', 'pipe:1'], options)).stdout;
    }),
  );
  const pixels = 64 * 64;
  expect(left!.length).toBe(right!.length);
  return Array.from({ length: left!.length / pixels }, (_, frame) => {
    let sum = 0;
    for (let at = frame * pixels; at < (frame + 1) * pixels; at++) sum += Math.abs(left![at]! - right![at]!);
    return sum / pixels;
  });
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('redacted copies', () => {
  let files: Record<string, Uint8Array>;
  let originals: string;
  beforeAll(async () => {
    originals = join(site.dataDir, 'objects', 'cases', 'street');
    const answer = await officer.get('/api/cases/street/redacted.zip?purpose=press');
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    files = unzipSync(answer.rawPayload);
  });

  test('name the sealed files that they were made from, in a signed note', async () => {
    const bytes = files['redacted/redaction.json']!;
    const note = JSON.parse(Buffer.from(bytes).toString('utf8')) as RedactionNote;
    expect(note).toMatchObject({ caseId: 'street', origin: 'derived' });
    expect(note.manifestSha256).toBe(sha256(await readFile(join(originals, 'manifest.json'))));
    expect(note.files.map(({ source }) => source).sort()).toEqual([
      ...['clip.mp4', 'still-after.jpg', 'still-at.jpg', 'still-before.jpg'],
    ]);
    for (const { path, source, sha256: own, sourceSha256 } of note.files) {
      expect(sourceSha256).toBe(sha256(await readFile(join(originals, source))));
      expect(own).toBe(sha256(files[path]!));
      expect(own).not.toBe(sourceSha256);
    }
    const signature = JSON.parse(
      Buffer.from(files['redacted/redaction-signature.json']!).toString('utf8'),
    ) as ManifestSignature;
    expect(checkSignature({ document: bytes, signature }, { document: 'note', signature: 'signature' })).toEqual([]);
  });

  test('hide heads and other vehicles in the stills, and show the subject and the rest', async () => {
    const [copy, original] = [join(folder, 'still.jpg'), join(originals, 'still-at.jpg')];
    await writeFile(copy, files['redacted/still-at.jpg']!);
    for (const region of [CAR, HEAD]) expect((await differences(original, copy, region))[0]).toBeGreaterThan(8);
    expect((await differences(original, copy, SUBJECT))[0]).toBeLessThan(4);
  });

  test('hide the same in every frame of the clip, frame for frame', async () => {
    const [copy, original] = [join(folder, 'redacted.mp4'), join(originals, 'clip.mp4')];
    await writeFile(copy, files['redacted/clip.mp4']!);
    expect(await readCounters(copy)).toEqual(await readCounters(original));
    for (const region of [CAR, HEAD])
      expect(Math.min(...(await differences(original, copy, region)))).toBeGreaterThan(8);
    expect(Math.max(...(await differences(original, copy, SUBJECT)))).toBeLessThan(8);
  });

  test('are in the audit with their purpose', async () => {
    const { rows } = (await site.admin.get('/api/audit?action=case.redacted')).json<AuditList>();
    expect(rows).toMatchObject([{ actor: 'lan', target: 'street' }]);
    expect(JSON.parse(rows[0]!.detail!)).toMatchObject({ purpose: 'press' });
  });

  test('come beside the sealed originals in an export on request, and are vouched for by its list', async () => {
    const answer = await officer.get('/api/cases/street/export.zip?redacted=true');
    const file = join(folder, 'export.zip');
    await writeFile(file, answer.rawPayload);
    const verified = await verifyPath(file);
    expect(verified.status).toBe('intact');
    expect(verified.derivedFiles).toEqual(expect.arrayContaining(['redacted/clip.mp4', 'redacted/redaction.json']));
    const plain = unzipSync((await officer.get('/api/cases/street/export.zip')).rawPayload);
    expect(Object.keys(plain).filter((path) => path.startsWith('redacted/'))).toEqual([]);
  });

  test('are refused for a case in which nothing was tracked: a copy with nothing hidden would mislead', async () => {
    for (const url of ['redacted.zip', 'export.zip?redacted=true']) {
      const answer = await officer.get(`/api/cases/nobody-seen/${url}`);
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'EVIDENCE_UNVERIFIED']);
    }
    expect((await officer.get('/api/cases/nobody-seen/export.zip')).statusCode).toBe(200);
  });

  test('are refused for a case whose sealed files were changed', async () => {
    const file = join(originals, 'still-at.jpg');
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])]));
    expect((await officer.get('/api/cases/street/redacted.zip')).statusCode).toBe(409);
    await writeFile(file, bytes);
    expect((await officer.get('/api/cases/street/redacted.zip')).statusCode).toBe(200);
  });
});
