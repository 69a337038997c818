import { createServer, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

const TICK_MS = 40;

export type HttpCamera = { readonly url: string; readonly stop: () => Promise<void> };

/**
 * A camera that sends MPEG transport streams over HTTP, at about the speed of its clips. The first clip is played once;
 * then the second one, in a loop, also to whoever connects later: a camera that was set to another picture format.
 */
export const startHttpCamera = async (first: string, then: string, seconds: number): Promise<HttpCamera> => {
  const [before, after] = [await readFile(first), await readFile(then)];
  let changed = false;
  const play = async (response: ServerResponse, bytes: Buffer): Promise<void> => {
    const step = Math.ceil((bytes.length * TICK_MS) / (seconds * 1000) / 188) * 188;
    for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
      response.write(bytes.subarray(at, at + step));
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  };
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'video/mp2t' });
    void (async () => {
      if (!changed) await play(response, before);
      // Whoever only had a look and went has not seen the change.
      changed ||= !response.destroyed;
      while (!response.destroyed) await play(response, after);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream.ts`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
