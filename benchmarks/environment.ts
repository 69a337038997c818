import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

const firstLine = (command: string, args: readonly string[]): string => {
  try {
    return (
      execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .split('\n')[0]
        ?.trim() ?? ''
    );
  } catch {
    return 'not installed';
  }
};

/** The machine and versions that a number was measured with; kept with every result. */
export const environment = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  ffmpeg: firstLine('ffmpeg', ['-version']),
  commit: firstLine('git', ['rev-parse', '--short', 'HEAD']),
  measuredAt: new Date().toISOString(),
});
