import { expect, test } from 'vitest';
import { isWithin, memoryUse } from './memory-budgets.ts';

test('the most that a process ever held counts, in MB, against what its cameras allow', () => {
  const use = memoryUse([{ analyze: 300, record: 100 }, { analyze: 420, record: 90, ffmpeg: 900 }, { api: 150 }], 6);
  expect(use).toEqual({
    analyze: { mostMB: 440, budgetMB: 422 },
    record: { mostMB: 105, budgetMB: 162 },
    api: { mostMB: 157, budgetMB: 200 },
  });
  expect(isWithin(use)).toBe(false);
});

test('a process that did not run is neither within nor over', () => {
  expect(memoryUse([{ record: 100 }], 1)).toEqual({ record: { mostMB: 105, budgetMB: 152 } });
});
