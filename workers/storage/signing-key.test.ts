import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTrustedKeys } from '../../api/evidence/check-manifest.ts';
import { checkSignature } from '../../pipeline/verify.ts';
import { openSigningKey, rotateSigningKey } from './signing-key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a change of keys', () => {
  test('makes a new pair, and what the old one signed stays trusted', async () => {
    const old = await openSigningKey(folder);
    const document = Buffer.from('sealed before');
    const signature = old.sign(document);
    const { before, after } = await rotateSigningKey(folder);
    expect(before).toBe(old.keyId);
    const now = await openSigningKey(folder);
    expect([now.keyId, now.keyId === old.keyId]).toEqual([after, false]);
    const trustedKeys = await readTrustedKeys(folder);
    expect([...trustedKeys].sort()).toEqual([old.publicKey, now.publicKey].sort());
    const names = { document: 'document', signature: 'signature' };
    for (const one of [signature, now.sign(document)])
      expect(checkSignature({ document, signature: one, trustedKeys }, names)).toEqual([]);
  });

  test('without a folder of keys none is known; one that cannot be read is a fault, not the trust in every key', async () => {
    expect(await readTrustedKeys(join(folder, 'none'))).toEqual([]);
    const loop = join(folder, 'loop');
    await symlink(loop, loop);
    await expect(readTrustedKeys(loop)).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('leaves one private key, readable by its owner only', async () => {
    await openSigningKey(folder);
    const old = await readFile(join(folder, 'signing.key'), 'utf8');
    const { before } = await rotateSigningKey(folder);
    await rotateSigningKey(folder);
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith('.pub'))).toHaveLength(3);
    expect(names).toContain(`signing-${String(before)}.pub`);
    expect(names.filter((name) => !name.endsWith('.pub'))).toEqual(['signing.key']);
    expect(await readFile(join(folder, 'signing.key'), 'utf8')).not.toBe(old);
    expect((await stat(join(folder, 'signing.key'))).mode & 0o777).toBe(0o600);
  });

  test('on a folder without keys makes the first one', async () => {
    const { before, after } = await rotateSigningKey(folder);
    expect([before, (await openSigningKey(folder)).keyId]).toEqual([null, after]);
  });
});
