import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawOnce } from './draw-once.ts';
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
await drawOnce([import.meta.dirname], join(out, `street-${light}`), (file) => film(junction(light), file));
