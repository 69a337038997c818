import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SeenPlate } from '../../models/joined-plate.ts';
import { openPlateReader, type PlateSight, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import { fusePlate, type PlateVerdict } from '../../pipeline/plates/fusion.ts';
import { mulberry32 } from '../../pipeline/random.ts';
import { cpuNow, cpuSince } from '../cpu.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';
import { type CleanPlate, drawnPlate, LOOKS, NEAREST_PX, trackOf } from './plate-track.ts';

/**
 * What many looks at one plate are worth: tracks of plates that come nearer, 12 to 40 px high, blurred, shaken, noisy and
 * compressed, read look by look by the shipped reader and fused, with and without the picture of all looks laid over each
 * other; beside the best single look of the same track, by which is meant the one of the reader's highest confidence
 * (`surestLook`), and beside the largest and the sharpest. `exact` counts the likeliest text, shown or not, `right` and `wrong`
 * what is shown as a reading, `evidence` and `wrongEvidence` what is called sure.
 *     node dist/benchmarks/scenarios/plate-voting.js [--tracks 150] [--seed 5] [--out FILE]
 * Plates are drawn, and, where WATCHPOST_SHARED has `data/plate-text`, also taken from real crops of its validation split.
 */
const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '150' },
    seed: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const tracks = Number(values.tracks);
const random = mulberry32(Number(values.seed));

const realCrops = (): readonly { readonly file: string; readonly text: string }[] => {
  const folder = join(process.env['WATCHPOST_SHARED'] ?? '../shared', 'data', 'plate-text');
  const index = join(folder, 'index.csv');
  if (!existsSync(index)) return [];
  return parseCsv(readFileSync(index, 'utf8'), index, ['image', 'split', 'text', 'lines'])
    .filter(({ split }) => split === 'val')
    .map(({ image = '', text = '' }) => ({ file: join(folder, image), text }));
};

type Counts = { exact: number; right: number; wrong: number; evidence: number; wrongEvidence: number };

const isRight = (text: string | null | undefined, { symbols }: CleanPlate): boolean =>
  text !== null && text !== undefined && plateSymbols(text) === symbols;

const count = (counts: Counts, { text, candidates, grade }: PlateVerdict, plate: CleanPlate): void => {
  if (isRight(candidates[0]?.text, plate)) counts.exact++;
  if (text !== null) counts[isRight(text, plate) ? 'right' : 'wrong']++;
  if (grade !== 'evidence') return;
  counts.evidence++;
  if (!isRight(text, plate)) counts.wrongEvidence++;
};

/** The best by a measure. */
const most = <T>(all: readonly T[], of: (each: T) => number): T | undefined =>
  [...all].sort((a, b) => of(b) - of(a))[0];

const reader = await openPlateReader();
const joinMs: number[] = [];
const scoreOf = async (plates: readonly CleanPlate[]) => {
  const none = (): Counts => ({ exact: 0, right: 0, wrong: 0, evidence: 0, wrongEvidence: 0 });
  const methods = {
    ...{ fused: none(), fusedWithoutJoined: none(), joinedAlone: none() },
    ...{ surestLook: none(), largestLook: none(), sharpestLook: none() },
  };
  const looksJoined: number[] = [];
  for (const plate of plates) {
    const sights: PlateSight[] = [];
    const seen: SeenPlate[] = [];
    for (const { picture, box } of await trackOf(plate, random)) {
      // One sight a look, as the product takes it.
      const [sight] = await reader.look(picture, box);
      if (!sight) continue;
      sights.push(sight);
      seen.push({ picture, box, sharpness: sight.sharpness });
    }
    const cpu = cpuNow();
    const joined = await reader.together(seen);
    joinMs.push(cpuSince(cpu).ownMs);
    looksJoined.push(joined?.joined ?? 1);
    const alone = sights.map((sight) => ({ sight, verdict: fusePlate([sight]) }));
    const surest = most(alone, ({ verdict }) => verdict.confidence)!.verdict;
    count(methods.fused, fusePlate(joined ? [...sights, joined] : sights), plate);
    count(methods.fusedWithoutJoined, fusePlate(sights), plate);
    count(methods.joinedAlone, joined ? fusePlate([joined]) : surest, plate);
    count(methods.surestLook, surest, plate);
    count(methods.largestLook, most(alone, ({ sight }) => sight.heightPx)!.verdict, plate);
    count(methods.sharpestLook, most(alone, ({ sight }) => sight.sharpness)!.verdict, plate);
  }
  const gain = methods.fused.exact - methods.surestLook.exact;
  return {
    ...{ tracks: plates.length, ...methods, gainPoints: Math.round((gain / plates.length) * 1000) / 10 },
    looksJoined: looksJoined.reduce((sum, looks) => sum + looks, 0) / plates.length,
  };
};

const plates: CleanPlate[] = [];
for (let i = 0; i < tracks; i++) plates.push(await drawnPlate(random));
const crops: CleanPlate[] = [];
for (const { file, text } of realCrops().slice(0, tracks))
  crops.push({ symbols: plateSymbols(text), picture: await readPicture(file) });
const result = {
  scenario: 'plate-voting',
  environment: environment(),
  ...{ looksATrack: LOOKS, nearestPx: NEAREST_PX, seed: Number(values.seed) },
  drawn: await scoreOf(plates),
  ...(crops.length > 0 ? { realCrops: await scoreOf(crops) } : {}),
  joinAndReadCpuMs: { p50: percentile(joinMs, 0.5), p95: percentile(joinMs, 0.95) },
};
await reader.close();
console.log(JSON.stringify(result, null, 2));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
