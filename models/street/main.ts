import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { film } from './film.ts';
import { junction } from './scenes.ts';

/**
 * Draws the street as a camera would send it, `street-day.mp4`, and what is true of every picture, `street-day.json`.
 * Where both are there, drawn by this very program, nothing is done.
 *     node dist/models/street/main.js --out FOLDER [--light day|dusk]
 */
const { values } = parseArgs({ options: { out: { type: 'string' }, light: { type: 'string', default: 'day' } } });
const { out, light } = values;
if (!out || (light !== 'day' && light !== 'dusk'))
  throw new TypeError('usage: main.js --out FOLDER [--light day|dusk]');

const drawnBy = createHash('sha256');
for (const name of readdirSync(import.meta.dirname).sort())
  if (name.endsWith('.js')) drawnBy.update(readFileSync(join(import.meta.dirname, name)));
const program = drawnBy.digest('hex');

const [clip, truth] = [join(out, `street-${light}.mp4`), join(out, `street-${light}.json`)];
const isThere =
  existsSync(clip) &&
  existsSync(truth) &&
  (JSON.parse(readFileSync(truth, 'utf8')) as { program?: string }).program === program;
if (!isThere) {
  mkdirSync(out, { recursive: true });
  const parts = { clip: join(out, `part-${process.pid}.mp4`), truth: join(out, `part-${process.pid}.json`) };
  writeFileSync(parts.truth, `${JSON.stringify({ program, ...(await film(junction(light), parts.clip)) })}\n`);
  renameSync(parts.clip, clip);
  // Last, and whole: it is what says that both are there.
  renameSync(parts.truth, truth);
}
