import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawOnce } from '../street/draw-once.ts';
import { filmHill } from './film.ts';

/**
 * Draws a hillside as the camera of a fire tower sends it, `hill.mp4`, and what is true of it, `hill.json`.
 * Where both are there, drawn by this very program, nothing is done.
 *     node dist/models/hill/main.js --out FOLDER
 */
const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
if (!out) throw new TypeError('usage: main.js --out FOLDER');
await drawOnce([import.meta.dirname, join(import.meta.dirname, '../street')], join(out, 'hill'), filmHill);
