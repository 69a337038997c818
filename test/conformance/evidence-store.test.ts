import { Client } from 'minio';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { freePort, MINIO, type Minio, MINIO_KEYS, startMinio } from '../minio.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const collect = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return text(Buffer.concat(parts));
};

/** What every evidence store does; run on each of them. */
const conforms = (open: () => EvidenceStore): void => {
  let store: EvidenceStore;
  beforeAll(() => (store = open()));
  afterAll(() => store.close());

  test('what was put can be read whole, in part, and by its size', async () => {
    await store.put('cases/a/clip.mp4', bytes('0123456789'), 'video/mp4');
    expect(text(await store.get('cases/a/clip.mp4'))).toBe('0123456789');
    expect(await collect(await store.open('cases/a/clip.mp4'))).toBe('0123456789');
    expect(await collect(await store.open('cases/a/clip.mp4', { start: 2, end: 4 }))).toBe('234');
    expect(await store.stat('cases/a/clip.mp4')).toEqual({ key: 'cases/a/clip.mp4', bytes: 10 });
  });

  test('putting again replaces the object', async () => {
    await store.put('cases/b/manifest.json', bytes('old and longer'), 'application/json');
    await store.put('cases/b/manifest.json', bytes('new'), 'application/json');
    expect(text(await store.get('cases/b/manifest.json'))).toBe('new');
  });

  test('an empty object is an object', async () => {
    await store.put('cases/empty/detections.json', bytes(''), 'application/json');
    expect(await store.stat('cases/empty/detections.json')).toMatchObject({ bytes: 0 });
  });

  test('large bodies come back byte for byte', async () => {
    const body = Buffer.alloc(9_000_001, 'watchpost');
    await store.put('cases/large/clip.mp4', body, 'video/mp4');
    expect(Buffer.compare(Buffer.from(await store.get('cases/large/clip.mp4')), body)).toBe(0);
  });

  test('a listing holds the objects of its folder, also deeper ones, and no neighbours', async () => {
    for (const key of ['cases/c1/x.json', 'cases/c1/crops/1.jpg', 'cases/c10/y.json'])
      await store.put(key, bytes(key), 'application/octet-stream');
    expect((await store.list('cases/c1')).map(({ key }) => key)).toEqual(['cases/c1/crops/1.jpg', 'cases/c1/x.json']);
    expect(await store.list('cases/nobody')).toEqual([]);
  });

  test('what is not there is STORE_NOT_FOUND for every way of reading', async () => {
    const reads = [store.get('cases/no/x'), store.stat('cases/no/x'), store.open('cases/no/x')];
    for (const read of await Promise.allSettled(reads))
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'STORE_NOT_FOUND' } });
  });

  test('removing takes the object away, and removing nothing is no error', async () => {
    await store.put('cases/d/x', bytes('x'), 'text/plain');
    await store.remove('cases/d/x');
    await store.remove('cases/d/x');
    await expect(store.get('cases/d/x')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  });

  test.each(['../secret', 'cases/../../secret', '/etc/passwd', 'cases//x', 'cases/.x', 'a\\b', 'a\u0000b', ''])(
    'the key %j is refused',
    async (key) => {
      await expect(store.put(key, bytes('x'), 'text/plain')).rejects.toThrow(TypeError);
      await expect(store.get(key)).rejects.toThrow(TypeError);
      await expect(store.open(key)).rejects.toThrow(TypeError);
    },
  );
};

