import { expect, test } from 'vitest';
import { isReloadable, isRecordedAlike } from '../pipeline/config-change.ts';
import { parseConfig } from '../pipeline/config.ts';
import { CameraSet } from './camera-set.ts';

const configOf = (fps: { a: number; b: number }, name = 'B') =>
  parseConfig(`version: 1
detectors: { main: { model: road } }
cameras:
  - { id: a, source: { url: rtsp://10.0.0.1/ }, analysis: { detector: main, fps: ${fps.a} } }
  - { id: b, name: ${name}, source: { url: rtsp://10.0.0.2/ }, analysis: { detector: main, fps: ${fps.b} } }
`);

test('a camera that changed starts anew after its old work has ended, and no other does', async () => {
  const said: string[] = [];
  const stop = new AbortController();
  const set = new CameraSet({
    run: async ({ id, analysis }, signal) => {
      said.push(`${id} starts at ${analysis!.fps}`);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      said.push(`${id} ends`);
    },
    isSame: isRecordedAlike,
    onDefect: () => undefined,
    signal: stop.signal,
  });
  const [before, after] = [configOf({ a: 5, b: 5 }), configOf({ a: 5, b: 8 }, 'another')];
  await set.update(before.cameras);
  expect(await set.update(configOf({ a: 5, b: 5 }, 'only the name').cameras)).toEqual([]);
  expect(await set.update(after.cameras)).toEqual(['b']);
  expect(said).toEqual(['a starts at 5', 'b starts at 5', 'b ends', 'b starts at 8']);
  expect(isReloadable(before, after)).toBe(true);
  expect(await set.update(after.cameras.slice(1))).toEqual(['a']);
  stop.abort();
  await set.ended();
  expect(said.slice(4)).toEqual(['a ends', 'b ends']);
});
