// Reads vitest's JSON reports, names what was skipped and what needed a second attempt, and prints the closing line.
// NAME-again.json holds the second attempt of files of NAME.json and takes their place. Exit 1 when anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [checksFailed = '0', folder = '.'] = process.argv.slice(2);
const totals = { passed: 0, failed: Number(checksFailed), skipped: 0 };
const skipped = [];
const secondAttempts = [];

const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).testResults;
const hasFailed = ({ status }) => status === 'failed';
const again = new Map(
  names
    .filter((name) => name.endsWith('-again.json'))
    .flatMap(read)
    .map((suite) => [suite.name, suite]),
);
const first = names.filter((name) => !name.endsWith('-again.json')).flatMap(read);

for (const suite of first.map((suite) => again.get(suite.name) ?? suite)) {
  // A file that fails before its first test counts as one failure.
  if (hasFailed(suite) && !suite.assertionResults.some(hasFailed)) totals.failed++;
  for (const { status, fullName } of suite.assertionResults) {
    if (status === 'passed') totals.passed++;
    else if (status === 'failed') totals.failed++;
    else {
      totals.skipped++;
      skipped.push(fullName);
    }
  }
}
for (const suite of first.filter(({ name }) => again.has(name))) {
  const failed = suite.assertionResults.filter(hasFailed).map(({ fullName }) => fullName);
  secondAttempts.push(...(failed.length > 0 ? failed : [`${suite.name} (before its first test)`]));
}
const list = (title, lines) =>
  lines.length > 0 && console.log(`\n${title}\n${lines.map((line) => `  - ${line}`).join('\n')}`);
if (names.length === 0) totals.failed++;
list('Failed at the first attempt, their files were run again:', secondAttempts);
list('Skipped:', skipped);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(totals.failed > 0 ? 1 : 0);
