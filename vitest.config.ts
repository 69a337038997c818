import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const together = JSON.parse(readFileSync(new URL('./test/e2e/together.json', import.meta.url), 'utf8')) as string[];

/**
 * `unit` needs neither network nor servers; `e2e` starts real ones on loopback, one file at a time; `together` are those
 * of them that stand another one beside them, as they neither measure time nor fill the machine; `measure` holds what is
 * measured in a browser, by hand (benchmarks/README.md).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // No `exclude` here: it would win over the one that scripts/test.sh gives.
          include: [
            '{pipeline,models,workers,api,player,benchmarks,bin}/**/*.test.ts',
            'test/*.test.ts',
            'test/{conformance,fakes,fixtures}/**/*.test.ts',
          ],
          testTimeout: 30_000,
          // None leaves anything behind, and starting a process for each took longer than the tests.
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'together',
          include: together.map((name) => `test/e2e/${name}.test.ts`),
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'measure',
          include: ['test/measure/**/*.measure.ts'],
          fileParallelism: false,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
