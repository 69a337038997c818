import { defineConfig } from 'vitest/config';

/**
 * `unit` needs neither network nor servers; `e2e` starts real ones on loopback, one file at a time; `measure` holds what
 * is measured in a browser, by hand (benchmarks/README.md).
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
          name: 'measure',
          include: ['test/measure/**/*.measure.ts'],
          fileParallelism: false,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
