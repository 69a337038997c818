import { expect, test } from 'vitest';
import { BUCKETS_S, Histogram, StageHistograms } from './stage-histograms.ts';

test('a time counts in every bucket whose limit it does not pass, the limit itself included', () => {
  const histogram = new Histogram([0.1, 1, 10]);
  for (const seconds of [0.05, 0.1, 5, 100]) histogram.observe(seconds);
  expect(histogram.data).toEqual({ buckets: [2, 2, 3], sum: 105.15, count: 4 });
});

test('what was read stays as it was while counting goes on', () => {
  const stages = new StageHistograms();
  stages.observe('rules', 2);
  const before = stages.data;
  stages.observe('rules', 2);
  expect([before.rules?.count, stages.data.rules?.count]).toEqual([1, 2]);
  expect(before.rules?.buckets).toEqual(BUCKETS_S.map((limit) => (limit >= 0.002 ? 1 : 0)));
});
