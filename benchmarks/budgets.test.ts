import { expect, test } from 'vitest';
import { type Measured, overBudget, ratiosOf } from './budgets.ts';

const spread = (p50: number) => ({ count: 10, p50, p95: p50 * 2, p99: p50 * 3 });
const measured: Measured = {
  step: 5,
  floor: { decodeCpuMs: 2, inferenceMs: spread(40), inferenceCpuMs: 40 },
  run: {
    ...{ cameras: 1, frames: 10, wallMs: 1_000, ownCpuMs: 44, ffmpegCpuMs: 14, openingCpuMs: 90 },
    latencyMs: spread(50),
    stages: {
      ...{ queue: spread(45), preprocess: spread(0.4), inference: spread(42), outputs: spread(2.1) },
      ...{ tracking: spread(0.42), rules: spread(0.21) },
    },
  },
  enqueue: { enqueue: spread(0.6), roundTrip: spread(0.1) },
};

test('every stage is held against its floor, or against inference', () => {
  const ratios = ratiosOf(measured);
  expect(ratios).toMatchObject({ decode: 1.4, pipe: 0.1, inference: 1.05, outputs: 0.05, tracking: 0.01 });
  expect(ratios['enqueue']).toBeCloseTo(6, 9);
  expect(ratios['whole']).toBeCloseTo(58 / 50, 9);
});

test('what is over its budget is named with its ratio', () => {
  const budgets = { decode: { most: 1.3, what: 'decoding' }, inference: { most: 1.1, what: 'runs' } };
  expect(overBudget(ratiosOf(measured), budgets)).toEqual([
    { stage: 'decode', ratio: 1.4, most: 1.3, what: 'decoding' },
  ]);
});

test('a budget whose stage was not measured is over', () => {
  expect(overBudget({}, { rules: { most: 1, what: 'rules' } })).toMatchObject([{ stage: 'rules' }]);
});
