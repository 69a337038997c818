import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Poll } from './poll.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a read that waits is not asked for again; when it is answered reading goes on, until it is closed', async () => {
  const waiting: (() => void)[] = [];
  const poll = new Poll(() => new Promise((resolve) => waiting.push(resolve)), 1_000);
  let hasStarted = false;
  void poll.start().then(() => (hasStarted = true));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([waiting.length, hasStarted]).toEqual([1, false]);
  waiting.pop()!();
  await vi.advanceTimersByTimeAsync(1_500);
  expect([waiting.length, hasStarted]).toEqual([1, true]);
  poll.close();
  waiting.pop()!();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(waiting).toEqual([]);
});
