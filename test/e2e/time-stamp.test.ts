import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkTimeStamp } from '../../pipeline/time-stamp.ts';
import { fetchTimeStamp } from '../../workers/evidence/time-stamp.ts';
import { startTimeStampAuthority, type TimeStampAuthority } from '../time-stamp-authority.ts';

const run = promisify(execFile);
const document = Buffer.from('{"caseId":"one"}');

let folder: string;
let authority: TimeStampAuthority;
let other: TimeStampAuthority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-stamp-'));
  [authority, other] = await Promise.all([
    startTimeStampAuthority(),
    startTimeStampAuthority({ name: 'Other TSA', key: 'ec' }),
  ]);
}, 60_000);
beforeEach(() => {
  authority.behave = 'well';
});
afterAll(async () => {
  await authority.close();
  await other.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = ({ url, ca }: TimeStampAuthority) => fetchTimeStamp({ url, certificates: [ca] }, document);

describe('a time stamp', () => {
  test.each(['rsa', 'ec'])('of a real authority (%s) holds, and says when and by whom', async (key) => {
    const who = key === 'rsa' ? authority : other;
    const before = Date.now();
    const stamp = await ask(who);
    const found = await checkTimeStamp(stamp, document, [who.ca]);
    expect(found).toMatchObject({ accuracyMs: 1_500, isTrusted: true });
    const { at, authority: name } = found as { at: number; authority: string };
    expect(name).toContain(key === 'rsa' ? 'Test TSA' : 'Other TSA');
    expect(Math.abs(at - before)).toBeLessThan(30_000);
  });

  test('is accepted by OpenSSL as it is stored', async () => {
    const { token, manifestSha256 } = await ask(authority);
    await writeFile(join(folder, 'token.tst'), Buffer.from(token, 'base64'));
    await writeFile(join(folder, 'ca.pem'), authority.ca);
    const { stdout, stderr } = await run(
      'openssl',
      ['ts', '-verify', '-token_in', '-in', 'token.tst', '-digest', manifestSha256, '-CAfile', 'ca.pem'],
      { cwd: folder },
    );
    expect(stdout + stderr).toContain('Verification: OK');
  });

  test('without a trusted certificate is held against its own only, and says so', async () => {
    expect(await checkTimeStamp(await ask(authority), document)).toMatchObject({ isTrusted: null });
  });

  test('of another document is refused', async () => {
    const stamp = await ask(authority);
    expect(await checkTimeStamp(stamp, Buffer.from('{}'), [authority.ca])).toEqual({
      problem: 'is of another manifest',
    });
  });

  test('does not hold with a certificate that it does not lead to', async () => {
    const { problem } = (await checkTimeStamp(await ask(authority), document, [other.ca])) as { problem: string };
    expect(problem).toContain('does not lead to a trusted one');
  });

  test('with any bit of its token changed does not hold', async () => {
    const stamp = await ask(authority);
    const token = Buffer.from(stamp.token, 'base64');
    for (let at = 0; at < token.length; at += 37) {
      const changed = Buffer.from(token);
      changed[at]! ^= 1 << (at % 8);
      const found = await checkTimeStamp({ ...stamp, token: changed.toString('base64') }, document, [authority.ca]);
      expect(found).toEqual({ problem: 'the token was changed' });
    }
  });
});

describe('an authority', () => {
  test.each([
    ['down', 'TIMESTAMP_UNAVAILABLE', 'it answers 503'],
    ['refuses', 'TIMESTAMP_UNAVAILABLE', 'refuses (status 2'],
    ['answers-nonsense', 'TIMESTAMP_INVALID', 'did not answer with a time stamp response'],
    ['stamps-another-hash', 'TIMESTAMP_INVALID', 'stamped another document'],
    ['repeats-the-first', 'TIMESTAMP_INVALID', 'belongs to another request'],
  ] as const)('that %s is told of plainly', async (behave, code, text) => {
    await ask(authority);
    authority.behave = behave;
    await expect(ask(authority)).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
  });

  test('whose certificate is not the configured one is told of plainly', async () => {
    await expect(fetchTimeStamp({ url: authority.url, certificates: [other.ca] }, document)).rejects.toMatchObject({
      code: 'TIMESTAMP_INVALID',
      message: expect.stringContaining('does not lead to a trusted one') as string,
    });
  });

  test('where nobody listens is told of plainly', async () => {
    await expect(
      fetchTimeStamp({ url: 'http://127.0.0.1:9/', certificates: [authority.ca] }, document),
    ).rejects.toMatchObject({ code: 'TIMESTAMP_UNAVAILABLE' });
  });
});
