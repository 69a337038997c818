import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Applied, RawCamera, Setup } from '../../api/contract/setup.ts';
import { hasShared, needs } from '../shared.ts';
import { carParkClip, carParkConfig, type RunningSystem, startSystem } from './running-system.ts';

const CLIP = ['footage', 'car-park-ccby.mp4'] as const;
const patiently = { timeout: 90_000, interval: 300 };
const PASSWORD = 'correct horse battery';

/** Logs in for the first time and returns how to call the API. */
const openApi = async (address: string, firstPassword: string) => {
  const headers: Record<string, string> = {};
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const init = body
      ? { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : { method, headers };
    const answer = await fetch(new URL(path, address), init);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    if (cookie !== undefined) headers['cookie'] = cookie;
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const json = (answer.status === 204 ? {} : await answer.json()) as T & { csrfToken?: string };
    if (json.csrfToken !== undefined) headers['x-csrf-token'] = json.csrfToken;
    return json;
  };
  await call('POST', '/api/session', { username: 'admin', password: firstPassword });
  await call('POST', '/api/session/password', { current: firstPassword, next: PASSWORD });
  await call('POST', '/api/session', { username: 'admin', password: PASSWORD });
  return call;
};

describe.skipIf(!hasShared(...CLIP))(`a change of one camera in a running system${needs(...CLIP)}`, () => {
  const work = mkdtempSync(join(tmpdir(), 'watchpost-reload-'));
  let system: RunningSystem | null = null;
  afterEach(async () => {
    await system?.stop();
    if (system) await rm(system.dataDir, { recursive: true, force: true });
    await rm(work, { recursive: true, force: true });
  });

  test('starts that camera anew, in recording and analysis, and no other', async () => {
    const running = startSystem(carParkConfig(await carParkClip(work), ['one', 'two']));
    system = running;
    const begun = (): Record<string, number> => {
      const ids = running
        .log('analyze')
        .flatMap(({ msg, cameraId }) => (msg === 'analysis of a session starts' ? [String(cameraId)] : []));
      return Object.fromEntries(['one', 'two'].map((id) => [id, ids.filter((each) => each === id).length]));
    };
    const sessions = (id: string): number =>
      readdirSync(join(running.dataDir, 'recordings', id), { withFileTypes: true }).filter((each) => each.isDirectory())
        .length;
    await expect.poll(begun, patiently).toEqual({ one: 1, two: 1 });
    const address = await expectSaid(running, /(http:\/\/127\.0\.0\.1:\d+)/);
    const call = await openApi(address, await expectSaid(running, /\b([a-z0-9]{5}(?:-[a-z0-9]{5}){3})\b/));
    const pids = ['record', 'analyze'].map((name) => running.processes(name)[0]!.pid);

    const { cameras, sha256 } = await call<Setup>('GET', '/api/setup');
    const one = cameras.find(({ id }) => id === 'one') as RawCamera & { analysis: object };
    await call('PUT', '/api/setup/cameras', { camera: { ...one, analysis: { ...one.analysis, fps: 4 } }, sha256 });
    const { restarting } = await call<Applied>('POST', '/api/setup/apply');
    expect(restarting).not.toContain('record');
    expect(restarting).not.toContain('analyze');

    await expect.poll(begun, patiently).toEqual({ one: 2, two: 1 });
    expect([sessions('one'), sessions('two')]).toEqual([2, 1]);
    expect(['record', 'analyze'].map((name) => running.processes(name)[0]!.pid)).toEqual(pids);
  });
});

const expectSaid = async (system: RunningSystem, pattern: RegExp): Promise<string> => {
  await expect.poll(() => pattern.exec(system.output())?.[1], patiently).toBeDefined();
  return pattern.exec(system.output())![1]!;
};
