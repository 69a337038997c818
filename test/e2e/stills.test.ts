import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentList } from '../../api/contract/incidents.ts';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { toStillName } from '../../pipeline/stills.ts';
import { ROOT } from '../shared.ts';
import { type Administrator, administrate, drawnRule, drawnTower, openReceiver, WAIT } from './fire-system.ts';
import { type RunningSystem, startSystem } from './running-system.ts';

const run = promisify(execFile);
const HILLSIDE = join(ROOT, 'test/fixtures/tensors/hillside.png');
const STEP_MS = 60_000;

describe('a tower that gives stills', () => {
  const inbox = mkdtempSync(join(tmpdir(), 'watchpost-inbox-'));
  const firstAt = Math.floor((Date.now() - 10 * STEP_MS) / 1_000) * 1_000;
  let receiver: Awaited<ReturnType<typeof openReceiver>>;
  let system: RunningSystem;
  let admin: Administrator;
  let token: string;
  let hillside: Buffer;

  const post = (pose: string | null, capturedAt: number, body: Buffer, secret = token): Promise<Response> =>
    fetch(
      `${admin.address}/api/cameras/tower/stills?capturedAt=${String(capturedAt)}${pose === null ? '' : `&pose=${pose}`}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'image/jpeg' },
        body: new Uint8Array(body),
      },
    );
  const incidents = async () => (await admin.get<IncidentList>('/api/incidents')).incidents;
  const folderOf = (caseId: string): string => join(system.dataDir, 'objects', 'cases', caseId);
  const manifestOf = (caseId: string): EvidenceManifest =>
    JSON.parse(readFileSync(join(folderOf(caseId), 'manifest.json'), 'utf8')) as EvidenceManifest;

  beforeAll(async () => {
    hillside = await sharp(HILLSIDE).jpeg({ quality: 95 }).toBuffer();
    receiver = await openReceiver();
    const pose = (id: string, azimuthDeg: number): object => ({ id, azimuthDeg, fieldOfViewDeg: 40 });
    system = startSystem(
      drawnTower(receiver.url, {
        source: { url: `stills://${inbox}` },
        sweep: { by: 'source', poses: [pose('n', 0), pose('e', 90)] },
        rules: [drawnRule],
      }),
    );
    admin = await administrate(system);
    const made = await admin.post<{ secret: string }>('/api/tokens', {
      name: 'tower',
      scopes: ['stills:write'],
      days: 1,
    });
    token = made.secret;
  }, 60_000);

  afterAll(async () => {
    await system.stop();
    receiver.close();
    rmSync(inbox, { recursive: true, force: true });
  });

  test('pictures that are posted per pose become an incident with the pose’s bearing, and an alert', async () => {
    for (let round = 0; round < 3; round++)
      expect((await post('e', firstAt + round * STEP_MS, hillside)).status).toBe(202);
    await expect.poll(() => receiver.messages.length, WAIT).toBe(1);
    // The alert is sent when the smoke is confirmed; its case comes when the evidence is sealed.
    await expect.poll(async () => (await incidents()).length, WAIT).toBe(1);
    const [incident] = await incidents();
    expect(incident?.position).toMatchObject({ kind: 'bearing' });
    // The plume stands right of the middle: 290 of 512 px.
    const { azimuthDeg } = incident!.alerts[0]!.sight!;
    expect(azimuthDeg).toBeGreaterThan(90);
    expect(azimuthDeg).toBeLessThan(100);
    expect(receiver.messages[0]).toMatchObject({ kind: 'smoke', camera: { id: 'tower' }, sightings: 3 });
  });

  test('its evidence is the very pictures that came, sealed, and the command verifies it', async () => {
    const [incident] = await incidents();
    const caseId = incident!.id;
    const { files, clip } = manifestOf(caseId);
    const originals = files.filter(({ role }) => role === 'original-still');
    const sent = createHash('sha256').update(hillside).digest('hex');
    expect(originals.map(({ sha256, origin, ptsMs }) => ({ sha256, origin, ptsMs }))).toEqual(
      [0, 1, 2].map((round) => ({ sha256: sent, origin: 'original', ptsMs: round * STEP_MS })),
    );
    const crops = files.filter(({ role }) => role === 'plume-crop');
    expect(crops.map(({ origin, ptsMs }) => [origin, ptsMs])).toEqual(
      [0, 1, 2].map((round) => ['derived', round * STEP_MS]),
    );
    expect(incident!.alerts[0]!.crops.map(({ at }) => at)).toEqual([0, 1, 2].map((round) => firstAt + round * STEP_MS));
    expect(files.find(({ role }) => role === 'clip')).toMatchObject({ origin: 'derived' });
    expect(clip).toMatchObject({ startPtsMs: 0, codec: 'h264' });
    await run(join(ROOT, 'bin/watchpost'), ['verify', folderOf(caseId)]);
    const changed = Buffer.from(hillside);
    changed[changed.length >> 1]! ^= 1;
    writeFileSync(join(folderOf(caseId), originals[1]!.path), changed);
    await expect(run(join(ROOT, 'bin/watchpost'), ['verify', folderOf(caseId)])).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining(originals[1]!.path) as string,
    });
  });

  test('pictures that arrive in a folder per pose are taken when they are whole, and those that cannot be used put aside', async () => {
    mkdirSync(join(inbox, 'n'), { recursive: true });
    const at = firstAt + 4 * STEP_MS;
    writeFileSync(join(inbox, 'n', toStillName(at)), hillside.subarray(0, 2_000));
    writeFileSync(join(inbox, 'n', toStillName(firstAt)), hillside);
    const aside = join(inbox, 'passed-over', `n_${toStillName(firstAt)}`);
    await expect.poll(() => sizeOf(aside), WAIT).toBe(hillside.length);
    expect(sizeOf(join(inbox, 'n', toStillName(at)))).toBe(2_000);
    for (let round = 4; round < 7; round++)
      writeFileSync(join(inbox, 'n', toStillName(firstAt + round * STEP_MS)), hillside);
    await expect.poll(() => receiver.messages.length, WAIT).toBe(2);
    await expect.poll(async () => (await incidents()).length, WAIT).toBe(2);
    const bearings = (await incidents()).flatMap(({ alerts }) =>
      alerts.map(({ sight }) => Math.round(sight!.azimuthDeg)),
    );
    expect(Math.abs(bearings[0]! - bearings[1]!)).toBe(90);
  });

  test('a token without the scope, an unknown pose, another format and a wrong time are refused with the reason', async () => {
    const other = await admin.post<{ secret: string }>('/api/tokens', { name: 'r', scopes: ['cases:read'], days: 1 });
    const now = Date.now();
    const refused = async (answer: Promise<Response>): Promise<[number, string]> => {
      const { status, ...rest } = await answer.then(async (got) => ({
        status: got.status,
        ...((await got.json()) as { detail: string }),
      }));
      return [status, rest.detail];
    };
    expect(await refused(post('n', now, hillside, other.secret))).toEqual([
      403,
      expect.stringContaining('scopes are cases:read'),
    ]);
    expect(await refused(post('nn', now, hillside))).toEqual([400, expect.stringContaining('did you mean "n"?')]);
    expect(await refused(post(null, now, hillside))).toEqual([400, expect.stringContaining('expected one of n, e')]);
    expect(await refused(post('n', now, Buffer.from('<html></html>')))).toEqual([
      400,
      expect.stringContaining('no whole JPEG'),
    ]);
    expect(await refused(post('n', now - 2 * 86_400_000, hillside))).toEqual([
      400,
      expect.stringContaining('expected the last 24 h'),
    ]);
    expect((await post('n', now, Buffer.alloc(17 * 1024 * 1024))).status).toBe(413);
  });
});

const sizeOf = (file: string): number => {
  try {
    return readFileSync(file).length;
  } catch {
    return -1;
  }
};
