import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../pipeline/config.ts';
import { askService } from './wind.ts';

let answer = '';
let status = 200;
let url = '';
const server = createServer((request, response) => {
  response.writeHead(request.headers['x-key'] === 'k' ? status : 401, { location: 'http://127.0.0.1:1/' }).end(answer);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/stations/12?token=geheim`;
});
afterAll(() => server.close());

const ask = (extra = '') => {
  const keys = `name: KTTV, url: "${url}", headers: { x-key: k }, speed: /now/wind/0, direction: /now/dir, ${extra}`;
  return askService(parseConfig(`version: 1\nfire: { wind: { ${keys} } }\n`).fire.wind!, new AbortController().signal);
};

test('speed and direction are taken from wherever a weather service has them, in its unit', async () => {
  answer = JSON.stringify({ now: { wind: [18], dir: 225, at: '2026-11-21T14:00:00+07:00' } });
  expect(await ask('unit: km/h, at: /now/at')).toEqual({ speedMps: 5, fromDeg: 225, at: Date.UTC(2026, 10, 21, 7) });
  expect((await ask('unit: knots')).speedMps).toBeCloseTo(9.26, 2);
});

test.each([
  ['a number that is a text', '{"now":{"wind":["5"],"dir":1}}', 200, 'no number at /now/wind/0'],
  ['nothing there', '{"now":{}}', 200, 'no number at /now/wind/0'],
  ['a wind from nowhere', '{"now":{"wind":[5],"dir":400}}', 200, 'out of range'],
  ['no JSON', '<html>', 200, 'no JSON could be had'],
  ['a refusal', '{}', 500, 'answered 500'],
  ['somewhere else', '{}', 302, 'answered 302'],
])('%s is told without the address’s secrets', async (_, text, code, expected) => {
  [answer, status] = [text, code];
  const error = await ask().catch((thrown: unknown) => thrown as Error);
  status = 200;
  expect((error as Error).message).toContain(expected);
  expect((error as Error).message).not.toContain('geheim');
});
