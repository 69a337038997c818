import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTile } from './map-tiles.ts';

const picture = (format: 'png' | 'jpeg' | 'webp') =>
  sharp({ create: { width: 256, height: 256, channels: 3, background: '#9fb8a0' } })
    [format]()
    .toBuffer();

describe('tiles of the map', () => {
  let folder: string;
  let server: Server;
  let base: string;
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'watchpost-map-'));
    await mkdir(join(folder, 'maps/5/25'), { recursive: true });
    await writeFile(join(folder, 'maps/5/25/15.webp'), await picture('webp'));
    const png = await picture('png');
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url?.startsWith('/3/')) response.writeHead(404).end();
      else if (request.url?.startsWith('/4/')) response.end('<html>too many requests</html>');
      else if (request.url?.startsWith('/6/')) response.writeHead(403).end();
      else response.end(png);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const served = (zoom: number, x: number, y: number) =>
    readTile({ tiles: `${base}/{z}/{x}/{y}.png?key=secret`, attribution: '©', mostZoom: 10 }, folder, { zoom, x, y });

  test('come from a server, with its kind told by their first bytes', async () => {
    expect((await served(5, 25, 15)).type).toBe('image/png');
    expect(asked.at(-1)).toBe('/5/25/15.png?key=secret');
  });

  test('come from a folder beside the configuration', async () => {
    const local = { tiles: 'maps/{z}/{x}/{y}.webp', attribution: '©', mostZoom: 10 };
    expect((await readTile(local, folder, { zoom: 5, x: 25, y: 15 })).type).toBe('image/webp');
    await expect(readTile(local, folder, { zoom: 5, x: 25, y: 16 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('outside the world or finer than the source are not asked for', async () => {
    const before = asked.length;
    await expect(served(2, 4, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(served(11, 0, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(asked.length).toBe(before);
  });

  test('that the source does not have are missing; what is no picture, or refused, is its fault, told without its key', async () => {
    await expect(served(3, 0, 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(served(4, 0, 0)).rejects.toMatchObject({ code: 'MAP_UNAVAILABLE' });
    await expect(served(6, 0, 0)).rejects.toThrow(/^127\.0\.0\.1:\d+: answered 403$/);
    await expect(
      readTile({ tiles: 'http://127.0.0.1:9/{z}/{x}/{y}', attribution: '©', mostZoom: 3 }, folder, {
        zoom: 0,
        x: 0,
        y: 0,
      }),
    ).rejects.toMatchObject({ code: 'MAP_UNAVAILABLE' });
  });
});
