import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { verify } from '../../bin/cli/verify.ts';
import { CHUNK_BYTES } from '../../pipeline/chunk-hashes.ts';
import { type CaseReader, toChainLink, verifyCase, verifyChain } from '../../pipeline/verify.ts';
import { sealCase, type SealOptions } from '../../workers/evidence/seal.ts';
import { openStore } from '../../workers/storage/open-store.ts';
import { folderReader, verifyFolder } from '../../workers/verify-folder.ts';
import { makeEvent, makeRecording } from './evidence-recorder.ts';

let dataDir = '';
let options: Omit<SealOptions, 'event'>;
/** A sealed case in memory, path → bytes. */
let sealed = new Map<string, Uint8Array>();
const caseDir = (id: string): string => join(dataDir, 'objects', 'cases', id);

const load = async (id: string): Promise<Map<string, Uint8Array>> => {
  const reader = folderReader(caseDir(id));
  const files = new Map<string, Uint8Array>();
  for (const path of await reader.list()) files.set(path, new Uint8Array(await reader.read(path)));
  return files;
};
const inMemory = (files: ReadonlyMap<string, Uint8Array>): CaseReader => ({
  list: () => Promise.resolve([...files.keys()]),
  read: (path) => Promise.resolve(files.get(path)!),
});
/** Small and repeatable; the quality of the numbers does not matter here [Park and Miller 1988]. */
const randomFrom = (seed: number) => (below: number) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % below;
};

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'verify-'));
  const recordingDir = join(dataDir, 'recordings', 'gate');
  await makeRecording(recordingDir, { seconds: 12, size: '192x144' });
  options = {
    ...{ dataDir, recordingDir, store: openStore({ kind: 'local' }, dataDir), software: 'watchpost test' },
    camera: { id: 'gate', name: 'Cổng trường', place: 'Đường Lê Lợi' },
    evidence: { preRollMs: 1_000, postRollMs: 1_000, maxClipMs: 60_000 },
  };
  for (const n of [0, 1, 2, 3]) await sealCase({ ...options, event: makeEvent(`c${n}`, 4_000 + n * 1_000) });
  sealed = await load('c0');
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('verifying a case', () => {
  test('each of 1,000 random bit flips is found, and the file that it is in is named', async () => {
    const random = randomFrom(20_261_121);
    const missed: string[] = [];
    for (let flip = 0; flip < 1_000; flip++) {
      const path = [...sealed.keys()][random(sealed.size)]!;
      const bytes = sealed.get(path)!.slice();
      const [at, bit] = [random(bytes.length), random(8)];
      bytes[at]! ^= 1 << bit;
      const { status, problems } = await verifyCase(inMemory(new Map([...sealed, [path, bytes]])));
      const named = new Set(problems.map(({ file }) => file));
      if (status !== 'broken' || named.size !== 1 || !named.has(path))
        missed.push(`${path} byte ${at} bit ${bit}: ${status} ${[...named].join()}`);
    }
    expect(missed).toEqual([]);
  });

  test('of a large file the part that was changed is named', async () => {
    const clip = sealed.get('clip.mp4')!;
    expect(clip.length).toBeGreaterThan(2 * CHUNK_BYTES);
    for (const at of [0, CHUNK_BYTES + 7, clip.length - 1]) {
      const bytes = clip.slice();
      bytes[at]! ^= 1;
      const { problems } = await verifyCase(inMemory(new Map([...sealed, ['clip.mp4', bytes]])));
      expect(problems).toHaveLength(1);
      const { from, to } = problems[0]!.range!;
      expect([from <= at, at <= to, to - from < CHUNK_BYTES]).toEqual([true, true, true]);
      expect(problems[0]!.problem).toContain(`bytes ${from} to ${to}`);
    }
  });

  test('every byte of the signature file counts', async () => {
    const original = sealed.get('signature.json')!;
    for (let at = 0; at < original.length; at++)
      for (const bit of [0, 1 + (at % 7)]) {
        const bytes = original.slice();
        bytes[at]! ^= 1 << bit;
        const { status, problems } = await verifyCase(inMemory(new Map([...sealed, ['signature.json', bytes]])));
        expect({ at, bit, status, files: [...new Set(problems.map(({ file }) => file))] }).toEqual({
          ...{ at, bit },
          ...{ status: 'broken', files: ['signature.json'] },
        });
      }
  });

  test('an untouched case gives no alarm, however often it is checked', async () => {
    for (let n = 0; n < 20; n++) expect((await verifyCase(inMemory(sealed))).problems).toEqual([]);
  });

  test('missing, added, shortened and swapped files are named', async () => {
    const without = new Map(sealed);
    without.delete('still-at.jpg');
    expect((await verifyCase(inMemory(without))).problems).toEqual([{ file: 'still-at.jpg', problem: 'is missing' }]);
    const added = new Map([...sealed, ['notes.txt', new Uint8Array([1])]]);
    expect((await verifyCase(inMemory(added))).problems).toEqual([
      { file: 'notes.txt', problem: 'is not part of the sealed case' },
    ]);
    const short = new Map([...sealed, ['clip.mp4', sealed.get('clip.mp4')!.slice(0, -1)]]);
    expect((await verifyCase(inMemory(short))).problems.map(({ file }) => file)).toEqual(['clip.mp4']);
    const other = await load('c1');
    const swapped = new Map([...sealed, ['manifest.json', other.get('manifest.json')!]]);
    expect((await verifyCase(inMemory(swapped))).problems.map(({ file }) => file)).toContain('manifest.json');
  });

  test('a case signed with another key is refused when trusted keys are given', async () => {
    const { publicKey } = JSON.parse(new TextDecoder().decode(sealed.get('signature.json'))) as { publicKey: string };
    expect((await verifyCase(inMemory(sealed), { trustedKeys: [publicKey] })).status).toBe('intact');
    expect((await verifyCase(inMemory(sealed), { trustedKeys: ['AAAA'] })).problems[0]?.file).toBe('signature.json');
  });

  test('what is no case is unreadable, not broken', async () => {
    const folder = join(dataDir, 'no-case');
    await mkdir(folder);
    expect((await verifyFolder(folder)).status).toBe('unreadable');
    expect((await verifyFolder(join(dataDir, 'nowhere'))).status).toBe('unreadable');
    await writeFile(join(folder, 'manifest.json'), 'not JSON');
    expect((await verifyFolder(folder)).status).toBe('unreadable');
    expect((await verifyFolder(join(folder, 'manifest.json'))).status).toBe('unreadable');
  });

  test('a manifest that points out of the case is refused before anything is read', async () => {
    const text = new TextDecoder().decode(sealed.get('manifest.json'));
    const evil = new TextEncoder().encode(text.replace('"path":"clip.mp4"', '"path":"../../clip.mp4"'));
    const { status, problems } = await verifyCase(inMemory(new Map([...sealed, ['manifest.json', evil]])));
    expect({ status, file: problems[0]?.file }).toEqual({ status: 'broken', file: 'manifest.json' });
  });

  test('a link in place of a file is not taken for the file of another name', async () => {
    const folder = join(dataDir, 'linked');
    await mkdir(folder);
    for (const [path, bytes] of sealed) await writeFile(join(folder, path), bytes);
    await symlink('/etc/hostname', join(folder, 'extra'));
    expect((await verifyFolder(folder)).problems.map(({ file }) => file)).toEqual(['extra']);
  });
});

