import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { environment } from '../../benchmarks/environment.ts';

/** Prints a result and, with `WATCHPOST_OUT`, writes it there. Above the number of cores others worked too. */
export const report = (scenario: string, command: string, result: object): void => {
  const text = `${JSON.stringify(
    { scenario, command, environment: environment(), loadAverage: loadavg()[0], ...result },
    null,
    2,
  )}\n`;
  process.stdout.write(text);
  const out = process.env['WATCHPOST_OUT'];
  if (out) writeFileSync(out, text);
};

export const rounded = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;
