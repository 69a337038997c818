import { describe, expect, test } from 'vitest';
import { chooseWay, waysToTry } from './calibration.ts';

const config = { threads: 0, maxBatch: 4, provider: 'cpu' } as const;
const entry = (dynamicBatch: boolean) => ({
  input: { ...{ width: 8, height: 8, dynamicBatch } } as Parameters<typeof waysToTry>[0]['input'],
});

describe('ways to run a model', () => {
  test('are powers of two up to half of the cores and to the largest batch', () => {
    expect(waysToTry(entry(true), config, 12)).toEqual({ threads: [1, 2, 4, 6], batches: [1, 2, 4] });
    expect(waysToTry(entry(true), { ...config, maxBatch: 6 }, 2)).toEqual({ threads: [1], batches: [1, 2, 4, 6] });
  });

  test('keep to what is configured, and to what the model can', () => {
    expect(waysToTry(entry(false), { ...config, threads: 3 }, 12)).toEqual({ threads: [3], batches: [1] });
    expect(waysToTry(entry(false), { ...config, provider: 'cuda' }, 12)).toEqual({ threads: [1], batches: [1] });
  });

  test('the least processor time wins among those that are fast enough', () => {
    const trials = [
      { threads: 1, batch: 1, msPerFrame: 40, cpuMsPerFrame: 40 },
      { threads: 2, batch: 1, msPerFrame: 22, cpuMsPerFrame: 44 },
      { threads: 4, batch: 1, msPerFrame: 14, cpuMsPerFrame: 56 },
    ];
    expect(chooseWay(trials, 10)).toMatchObject({ threads: 1 });
    expect(chooseWay(trials, 25)).toMatchObject({ threads: 2 });
    expect(chooseWay(trials, 200)).toMatchObject({ threads: 4 });
  });

  test('a larger batch must be worth its delay', () => {
    const trial = (batch: number, cpuMsPerFrame: number) => ({
      threads: 1,
      batch,
      msPerFrame: cpuMsPerFrame,
      cpuMsPerFrame,
    });
    expect(chooseWay([trial(1, 40), trial(2, 39), trial(4, 38.5)], 5)).toMatchObject({ batch: 1 });
    expect(chooseWay([trial(1, 8), trial(2, 5), trial(4, 3)], 5)).toMatchObject({ batch: 4 });
  });
});
