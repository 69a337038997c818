import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PublicKeys } from '../../api/contract/exports.ts';
import { verifyFolder } from '../../workers/verify-folder.ts';
import { makeEvent } from './evidence-recorder.ts';
import { openSealingSite, type SealingSite } from './sealing-site.ts';

const patiently = { timeout: 40_000, interval: 200 };

let folder: string;
let running: SealingSite;
let kms: Server;
let isDown = true;
let pair = generateKeyPairSync('ed25519');
const publicKey = (): string => pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');

beforeAll(async () => {
  kms = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (isDown) response.writeHead(503).end();
      else
        response.end(
          JSON.stringify({ publicKey: publicKey(), signature: sign(null, body, pair.privateKey).toString('base64') }),
        );
    });
  });
  await new Promise<void>((resolve) => kms.listen(0, '127.0.0.1', resolve));
  const { port } = kms.address() as { port: number };
  folder = await mkdtemp(join(tmpdir(), 'watchpost-kms-'));
  running = await openSealingSite(
    folder,
    `{ preRollMs: 1000, postRollMs: 1000, signing: { kind: http, url: 'http://127.0.0.1:${port}' } }`,
  );
}, 60_000);
afterAll(async () => {
  await running.close();
  kms.closeAllConnections();
  await new Promise((resolve) => kms.close(resolve));
});

const stored = (id: string): string => join(folder, 'objects', 'cases', id);
const currentKeys = async (): Promise<PublicKeys['keys']> =>
  (await running.site.admin.get('/api/keys')).json<PublicKeys>().keys;

test('while the signer is away no case is lost and none is unsigned, and the health page says why', async () => {
  await running.queues.enqueueEvidence(makeEvent('one', 5_000));
  await expect
    .poll(() => running.told(), patiently)
    .toMatchObject({ signing: { reason: expect.stringContaining('SIGNING_UNAVAILABLE') as string } });
  expect(await running.queues.setAside()).toEqual([]);
  expect(await running.cases()).toEqual([]);

  isDown = false;
  await expect.poll(running.cases, patiently).toEqual(['one']);
  expect(await verifyFolder(stored('one'), { trustedKeys: [publicKey()] })).toMatchObject({ status: 'intact' });
  await expect.poll(() => running.told(), patiently).toMatchObject({ signing: null });
});

test('a change of the key there is published here; cases of both keys verify, and the chain goes on', async () => {
  const before = publicKey();
  pair = generateKeyPairSync('ed25519');
  await running.queues.enqueueEvidence(makeEvent('two', 7_000));
  await expect.poll(running.cases, patiently).toContain('two');
  const keys = (await currentKeys()).map((key) => [key.publicKey, key.current]);
  expect(keys.sort()).toEqual(
    [
      [before, false],
      [publicKey(), true],
    ].sort(),
  );
  const trustedKeys = [before, publicKey()];
  const [one, two] = [await verifyFolder(stored('one'), { trustedKeys }), await verifyFolder(stored('two'))];
  expect(two.manifest?.chain).toEqual({ index: 1, previous: one.manifestSha256 });
  for (const id of ['one', 'two']) {
    const answer = await running.site.admin.call('POST', `/api/cases/${id}/verify`);
    expect(answer.json()).toMatchObject({ intact: true });
  }
});

test('exports are signed there too; no private key is on this disk', async () => {
  expect((await running.site.admin.get('/api/cases/one/export.zip')).statusCode).toBe(200);
  isDown = true;
  const refused = await running.site.admin.get('/api/cases/one/export.zip');
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([503, 'SIGNING_UNAVAILABLE']);
  const names = await readdir(join(folder, 'keys'));
  expect(names).not.toContain('signing.key');
  for (const name of names.filter((each) => each.startsWith('signing')))
    expect(await readFile(join(folder, 'keys', name), 'utf8')).not.toContain('PRIVATE');
});
