import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Door, doorOf, knock } from './knock.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** A server on loopback and what was said to it. */
const serve = async (onConnection: (socket: Socket) => void): Promise<{ port: number; heard: () => string }> => {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (heard += chunk.toString()));
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
};
const answering = (text: string) => serve((socket) => socket.once('data', () => socket.write(text)));
const live = new AbortController().signal;
const PATIENCE_MS = 150;
const knockAt = (url: string): Promise<boolean> => knock(doorOf(url) as Door, live, PATIENCE_MS);

test.each([
  ['welcomes', 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n'],
  ['asks for a password', 'RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n'],
])('an RTSP camera that %s is there', async (_, answer) => {
  const { port } = await answering(answer);
  expect(await knockAt(`rtsp://127.0.0.1:${port}/live`)).toBe(true);
});

test('an answer that comes in pieces is one', async () => {
  const { port } = await serve((socket) => {
    socket.write('RTS');
    setTimeout(() => socket.write('P/1.0 200 OK\r\n'), 20);
  });
  expect(await knockAt(`rtsp://127.0.0.1:${port}/live`)).toBe(true);
});

test.each([
  ['takes the connection and says nothing', () => serve(() => undefined)],
  ['answers noise', () => answering('\u0003\u0081garbage'.repeat(1_000))],
  ['hangs up', () => serve((socket) => socket.destroy())],
])('an RTSP camera that %s is not', async (_, start) => {
  const { port } = await start();
  expect(await knockAt(`rtsp://127.0.0.1:${port}/live`)).toBe(false);
});

test('nobody is where nothing listens', async () => {
  const { port } = await serve(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]!.close(resolve));
  expect(await knockAt(`rtsp://127.0.0.1:${port}/live`)).toBe(false);
});

test('for other protocols it is enough that the connection is taken', async () => {
  const { port } = await serve(() => undefined);
  expect(await knockAt(`https://127.0.0.1:${port}/live.ts`)).toBe(true);
});

test('neither user, password, path nor query is said', async () => {
  const { port, heard } = await answering('RTSP/1.0 200 OK\r\n\r\n');
  await knockAt(`rtsp://admin:tr0ng@nui@127.0.0.1:${port}/user=admin_password=b1mat.sdp?password=b1mat`);
  expect(heard()).toBe(`OPTIONS rtsp://127.0.0.1:${port}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
});

test('a process that stops does not wait for an answer', async () => {
  const { port } = await serve(() => undefined);
  const stop = new AbortController();
  const knocking = knock(doorOf(`rtsp://127.0.0.1:${port}/live`) as Door, stop.signal, 60_000);
  stop.abort();
  expect(await knocking).toBe(false);
});

test.each([
  ['rtsp://10.0.0.5/live', { scheme: 'rtsp', host: '10.0.0.5', port: 554 }],
  ['RTSP://u:p@ss@cam.city.vn:8554', { scheme: 'rtsp', host: 'cam.city.vn', port: 8554 }],
  ['rtsps://u:p%40@[fd00::5]:322/a?b=c@d', { scheme: 'rtsps', host: '[fd00::5]', port: 322 }],
  ['https://10.0.0.5/live.ts', { scheme: 'https', host: '10.0.0.5', port: 443 }],
  ['udp://239.0.0.1:5000', null],
  ['srt://10.0.0.5:9000', null],
  ['stills://tower', null],
  ['/samples/street.mp4', null],
])('%s is knocked at where %j', (url, door) => {
  expect(doorOf(url)).toEqual(door);
});