describe('verifying a chain', () => {
  const links = async (...ids: string[]) =>
    Promise.all(ids.map(async (id) => toChainLink(await verifyFolder(caseDir(id)))!));

  test('cases in any order form the chain', async () => {
    expect(verifyChain(await links('c2', 'c0', 'c3', 'c1'))).toEqual({ problems: [], absent: [] });
  });

  test('a case left out is reported as absent, at its place', async () => {
    expect(verifyChain(await links('c0', 'c1', 'c3'))).toEqual({
      problems: [],
      absent: [{ cameraId: 'gate', index: 2 }],
    });
  });

  test('a second case at one place, and a chain that goes on from another case, are problems', async () => {
    const [a, b, c] = await links('c0', 'c1', 'c2');
    expect(verifyChain([a!, b!, { ...b!, caseId: 'twin', manifestSha256: 'f'.repeat(64) }]).problems).toHaveLength(1);
    expect(verifyChain([a!, { ...b!, manifestSha256: 'f'.repeat(64) }, c!]).problems).toMatchObject([{ file: 'c2' }]);
  });

  /** Runs the command and keeps what it prints. */
  const command = async (...folders: string[]): Promise<{ code: number; lines: string[] }> => {
    const lines: string[] = [];
    const print = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    try {
      return { code: await verify(folders, { json: false }), lines };
    } finally {
      print.mockRestore();
    }
  };

  test('the command holds the given cases against each other and tells what lies between them', async () => {
    expect((await command(caseDir('c1'), caseDir('c0'), caseDir('c2'))).code).toBe(0);
    const { code, lines } = await command(caseDir('c0'), caseDir('c3'));
    expect({ code, notes: lines.filter((line) => line.startsWith('NOTE')).length }).toEqual({ code: 0, notes: 2 });
  });

  test('the command finds a whole case that was put into the chain from elsewhere', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'verify-elsewhere-'));
    const other = { ...options, dataDir: elsewhere, store: openStore({ kind: 'local' }, elsewhere) };
    await sealCase({ ...other, event: makeEvent('o0', 5_000) });
    await sealCase({ ...other, event: makeEvent('o1', 6_000) });
    const foreign = join(elsewhere, 'objects', 'cases', 'o1');
    expect((await command(foreign)).code).toBe(0);
    const { code, lines } = await command(caseDir('c0'), foreign, caseDir('c2'));
    await rm(elsewhere, { recursive: true, force: true });
    expect(code).toBe(1);
    expect(lines).toContain('    manifest.json: does not continue the chain after c0');
  });

  test('the public key on disk is the one that signed', async () => {
    const pem = await readFile(join(dataDir, 'keys', 'signing.pub'), 'utf8');
    const { publicKey } = JSON.parse(new TextDecoder().decode(sealed.get('signature.json'))) as { publicKey: string };
    const spki = Buffer.from(pem.replaceAll(/-----.*?-----|\s/g, ''), 'base64');
    expect(spki.subarray(-32).toString('base64')).toBe(publicKey);
  });
});
