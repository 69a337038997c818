import { describe, expect, test } from 'vitest';
import type { Clock } from '../pipeline/clock.ts';
import { type Awaited, awaitSource } from './await-source.ts';
import { KNOCK_PATIENCE_MS } from './knock.ts';

/** Time that passes only by being slept through or spent on knocks. */
class SleptClock implements Clock {
  #now = 0;
  now = (): number => this.#now;
  mono = (): number => this.#now;
  sleep = (ms: number): Promise<void> => {
    this.#now += ms;
    return Promise.resolve();
  };
}

/** Waits for a source that answers at some times, and says when it was knocked at and when opened. */
const wait = async (options: {
  readonly answersAt: (ms: number) => boolean;
  readonly pauseMs?: number;
  readonly wasSilent?: boolean;
  readonly random?: number;
  /** How long a knock that is not answered takes. */
  readonly patienceMs?: number;
}): Promise<{ awaited: Awaited; openedAt: number; knocks: number[] }> => {
  const { answersAt, pauseMs = 500, wasSilent = false, random = 0.5, patienceMs = KNOCK_PATIENCE_MS } = options;
  const clock = new SleptClock();
  const knocks: number[] = [];
  const awaited = await awaitSource({
    ...{ pauseMs, wasSilent, clock, random: () => random, signal: new AbortController().signal },
    knock: async () => {
      knocks.push(clock.mono());
      const answers = answersAt(clock.mono());
      if (!answers) await clock.sleep(patienceMs);
      return answers;
    },
  });
  return { awaited, openedAt: clock.mono(), knocks };
};
const RETURN_MS = 30_000;

describe('a source that was silent', () => {
  test.each([
    ['takes connections and says nothing', KNOCK_PATIENCE_MS],
    ['refuses connections', 0],
  ])('and %s is opened within 1.5 s of its return, however long the pause would be', async (_, patienceMs) => {
    const { awaited, openedAt } = await wait({ answersAt: (ms) => ms >= RETURN_MS, pauseMs: 60_000, patienceMs });
    expect(awaited).toBe('returned');
    expect(openedAt - RETURN_MS).toBeLessThanOrEqual(1_500);
  });

  test('and stays so is opened only after 60 s', async () => {
    const { awaited, openedAt } = await wait({ answersAt: () => false });
    expect({ awaited, openedAt: Math.floor(openedAt / 2_000) }).toEqual({ awaited: 'silent', openedAt: 30 });
  });

  test('before the last try already is opened at the first answer', async () => {
    const { awaited, openedAt } = await wait({ answersAt: () => true, pauseMs: 60_000, wasSilent: true });
    expect({ awaited, openedAt }).toEqual({ awaited: 'returned', openedAt: 0 });
  });

  test('is knocked at every 0.4 s, after 15 s once a second, and 250 of them at different times', async () => {
    const early = await wait({ answersAt: () => false, random: 0, patienceMs: 0 });
    const late = await wait({ answersAt: () => false, random: 1, patienceMs: 0 });
    const pauses = ({ knocks }: typeof early): number[] =>
      [1, knocks.length - 2].map((i) => Math.round(knocks[i]! - knocks[i - 1]!));
    expect([early, late].map(pauses)).toEqual([
      [320, 800],
      [480, 1_200],
    ]);
  });
});

describe('a source that answers all along', () => {
  test('has the whole pause: wrong passwords are not tried sooner for the knocks', async () => {
    const { awaited, openedAt } = await wait({ answersAt: () => true, pauseMs: 16_000 });
    expect({ awaited, openedAt }).toEqual({ awaited: 'paused', openedAt: 16_000 });
  });

  test('and falls silent before the pause is over is not opened then', async () => {
    const { awaited, openedAt } = await wait({ answersAt: (ms) => ms < 100 || ms > 9_000, pauseMs: 500 });
    expect(awaited).toBe('returned');
    expect(openedAt).toBeGreaterThan(9_000);
  });
});

test('where nobody can knock, the pause is all', async () => {
  const clock = new SleptClock();
  const { signal } = new AbortController();
  const awaited = await awaitSource({
    ...{ pauseMs: 4_000, wasSilent: false, knock: null, clock, random: Math.random, signal },
  });
  expect({ awaited, openedAt: clock.mono() }).toEqual({ awaited: 'paused', openedAt: 4_000 });
});

test('a process that stops waits no longer', async () => {
  const stop = new AbortController();
  const clock = new SleptClock();
  stop.abort();
  await awaitSource({
    ...{ pauseMs: 4_000, wasSilent: true, clock, random: Math.random, signal: stop.signal },
    knock: () => Promise.resolve(false),
  });
  expect(clock.mono()).toBe(0);
});
