import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buffer } from 'node:stream/consumers';

const run = promisify(execFile);

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[tsa_config]
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
certs = ./ca.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[good]
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
`;

export type TimeStampAuthority = {
  readonly url: string;
  /** PEM of the certificate that its own was issued with. */
  readonly ca: string;
  /** What it does to the requests it gets; each answer is made by \`openssl ts -reply\`. */
  behave: 'well' | 'down' | 'stamps-another-hash' | 'refuses' | 'answers-nonsense' | 'repeats-the-first';
  /** Requests that came, whatever was answered. */
  asked: number;
  readonly close: () => Promise<void>;
};

/** A real authority of its own, with keys made now, behind HTTP on a free port. */
export const startTimeStampAuthority = async (
  options: { readonly name?: string; readonly key?: 'rsa' | 'ec' } = {},
): Promise<TimeStampAuthority> => {
  const { name = 'Test TSA', key = 'rsa' } = options;
  const cwd = await mkdtemp(join(tmpdir(), 'watchpost-tsa-'));
  const openssl = async (...args: string[]): Promise<void> => {
    await run('openssl', args, { cwd });
  };
  await writeFile(join(cwd, 'tsa.cnf'), CONFIG);
  await writeFile(join(cwd, 'serial'), '01\n');
  const newKey = key === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const subject = (cn: string): string[] => ['-subj', `/O=Watchpost test/CN=${cn}`, '-nodes', '-config', 'tsa.cnf'];
  await openssl(
    'req',
    ...['-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-extensions', 'ca'],
    ...subject(`${name} root`),
  );
  await openssl('req', '-new', ...newKey, '-keyout', 'tsa.key', '-out', 'tsa.csr', ...subject(name));
  await openssl(
    ...['x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'tsa.pem'],
    ...['-days', '2', '-extfile', 'tsa.cnf', '-extensions', 'good'],
  );

  let first: Buffer | null = null;
  let answering: Promise<unknown> = Promise.resolve();
  const reply = async (query: Buffer): Promise<Buffer> => {
    await writeFile(join(cwd, 'query.tsq'), query);
    if (authority.behave === 'stamps-another-hash')
      await openssl('ts', '-query', '-digest', 'ab'.repeat(32), '-sha256', '-cert', '-out', 'query.tsq');
    if (authority.behave === 'refuses')
      await openssl('ts', '-query', '-digest', 'ab'.repeat(20), '-sha1', '-cert', '-out', 'query.tsq');
    await openssl(
      ...['ts', '-reply', '-config', 'tsa.cnf', '-section', 'tsa_config', '-queryfile', 'query.tsq'],
      ...['-out', 'reply.tsr'],
    );
    return readFile(join(cwd, 'reply.tsr'));
  };
  const server = createServer((request, response) => {
    authority.asked++;
    // One after the other: they share a folder.
    const answered = answering.then(async () => {
      const query = await buffer(request);
      if (authority.behave === 'down') {
        response.writeHead(503).end('closed for the night');
        return;
      }
      let body = authority.behave === 'answers-nonsense' ? Buffer.from('hello') : await reply(query);
      first ??= body;
      if (authority.behave === 'repeats-the-first') body = first;
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(body);
    });
    answering = answered.catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const authority: TimeStampAuthority = {
    url: `http://127.0.0.1:${port}/`,
    ca: await readFile(join(cwd, 'ca.pem'), 'utf8'),
    behave: 'well',
    asked: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(cwd, { recursive: true, force: true });
    },
  };
  return authority;
};