describe('local store', () => {
  test('says that a folder keeps no versions and locks nothing', async () => {
    expect(await openStore({ kind: 'local' }, tmpdir()).protection()).toEqual({
      ...{ versioning: false, objectLock: false, lockDays: null },
    });
  });

  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'store-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));
  conforms(() => openStore({ kind: 'local' }, dataDir));

  test('leaves no temporary files behind', async () => {
    const names = await readdir(join(dataDir, 'objects'), { recursive: true });
    expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  test('what a killed process was writing lies in no case, and is removed when it is old', async () => {
    const folder = join(dataDir, 'objects', '.writing');
    for (const [name, ageHours] of [
      ['.old.tmp', 2],
      ['.new.tmp', 0],
    ] as const) {
      await writeFile(join(folder, name), 'half');
      await utimes(join(folder, name), new Date(), new Date(Date.now() - ageHours * 3_600_000));
    }
    const store = openStore({ kind: 'local' }, dataDir);
    await store.put('cases/w/x', bytes('x'), 'text/plain');
    expect(await readdir(folder)).toEqual(['.new.tmp']);
    expect(await store.list('cases/w')).toEqual([{ key: 'cases/w/x', bytes: 1 }]);
    await rm(join(folder, '.new.tmp'));
  });

  test('says what it could not write and why', async () => {
    const blocked = join(dataDir, 'blocked');
    await writeFile(blocked, 'a file where the store wants a folder');
    await expect(
      openStore({ kind: 'local' }, blocked).put('cases/a/x', bytes('x'), 'text/plain'),
    ).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});

const given = process.env['WATCHPOST_S3_ENDPOINT'];

describe.skipIf(!MINIO && !given)(
  'S3 store (needs `minio` on the PATH or in .cache/bin, or WATCHPOST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY)',
  () => {
    let folder = '';
    let server: Minio | null = null;
    let endpoint = given ?? '';
    const accessKey = process.env['WATCHPOST_S3_ACCESS_KEY'] ?? MINIO_KEYS.accessKey;
    const secretKey = process.env['WATCHPOST_S3_SECRET_KEY'] ?? MINIO_KEYS.secretKey;
    const bucket = `watchpost-${Date.now()}`;
    type Extra = { bucket: string; secretKey: string; endpoint: string; lock: { days: number; mode: 'governance' } };
    const s3 = (extra: Partial<Extra> = {}): EvidenceStore =>
      openStore({ kind: 's3', endpoint, bucket, region: 'us-east-1', accessKey, secretKey, ...extra }, folder);

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'minio-'));
      if (given) return;
      server = await startMinio(folder, await freePort());
      endpoint = server.endpoint;
    }, 90_000);
    afterAll(async () => {
      await server?.kill();
      await rm(folder, { recursive: true, force: true });
    });
    conforms(() => s3());

    test('a bucket that is not there holds nothing and is made by the first write', async () => {
      const store = s3({ bucket: `${bucket}-new` });
      expect(await store.list('cases/a')).toEqual([]);
      await expect(store.get('cases/a/x')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
      await store.put('cases/a/x', bytes('x'), 'text/plain');
      expect(await store.list('cases/a')).toEqual([{ key: 'cases/a/x', bytes: 1 }]);
    });

    describe('with object lock', () => {
      const name = `${bucket}-locked`;
      const lock = { days: 2, mode: 'governance' } as const;
      const client = (): Client => {
        const { hostname, port, protocol } = new URL(endpoint);
        return new Client({
          ...{ endPoint: hostname, port: Number(port), useSSL: protocol === 'https:', accessKey, secretKey },
        });
      };
      const versionsOf = async (key: string): Promise<{ versionId: string; isDeleteMarker: boolean }[]> =>
        (await client().listObjects(name, key, true, { IncludeVersion: true }).toArray()) as never;

      test('what was sealed cannot be removed from the bucket, and what is removed or replaced stays as a version', async () => {
        const store = s3({ bucket: name, lock });
        await store.put('cases/a/manifest.json', bytes('sealed'), 'application/json');
        expect(await store.protection()).toEqual({ versioning: true, objectLock: true, lockDays: 2 });
        const [sealed] = await versionsOf('cases/a/manifest.json');
        const { mode, retainUntilDate } = (await client().getObjectRetention(name, 'cases/a/manifest.json', {
          versionId: sealed!.versionId,
        })) as { mode: string; retainUntilDate: string };
        expect(mode).toBe('GOVERNANCE');
        expect(Math.abs(Date.parse(retainUntilDate) - Date.now() - 2 * 86_400_000)).toBeLessThan(60_000);
        await expect(
          client().removeObject(name, 'cases/a/manifest.json', { versionId: sealed!.versionId }),
        ).rejects.toThrow(/WORM|locked|denied/i);

        await store.put('cases/a/manifest.json', bytes('forged'), 'application/json');
        await store.remove('cases/a/manifest.json');
        await expect(store.get('cases/a/manifest.json')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
        const stream = await client().getObject(name, 'cases/a/manifest.json', { versionId: sealed!.versionId });
        expect(await collect(stream)).toBe('sealed');
        expect(await versionsOf('cases/a/manifest.json')).toHaveLength(3);
      });

      test('passages are not locked: they have to go when their time is over', async () => {
        const store = s3({ bucket: name, lock });
        await store.put('passages/gate/1.jpg', bytes('x'), 'image/jpeg');
        const [written] = await versionsOf('passages/gate/1.jpg');
        await client().removeObject(name, 'passages/gate/1.jpg', { versionId: written!.versionId });
        expect(await versionsOf('passages/gate/1.jpg')).toEqual([]);
      });

      test('a bucket that was made without cannot be locked later, and that is said', async () => {
        const plain = s3({ bucket: `${bucket}-plain` });
        await plain.put('cases/a/x', bytes('x'), 'text/plain');
        expect(await plain.protection()).toEqual({ versioning: false, objectLock: false, lockDays: null });
        await expect(
          s3({ bucket: `${bucket}-plain`, lock }).put('cases/a/x', bytes('x'), 'text/plain'),
        ).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
          message: expect.stringContaining('made without object lock') as unknown,
        });
      });
    });

    test('a wrong secret is STORE_UNAVAILABLE and says which settings to look at', async () => {
      await expect(s3({ secretKey: 'wrong-secret' }).put('cases/a/x', bytes('x'), 'text/plain')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('secretKey') as unknown,
      });
    });

    test('an address where nobody listens is STORE_UNAVAILABLE within seconds', async () => {
      const nowhere = s3({ endpoint: `http://127.0.0.1:${await freePort()}` });
      await expect(nowhere.put('cases/a/x', bytes('x'), 'text/plain')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('is it running') as unknown,
      });
    }, 60_000);
  },
);
