import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPlateReader, type PlateSight, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import { fusePlate, type PlateVerdict } from '../../pipeline/plates/fusion.ts';
import { mulberry32 } from '../../pipeline/random.ts';
import { environment } from '../environment.ts';
import { type CleanPlate, drawnPlate, LOOKS, NEAREST_PX, trackOf } from './plate-track.ts';

/**
 * What many looks at one plate are worth: tracks of plates that come nearer, 12 to 40 px high, blurred, shaken, noisy and
 * compressed, read look by look by the shipped reader and fused; beside the best single look of the same track. `exact` counts
 * the likeliest text, `right` and `wrong` what is shown as a reading, `evidence` what is called sure.
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

type Counts = { exact: number; right: number; wrong: number };

const isRight = (text: string | null | undefined, { symbols }: CleanPlate): boolean =>
  text !== null && text !== undefined && plateSymbols(text) === symbols;

const count = (counts: Counts, { text, candidates }: PlateVerdict, plate: CleanPlate): void => {
  if (isRight(candidates[0]?.text, plate)) counts.exact++;
  if (text !== null) counts[isRight(text, plate) ? 'right' : 'wrong']++;
};

const reader = await openPlateReader();
const scoreOf = async (plates: readonly CleanPlate[]) => {
  const none = (): Counts => ({ exact: 0, right: 0, wrong: 0 });
  const [fused, largestLook, surestLook] = [none(), none(), none()];
  let [evidence, wrongEvidence] = [0, 0];
  for (const plate of plates) {
    const sights: PlateSight[] = [];
    for (const { picture, box } of await trackOf(plate, random)) {
      // One sight a look, as the product takes it.
      const [sight] = await reader.look(picture, box);
      if (sight) sights.push(sight);
    }
    const together = fusePlate(sights);
    const alone = sights.map((sight) => fusePlate([sight]));
    count(fused, together, plate);
    count(largestLook, alone[0]!, plate);
    count(surestLook, [...alone].sort((a, b) => b.confidence - a.confidence)[0]!, plate);
    if (together.grade !== 'evidence') continue;
    evidence++;
    if (!isRight(together.text, plate)) wrongEvidence++;
  }
  const best = Math.max(largestLook.exact, surestLook.exact);
  const gainPoints = Math.round(((fused.exact - best) / plates.length) * 1000) / 10;
  return { tracks: plates.length, fused, largestLook, surestLook, gainPoints, evidence, wrongEvidence };
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
};
await reader.close();
console.log(JSON.stringify(result, null, 2));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
