import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CameraChain, type ChainEntry, FIRST_PREVIOUS } from './chain.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chain-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (index: number, caseId: string): ChainEntry => ({
  ...{ index, caseId, manifestSha256: caseId.padEnd(64, '0'), manifest: '{}' },
  signature: { algorithm: 'Ed25519', keyId: '', publicKey: '', manifestSha256: '', signature: '' },
});

describe("a camera's chain", () => {
  test('begins with 64 zeros and goes on with the hash before', async () => {
    const chain = new CameraChain(folder, 'gate');
    expect(CameraChain.next(await chain.settle(() => Promise.resolve()))).toEqual({
      index: 0,
      previous: FIRST_PREVIOUS,
    });
    await chain.append(entry(0, 'a'));
    expect(CameraChain.next(await chain.settle(() => Promise.resolve()))).toEqual({
      index: 1,
      previous: 'a'.padEnd(64, '0'),
    });
  });

  test('gives one place to one case, however many try at once', async () => {
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, n) => new CameraChain(folder, 'gate').append(entry(0, `case-${n}`))),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  test('brings a case that a crash left without its manifest to the store, once', async () => {
    await new CameraChain(folder, 'gate').append(entry(0, 'a'));
    const stored: string[] = [];
    const store = (found: ChainEntry): Promise<void> => Promise.resolve(void stored.push(found.caseId));
    const afterCrash = new CameraChain(folder, 'gate');
    expect(await afterCrash.settle(store)).toMatchObject({ index: 0, caseId: 'a' });
    await afterCrash.settle(store);
    expect(stored).toEqual(['a']);
  });

  test('does not pass over a case whose manifest cannot be stored', async () => {
    const chain = new CameraChain(folder, 'gate');
    await chain.append(entry(0, 'a'));
    await expect(chain.settle(() => Promise.reject(new Error('store is away')))).rejects.toThrow('store is away');
    expect(await chain.settle(() => Promise.resolve())).toMatchObject({ caseId: 'a' });
  });

  test('cameras have chains of their own', async () => {
    await new CameraChain(folder, 'gate').append(entry(0, 'a'));
    expect(await new CameraChain(folder, 'yard').settle(() => Promise.resolve())).toBeNull();
  });
});
