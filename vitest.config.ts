import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const together = JSON.parse(readFileSync(new URL('./test/e2e/together.json', import.meta.url), 'utf8')) as string[];

/** The files of together.json in its order, longest first: none is left to run alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = together.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return found < 0 ? together.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/**
 * `unit` needs neither network nor servers; `e2e` starts real ones on loopback, one file at a time; `together` are those
 * of them that stand others beside them, as they do not measure time; `measure` holds what is measured in a browser, by
 * hand (benchmarks/README.md).
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
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
