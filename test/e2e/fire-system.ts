import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import type { FireAlertMessage } from '../../api/alerts/alert-message.ts';
import type { RunningSystem } from './running-system.ts';

const PASSWORD = 'mot-mat-khau-dai-de-nho';
export const WAIT = { timeout: 50_000, interval: 100 };

/**
 * A tower that looks at the drawn hillside of the model checks. The detector knows no drawings and gives its plume 0.03 to
 * 0.06, so thresholds are as low; everything else is as it ships.
 */
export const drawnTower = (receiver: string, camera: object): object => ({
  version: 1,
  server: { port: 0 },
  recording: { segmentMs: 1_000 },
  evidence: { preRollMs: 1_000, postRollMs: 1_000 },
  alerts: { channels: [{ id: 'desk', kind: 'webhook', url: receiver, secret: 'a-secret-of-enough-length' }] },
  detectors: { smoke: { model: 'smoke', threads: 1, minScore: 0.02 } },
  cameras: [
    {
      id: 'tower',
      name: 'Tháp Đông',
      analysis: { detector: 'smoke', fps: 2 },
      tracker: { highScore: 0.02, lowScore: 0.02, newTrackScore: 0.02, memoryMs: 120_000, confirmMs: 0 },
      ...camera,
    },
  ],
});

export const drawnRule = {
  id: 'smoke',
  kind: 'smoke',
  classes: ['smoke'],
  minScore: 0.02,
  neutralScore: 0,
  confirmAt: 0.2,
  station: { latitude: 10.25, longitude: 104, heightM: 380 },
};

export type AlertReceiver = {
  readonly url: string;
  readonly messages: FireAlertMessage[];
  readonly close: () => void;
};

/** Somebody's webhook on this machine. */
export const openReceiver = async (): Promise<AlertReceiver> => {
  const messages: FireAlertMessage[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      messages.push(JSON.parse(body) as FireAlertMessage);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/hook`,
    messages,
    close: () => server.close(),
  };
};

export type Administrator = {
  readonly address: string;
  /** Of the session, `name=value`. */
  readonly cookie: () => string;
  readonly get: <T>(path: string) => Promise<T>;
  readonly post: <T>(path: string, body: object) => Promise<T>;
};

/** Logs in with the printed password and chooses an own one. */
export const administrate = async (system: RunningSystem): Promise<Administrator> => {
  const said = (pattern: RegExp): Promise<string> =>
    vi.waitFor(() => {
      const found = pattern.exec(system.output())?.[1];
      if (found === undefined) throw new Error(`the system never said ${String(pattern)}: ${system.output()}`);
      return found;
    }, WAIT);
  const address = await said(/(http:\/\/127\.0\.0\.1:\d+)/);
  const first = await said(/\b([a-z0-9]{5}(?:-[a-z0-9]{5}){3})\b/);
  let [cookie, csrfToken] = ['', ''];
  const call = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrfToken, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    expect(answer.status, `${method} ${path}: ${text}`).toBeLessThan(300);
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const answered = (text === '' ? {} : JSON.parse(text)) as { csrfToken?: string };
    csrfToken = answered.csrfToken ?? csrfToken;
    return answered as T;
  };
  await call('POST', '/api/session', { username: 'admin', password: first });
  await call('POST', '/api/session/password', { current: first, next: PASSWORD });
  await call('POST', '/api/session', { username: 'admin', password: PASSWORD });
  return {
    address,
    cookie: () => cookie,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
  };
};
