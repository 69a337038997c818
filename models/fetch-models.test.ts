import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchModel } from './fetch-models.ts';
import { findModel, type ModelEntry } from './manifest.ts';

const WEIGHTS = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
const digest = createHash('sha256').update(WEIGHTS).digest('hex');

let server: Server | undefined;
afterEach(() => server?.close());

/** A file server on loopback; the manifest's schema asks for https, the entry is made here past it. */
const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<ModelEntry> => {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const base = findModel('yolox-nano-416');
  return {
    ...base,
    id: 'served',
    file: 'served.onnx',
    bytes: WEIGHTS.length,
    sha256: digest,
    origin: { ...base.origin, url: `http://127.0.0.1:${port}/served.onnx` },
  };
};
const withRanges = (seen: string[]) => (request: IncomingMessage, response: ServerResponse) => {
  const { range } = request.headers;
  seen.push(range ?? 'all');
  const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
  response.writeHead(range ? 206 : 200).end(WEIGHTS.subarray(from));
};
const folders = () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'watchpost-fetch-'));
  return { cacheDir, sharedDir: join(cacheDir, 'none') };
};
const partOf = (cacheDir: string): string => join(cacheDir, `served.onnx.${digest.slice(0, 12)}.part`);

describe('fetching a model', () => {
  test('the file arrives under its name, with progress to the last byte', async () => {
    const entry = await serve(withRanges([]));
    const where = folders();
    const progress: number[] = [];
    const file = await fetchModel(entry, { ...where, onProgress: (bytes) => progress.push(bytes) });
    expect(readFileSync(file).equals(WEIGHTS)).toBe(true);
    expect(progress.at(-1)).toBe(WEIGHTS.length);
    expect(readdirSync(where.cacheDir)).toEqual(['served.onnx']);
  });

  test('a download that broke off goes on where it stopped', async () => {
    const seen: string[] = [];
    const entry = await serve(withRanges(seen));
    const where = folders();
    writeFileSync(partOf(where.cacheDir), WEIGHTS.subarray(0, 70_000));
    expect(readFileSync(await fetchModel(entry, where)).equals(WEIGHTS)).toBe(true);
    expect(seen).toEqual(['bytes=70000-']);
  });

  test('a server without ranges sends the whole file and the beginning is not kept twice', async () => {
    const entry = await serve((_, response) => response.writeHead(200).end(WEIGHTS));
    const where = folders();
    writeFileSync(partOf(where.cacheDir), WEIGHTS.subarray(0, 70_000));
    expect(readFileSync(await fetchModel(entry, where)).equals(WEIGHTS)).toBe(true);
  });

  test('another content is refused and leaves nothing behind', async () => {
    const entry = await serve((_, response) => response.writeHead(200).end(Buffer.alloc(WEIGHTS.length, 7)));
    const where = folders();
    await expect(fetchModel(entry, where)).rejects.toMatchObject({ code: 'MODEL_CHECKSUM' });
    expect(readdirSync(where.cacheDir)).toEqual([]);
  });

  test('a connection that breaks keeps what came for the next time', async () => {
    const entry = await serve((_, response) => {
      response.writeHead(200, { 'content-length': WEIGHTS.length });
      response.write(WEIGHTS.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
    });
    const where = folders();
    await expect(fetchModel(entry, where)).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    expect(existsSync(partOf(where.cacheDir))).toBe(true);
    expect(existsSync(join(where.cacheDir, 'served.onnx'))).toBe(false);
  });

  test('a server that says no is named with its answer', async () => {
    const entry = await serve((_, response) => response.writeHead(404).end());
    await expect(fetchModel(entry, folders())).rejects.toThrow('the server answered 404');
  });

  test('a damaged file in the cache is replaced', async () => {
    const entry = await serve(withRanges([]));
    const where = folders();
    writeFileSync(join(where.cacheDir, 'served.onnx'), 'damaged');
    expect(readFileSync(await fetchModel(entry, where)).equals(WEIGHTS)).toBe(true);
  });
});
