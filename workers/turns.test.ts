import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('the first goes at once, those that come together one after the other, a late one at once again', async () => {
  let now = 1_000;
  const waits: number[] = [];
  const clock = { now: () => now, mono: () => now, sleep: (ms: number) => Promise.resolve(void waits.push(ms)) };
  const turns = new Turns(clock, 40);
  const { signal } = new AbortController();
  for (let camera = 0; camera < 3; camera++) await turns.take(signal);
  now = 5_000;
  await turns.take(signal);
  expect(waits).toEqual([40, 80]);
});
