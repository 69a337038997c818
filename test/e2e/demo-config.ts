import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../shared.ts';

/**
 * Writes the demo's configuration and encodes its clips, which in a run of all tests is done already (scripts/test.sh).
 * @returns the path of the configuration
 */
export const demoConfig = async (mode: 'live' | 'once'): Promise<string> => {
  const cache = process.env['WATCHPOST_TEST_CACHE'] ?? mkdtempSync(join(tmpdir(), 'watchpost-cache-'));
  const { stdout } = await promisify(execFile)('node', ['scripts/demo-config.mjs', mode, cache], { cwd: ROOT });
  return stdout.trim();
};
