import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readTrustedKeys } from '../../api/evidence/check-manifest.ts';
import { checkSignature } from '../../pipeline/verify.ts';
import { openSigner } from './signer.ts';
import { openSigningKey, rotateSigningKey } from './signing-key.ts';

const names = { document: 'document', signature: 'signature' };
const document = Buffer.from('sealed');

let keysDir: string;
/** Where the key is: not the data folder. */
let vault: string;
beforeEach(async () => {
  keysDir = await mkdtemp(join(tmpdir(), 'watchpost-keys-'));
  vault = await mkdtemp(join(tmpdir(), 'watchpost-vault-'));
});
afterEach(async () => {
  await rm(keysDir, { recursive: true, force: true });
  await rm(vault, { recursive: true, force: true });
});

const answerWith = (key: KeyObject, publicKey: KeyObject, body: Buffer): string =>
  JSON.stringify({
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64'),
    signature: sign(null, body, key).toString('base64'),
  });

describe('a program that signs', () => {
  /** A whole signer: reads its key from the vault, the document from its standard input. */
  const PROGRAM = `
    import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
    import { readFileSync } from 'node:fs';
    const key = createPrivateKey(readFileSync(process.argv[1]));
    const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
    console.log(JSON.stringify({ publicKey, signature: sign(null, readFileSync(0), key).toString('base64') }));`;
  const newKey = async (): Promise<void> => {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(join(vault, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  };
  const open = () =>
    openSigner(keysDir, {
      kind: 'command',
      command: [process.execPath, '--input-type=module', '-e', PROGRAM, join(vault, 'key.pem')],
    });

  test('signs what verifies with the published key, and no private key comes to this disk', async () => {
    await newKey();
    const signature = await open().sign(document);
    const trustedKeys = await readTrustedKeys(keysDir);
    expect(trustedKeys).toEqual([signature.publicKey]);
    expect(checkSignature({ document, signature, trustedKeys }, names)).toEqual([]);
    expect((await readdir(keysDir)).sort()).toEqual([`signing-${signature.keyId}.pub`, 'signing.pub']);
    for (const name of await readdir(keysDir))
      expect(await readFile(join(keysDir, name), 'utf8')).not.toContain('PRIVATE');
  });

  test('a change of its key is taken into use by itself; what the old one signed stays trusted', async () => {
    await newKey();
    const signer = open();
    const before = await signer.sign(document);
    await newKey();
    const after = await signer.sign(document);
    expect(after.keyId).not.toBe(before.keyId);
    const trustedKeys = await readTrustedKeys(keysDir);
    expect([...trustedKeys].sort()).toEqual([before.publicKey, after.publicKey].sort());
    for (const signature of [before, after])
      expect(checkSignature({ document, signature, trustedKeys }, names)).toEqual([]);
  });

  test('taken into use after a pair of our own, leaves that trusted', async () => {
    const own = await openSigningKey(keysDir);
    await newKey();
    const { publicKey } = await open().sign(document);
    expect([...(await readTrustedKeys(keysDir))].sort()).toEqual([own.publicKey, publicKey].sort());
  });

  test('cannot be rotated from here, and that is said', async () => {
    await newKey();
    await open().sign(document);
    await expect(rotateSigningKey(keysDir)).rejects.toMatchObject({
      message: expect.stringContaining('change the key there') as string,
    });
  });

  test.each([
    ['fails', ['-e', 'console.error("HSM is locked"); process.exit(3)'], 'HSM is locked'],
    ['answers with something else', ['-e', 'console.log("ok")'], 'does not answer with JSON'],
    ['leaves out the key', ['-e', 'console.log("{}")'], 'publicKey'],
  ])('that %s is told of plainly', async (_what, args, text) => {
    const signer = openSigner(keysDir, { kind: 'command', command: [process.execPath, ...args] });
    await expect(signer.sign(document)).rejects.toMatchObject({
      code: 'SIGNING_UNAVAILABLE',
      message: expect.stringContaining(text) as string,
    });
  });

  test('that is not there is told of plainly', async () => {
    const signer = openSigner(keysDir, { kind: 'command', command: [join(vault, 'nothing')] });
    await expect(signer.sign(document)).rejects.toMatchObject({ code: 'SIGNING_UNAVAILABLE' });
    expect(await readdir(keysDir)).toEqual([]);
  });
});

describe('a service that signs', () => {
  const pair = generateKeyPairSync('ed25519');
  const other = generateKeyPairSync('ed25519');
  let server: Server;
  let behave: 'well' | 'down' | 'with another key' = 'well';
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      void buffer(request).then((body) => {
        if (request.headers.authorization !== 'Bearer let-me') response.writeHead(401).end();
        else if (behave === 'down') response.writeHead(503).end();
        else {
          const key = behave === 'well' ? pair.privateKey : other.privateKey;
          response.end(answerWith(key, pair.publicKey, body));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as { port: number }).port}/sign`;
  });
  beforeEach(() => {
    behave = 'well';
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const open = (token = 'let-me') => openSigner(keysDir, { kind: 'http', url, token });

  test('signs what verifies with the published key', async () => {
    const signature = await open().sign(document);
    const trustedKeys = await readTrustedKeys(keysDir);
    expect(checkSignature({ document, signature, trustedKeys }, names)).toEqual([]);
  });

  test.each([
    ['down', 'let-me', 'it answers 503'],
    ['well', 'wrong', 'it answers 401'],
    ['with another key', 'let-me', 'signature does not fit'],
  ] as const)('behaving "%s" with the token "%s" is told of, and nothing is published', async (how, token, text) => {
    behave = how;
    await expect(open(token).sign(document)).rejects.toMatchObject({
      code: 'SIGNING_UNAVAILABLE',
      message: expect.stringContaining(text) as string,
    });
    expect(await readdir(keysDir)).toEqual([]);
    behave = 'well';
    await expect(open().sign(document)).resolves.toMatchObject({ algorithm: 'Ed25519' });
  });
});
