import { expect, test, vi } from 'vitest';
import { withTimeLimit } from './time-limit.ts';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
  });

test('work that takes too long ends by its signal, and the reason says so', async () => {
  const limited = withTimeLimit(5, new AbortController().signal, untilAborted);
  await expect(limited).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('work ends when the other signal fires, before or while it is done', async () => {
  const stop = new AbortController();
  const limited = withTimeLimit(60_000, stop.signal, untilAborted);
  stop.abort(new Error('shutdown'));
  await expect(limited).rejects.toThrow('shutdown');
  await expect(withTimeLimit(60_000, stop.signal, untilAborted)).rejects.toThrow('shutdown');
});

test('nothing of work that is done stays with a signal that lives on', async () => {
  const { signal } = new AbortController();
  const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  expect(await withTimeLimit(60_000, signal, () => Promise.resolve(7))).toBe(7);
  expect(removed.mock.calls).toEqual(added.mock.calls);
});
