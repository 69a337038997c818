import { expect, test } from 'vitest';
import { LoadWatch } from './load-watch.ts';

/** Plays seconds of 10 pictures each; every second loses so many. @returns the cause said after each second */
const play = (
  watch: LoadWatch,
  lostEachSecond: readonly number[],
  reason = 'superseded',
  from = 0,
): (string | null)[] => {
  const counts = { received: from * 10, analysed: 0, dropped: { [reason]: 0 } as Record<string, number> };
  return lostEachSecond.map((lost, second) => {
    counts.received += 10;
    counts.dropped[reason] = (counts.dropped[reason] ?? 0) + lost;
    return watch.push(counts, (from + second) * 1_000)?.cause ?? null;
  });
};

test('a camera that loses a third of its pictures for ten seconds is overloaded, with the commonest reason', () => {
  const said = play(new LoadWatch(), Array<number>(15).fill(3));
  expect(said.slice(0, 10)).toEqual(Array(10).fill(null));
  expect(said.slice(10)).toEqual(Array(5).fill('superseded'));
});

test('one second without analysis is no overload', () => {
  expect(play(new LoadWatch(), [...Array<number>(12).fill(0), 9, ...Array<number>(12).fill(0)])).toEqual(
    Array(25).fill(null),
  );
});

test('an overload ends only when nearly every picture is analysed again', () => {
  const said = play(new LoadWatch(), [...Array<number>(12).fill(3), ...Array<number>(12).fill(0)]);
  expect(said[11]).toBe('superseded');
  // Seven seconds after its end the window still holds 9 lost of 100, below what raises but above what clears.
  expect(said[18]).toBe('superseded');
  expect(said.at(-1)).toBeNull();
});

test('a new session starts with a clean record', () => {
  const watch = new LoadWatch();
  play(watch, Array<number>(12).fill(5), 'no-analyzer');
  watch.reset();
  expect(play(watch, [5, 5], 'no-analyzer', 12)).toEqual([null, null]);
});
