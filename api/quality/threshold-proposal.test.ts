import { describe, expect, test } from 'vitest';
import { type Judged, judgeMeasure } from './threshold-proposal.ts';

/** Reproducible numbers in [0, 1) [Park and Miller 1988]. */
const random = (seed: number) => () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;

const drawn = (count: number, draw: (next: () => number) => Judged): readonly Judged[] => {
  const next = random(7);
  return Array.from({ length: count }, () => draw(next));
};
/** Right cases measure 60 to 100, wrong ones 40 to 70. */
const apart = (next: () => number): Judged => {
  const isRight = next() < 0.6;
  return { isRight, value: isRight ? 60 + 40 * next() : 40 + 30 * next() };
};

describe('threshold proposals', () => {
  test('a measure that tells right from wrong gets a threshold that keeps the right cases', () => {
    const { proposal, refusal } = judgeMeasure(drawn(300, apart), 'above');
    expect(refusal).toBeNull();
    expect(proposal!.threshold).toBeGreaterThan(58);
    expect(proposal!.threshold).toBeLessThan(66);
    expect(proposal!.keptRight).toBeGreaterThan(0.9);
    expect(proposal!.keptWrong).toBeLessThan(0.4);
  });

  test('what is promised holds on cases that were never seen', () => {
    const { proposal } = judgeMeasure(drawn(300, apart), 'above');
    const next = random(99);
    const fresh = Array.from({ length: 20_000 }, () => apart(next)).filter(({ value }) => value >= proposal!.threshold);
    const precision = fresh.filter(({ isRight }) => isRight).length / fresh.length;
    expect(precision).toBeGreaterThan(proposal!.interval[0]);
    expect(precision).toBeLessThan(proposal!.interval[1]);
  });

  test('a measure that must stay below its threshold is judged from the other side', () => {
    const mirrored = drawn(300, apart).map(({ value, isRight }) => ({ value: -value, isRight }));
    const [above, below] = [judgeMeasure(drawn(300, apart), 'above'), judgeMeasure(mirrored, 'below')];
    expect(below.proposal?.threshold).toBe(-above.proposal!.threshold);
  });

  test('a measure that says nothing gets no proposal', () => {
    const noise = drawn(300, (next) => ({ isRight: next() < 0.7, value: next() }));
    expect(judgeMeasure(noise, 'above')).toMatchObject({ proposal: null, refusal: 'no-gain' });
  });

  test('too few verdicts, and too few of either kind, are refused by name', () => {
    const cases = drawn(300, apart);
    const right = cases.filter(({ isRight }) => isRight);
    const wrong = cases.filter(({ isRight }) => !isRight);
    expect(judgeMeasure(cases.slice(0, 39), 'above').refusal).toBe('few-verdicts');
    expect(judgeMeasure([...right.slice(0, 50), ...wrong.slice(0, 7)], 'above').refusal).toBe('few-rejected');
    expect(judgeMeasure([...right.slice(0, 7), ...wrong.slice(0, 50)], 'above').refusal).toBe('few-right');
    expect(judgeMeasure([], 'above')).toMatchObject({ bins: [], refusal: 'few-verdicts' });
  });

  test('cases are shown in five parts of equal size by their measure, each with its share of right ones', () => {
    const { bins } = judgeMeasure(drawn(300, apart), 'above');
    expect(bins.map(({ decided }) => decided)).toEqual([60, 60, 60, 60, 60]);
    expect(bins[0]!.right).toBe(0);
    expect(bins[4]!.right).toBe(60);
    expect(bins.every(({ from }, index) => index === 0 || from >= bins[index - 1]!.to)).toBe(true);
  });

  test('a threshold with three digits stays itself', () => {
    const cases = [
      ...Array.from({ length: 60 }, () => ({ value: 0.35, isRight: true })),
      ...Array.from({ length: 60 }, () => ({ value: 0.2, isRight: false })),
    ];
    expect(judgeMeasure(cases, 'above').proposal?.threshold).toBe(0.35);
  });
});
