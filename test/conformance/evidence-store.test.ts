import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
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

/** A door in front of a server that counts what goes in. */
const countBytes = async (
  host: string,
  port: number,
): Promise<{ readonly endpoint: string; readonly sent: () => number; readonly close: () => void }> => {
  let sent = 0;
  const sockets = new Set<Socket>();
  const door = createServer((caller) => {
    const server = connect(port, host);
    for (const socket of [caller, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    caller.on('data', (chunk) => (sent += chunk.length));
    caller.pipe(server).pipe(caller);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    sent: () => sent,
    close: () => {
      door.close();
      for (const socket of sockets) socket.destroy();
    },
  };
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

  test('erasing takes the object away for good, and erasing nothing is no error', async () => {
    await store.put('cases/e/x', bytes('x'), 'text/plain');
    await store.put('cases/e/xy', bytes('neighbour'), 'text/plain');
    await store.erase('cases/e/x');
    await store.erase('cases/e/x');
    await expect(store.get('cases/e/x')).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    expect(text(await store.get('cases/e/xy'))).toBe('neighbour');
  });

  test('without object lock nothing is held or locked, and that is said', async () => {
    await store.put('cases/h/x', bytes('x'), 'text/plain');
    expect(await store.hold('cases/h', true)).toBeNull();
    expect(await store.isHeld('cases/h')).toBeNull();
    expect(await store.retain('cases/h', Date.now() + 60_000, 'governance')).toBeNull();
    await store.erase('cases/h/x');
  });

  test('a link is null, or opens this object to whoever has it until its time is over', async () => {
    await store.put('cases/l/x.txt', bytes('linked'), 'text/plain');
    const link = await store.link('cases/l/x.txt', 2);
    if (link === null) return;
    expect(await (await fetch(link)).text()).toBe('linked');
    expect((await fetch(link.replace('/l/', '/a/'))).status).toBe(403);
    await expect.poll(async () => (await fetch(link)).status, { timeout: 10_000, interval: 300 }).toBe(403);
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

      const inTwoDays = Date.now() + 2 * 86_400_000;

      test('a legal hold covers every version of every file of a case, until it is lifted', async () => {
        const store = s3({ bucket: name, lock });
        const free = s3({ bucket: name });
        for (const body of ['first', 'second']) await free.put('cases/held/clip.mp4', bytes(body), 'video/mp4');
        await free.put('cases/held/stills/at.jpg', bytes('still'), 'image/jpeg');
        await free.put('cases/held-not/clip.mp4', bytes('x'), 'video/mp4');
        expect(await store.isHeld('cases/held')).toBe(false);
        expect(await store.hold('cases/held', true)).toBe(3);
        expect(await store.hold('cases/held', true)).toBe(0);
        expect(await store.isHeld('cases/held')).toBe(true);
        expect(await store.isHeld('cases/held-not')).toBe(false);
        await expect(store.erase('cases/held/clip.mp4')).rejects.toMatchObject({ code: 'STORE_LOCKED' });
        for (const { versionId } of await versionsOf('cases/held/clip.mp4'))
          await expect(client().removeObject(name, 'cases/held/clip.mp4', { versionId })).rejects.toThrow(
            /WORM|hold|denied/i,
          );
        expect(await store.hold('cases/held', false)).toBe(3);
        expect(await store.isHeld('cases/held')).toBe(false);
        await store.erase('cases/held/clip.mp4');
        expect(await versionsOf('cases/held/clip.mp4')).toEqual([]);
      });

      test('a lock by tier lasts until its day, is never shortened, and is made longer', async () => {
        const store = s3({ bucket: name });
        await store.put('cases/tier/clip.mp4', bytes('clip'), 'video/mp4');
        const until = async (): Promise<number> => {
          const [version] = await versionsOf('cases/tier/clip.mp4');
          const found = await client().getObjectRetention(name, 'cases/tier/clip.mp4', {
            versionId: version!.versionId,
          });
          return Date.parse((found as { retainUntilDate: string }).retainUntilDate);
        };
        expect(await store.retain('cases/tier', inTwoDays, 'governance')).toBe(1);
        expect(Math.abs((await until()) - inTwoDays)).toBeLessThan(1_500);
        expect(await store.retain('cases/tier', inTwoDays - 86_400_000, 'governance')).toBe(0);
        expect(await store.retain('cases/tier', inTwoDays + 86_400_000, 'governance')).toBe(1);
        expect(Math.abs((await until()) - inTwoDays - 86_400_000)).toBeLessThan(1_500);
        await expect(store.erase('cases/tier/clip.mp4')).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      });

      test('what is erased leaves no version behind', async () => {
        const store = s3({ bucket: name });
        for (const body of ['one', 'two']) await store.put('passages/gate/2.jpg', bytes(body), 'image/jpeg');
        await store.remove('passages/gate/2.jpg');
        expect(await versionsOf('passages/gate/2.jpg')).toHaveLength(3);
        await store.erase('passages/gate/2.jpg');
        expect(await versionsOf('passages/gate/2.jpg')).toEqual([]);
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

    test('a large body goes in parts, and after a failure only what is missing is sent again', async () => {
      const part = 16 * 1024 * 1024;
      const body = randomBytes(2 * part + 1_000_000);
      const { hostname, port } = new URL(endpoint);
      const counted = await countBytes(hostname, Number(port));
      try {
        const client = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey });
        // An upload that a killed process had begun: the first part is there, the second one was cut short.
        await s3().put('cases/big/other', bytes('makes the bucket'), 'text/plain');
        const uploadID = await client.initiateNewMultipartUpload(bucket, 'cases/big/clip.mp4', {});
        const begun = { bucketName: bucket, objectName: 'cases/big/clip.mp4', uploadID, headers: {} };
        await client.uploadPart({ ...begun, partNumber: 1 }, body.subarray(0, part));
        await client.uploadPart({ ...begun, partNumber: 2 }, body.subarray(part, part + 6_000_000));

        await s3({ endpoint: counted.endpoint }).put('cases/big/clip.mp4', body, 'video/mp4');
        expect(counted.sent()).toBeLessThan(body.length - part + 1_000_000);
        expect(Buffer.compare(Buffer.from(await s3().get('cases/big/clip.mp4')), body)).toBe(0);
        const { etag } = await client.statObject(bucket, 'cases/big/clip.mp4');
        expect(etag).toMatch(/-3$/);
      } finally {
        counted.close();
      }
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
