import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment } from '../environment.ts';
import { runLive } from '../smoke-live.ts';
import { readLabelledPictures, readSmokeMaterial } from '../smoke-material.ts';
import { runScores } from '../smoke-scores.ts';
import { runSequences, sumOf } from '../smoke-sequences.ts';
import { runStanding } from '../smoke-standing.ts';

/**
 * The smoke detector and the rule on real pictures that neither was made with.
 *     node dist/benchmarks/scenarios/smoke.js [--shared ../shared] [--part live|sweep|standing|scores] [--out FILE]
 * `live`: sequences through the whole product (smoke-live.ts); `sweep`: through detector, tracker and rule in this process
 * (smoke-sequences.ts); `standing`: pictures without smoke, by kind (smoke-standing.ts); `scores`: what the detector gives smoke
 * and what is none (smoke-scores.ts). Of a result that is there, parts that are not run are kept.
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env['WATCHPOST_SHARED'] ?? '../shared' },
    out: { type: 'string' },
    part: { type: 'string', default: 'all' },
  },
});
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const shared = resolve(values.shared);
const { views, negatives } = readSmokeMaterial(shared, join(ROOT, 'benchmarks', 'smoke-frames.csv'));

const run = {
  live: async () => sumOf(await runLive(views)),
  sweep: async () => sumOf(await runSequences(views)),
  scores: () => runScores(readLabelledPictures(shared)),
  standing: () => runStanding(negatives),
};
const parts = (Object.keys(run) as (keyof typeof run)[]).filter(
  (part) => values.part === 'all' || values.part === part,
);
if (parts.length === 0) throw new TypeError(`--part is one of ${Object.keys(run).join(', ')}`);

type Kept = { readonly environments?: object };
const kept = values.out && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as Kept) : {};
const measured: Record<string, object> = {};
const environments: Record<string, object> = {};
for (const part of parts) {
  measured[part] = await run[part]();
  environments[part] = environment();
}
const result = { ...kept, scenario: 'smoke', environments: { ...kept.environments, ...environments }, ...measured };
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
