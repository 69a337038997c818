import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PtzAct } from '../../../api/contract/ptz.ts';
import { Turning } from './turning.ts';

const fail = (error: unknown): never => expect.unreachable(String(error));
const LEFT: PtzAct = { act: 'move', pan: -0.4, tilt: 0, zoom: 0 };
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a camera is told to go on while the button is held, and to stop once', async () => {
  const told: string[] = [];
  const turning = new Turning(({ act }) => Promise.resolve(told.push(act)), fail);
  turning.stop();
  turning.start(LEFT);
  await vi.advanceTimersByTimeAsync(5_000);
  turning.stop();
  turning.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['move', 'move', 'move', 'stop']);
});

test('of a camera that does not answer nothing piles up: after the move comes the stop', async () => {
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const turning = new Turning(({ act }) => {
    told.push(act);
    return new Promise<void>((resolve) => answers.push(resolve));
  }, fail);
  turning.start(LEFT);
  await vi.advanceTimersByTimeAsync(30_000);
  turning.stop();
  expect(told).toEqual(['move']);
  answers.pop()!();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual(['move', 'stop']);
});

test('a refusal is told, and the next order goes out all the same', async () => {
  const faults: unknown[] = [];
  const turning = new Turning(
    ({ act }) => (act === 'move' ? Promise.reject(new Error('refused')) : Promise.resolve()),
    (error) => faults.push(error),
  );
  turning.start(LEFT);
  await vi.advanceTimersByTimeAsync(100);
  turning.stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(faults).toEqual([new Error('refused')]);
});
