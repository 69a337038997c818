// Takes the pictures of docs/images anew: every page, drawn footage, Vietnamese and English, office screen and phone.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'watchpost-pictures-'));
/** What of the pictures that tests take is kept, and its name; the rest is for looking at while working. */
const KEPT = [
  ['-office-vi-light.png', '.png'],
  ['-office-en-dark.png', '-en.png'],
  ['-phone-vi-light.png', '-phone.png'],
];
const NAMES = { 'fire-incident': 'fire', 'plates-search': 'plates', 'health-channels': 'alert-channels' };
const E2E = ['calibration', 'fire', 'plates', 'quality', 'setup', 'statistics', 'users', 'wall', 'login-provider'];

const run = (project, files) => {
  const args = ['vitest', 'run', '--project', project, ...files];
  const { status } = spawnSync('npx', args, { stdio: 'inherit', env: { ...process.env, WATCHPOST_PICTURES: folder } });
  if (status !== 0) process.exitCode = 1;
};
run('e2e', [...E2E.map((name) => `test/e2e/player-${name}.test.ts`), 'test/e2e/quality-thresholds.test.ts']);
// Last: its wall has pictures, the one of the test above has none.
run('measure', ['test/measure/pictures.measure.ts']);
for (const file of readdirSync(folder)) {
  const [ending, kept] = KEPT.find(([end]) => file.endsWith(end)) ?? [];
  if (!ending) continue;
  const name = file.slice(0, -ending.length);
  copyFileSync(join(folder, file), join('docs/images', `${NAMES[name] ?? name}${kept}`));
}
rmSync(folder, { recursive: true, force: true });
