// Reads vitest's JSON reports, names what was skipped, and prints the closing line. Exit 1 when anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [checksFailed = '0', folder = '.'] = process.argv.slice(2);
const totals = { passed: 0, failed: Number(checksFailed), skipped: 0 };
const skipped = [];
let reports = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  reports++;
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  for (const suite of report.testResults) {
    // A file that fails before its first test counts as one failure.
    if (suite.status === 'failed' && suite.assertionResults.every(({ status }) => status !== 'failed')) totals.failed++;
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') totals.passed++;
      else if (status === 'failed') totals.failed++;
      else {
        totals.skipped++;
        skipped.push(fullName);
      }
    }
  }
}
if (reports === 0) totals.failed++;
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((name) => `  - ${name}`).join('\n')}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);
