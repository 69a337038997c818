// Prints the test files that failed in a report of vitest, one a line, when they are few.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** More than these are no accident of timing. */
const MOST = 3;

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative('.', name));
if (failed.length <= MOST) console.log(failed.join('\n'));
