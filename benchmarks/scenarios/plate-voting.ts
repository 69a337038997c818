import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { Picture } from '../../models/plate-crop.ts';
import { openPlateReader, type PlateSight, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { fusePlate, type PlateVerdict } from '../../pipeline/plates/fusion.ts';
import { mulberry32, randomPlate } from '../../pipeline/plates/reader-simulation.ts';
import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import { environment } from '../environment.ts';

/**
 * What many looks at one plate are worth: tracks of plates that come nearer, from 12 to 40 px high, blurred, shaken, noisy and
 * compressed, read frame by frame by the shipped reader and fused; beside the best single frame of the same track. What is
 * not shown as a reading is neither right nor wrong.
 *     node dist/benchmarks/scenarios/plate-voting.js [--tracks 120] [--out FILE]
 * Plates are drawn with a font that the reader never saw (DejaVu Sans), and, where WATCHPOST_SHARED has `data/plate-text`, also
 * taken from real crops of its validation split.
 */
const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '120' },
    out: { type: 'string' },
  },
});
const tracks = Number(values.tracks);
/** As many as the product looks at, see `planPlates`. */
const FRAMES = 7;
const [LOWEST_PX, HIGHEST_PX] = [12, 40];
const PER_MM = 2;

type Plate = { readonly symbols: string; readonly picture: Picture };
const random = mulberry32(5);
const between = (low: number, high: number): number => low + (high - low) * random();
const gaussian = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());

const drawn = async (): Promise<Plate> => {
  const { symbols, lines } = randomPlate(random);
  const [top = [], bottom = []] = lines;
  const isTwoLine = bottom.length > 0;
  const [width, height] = isTwoLine ? [190 * PER_MM, 140 * PER_MM] : [520 * PER_MM, 110 * PER_MM];
  const rows = isTwoLine
    ? [
        `${top.slice(0, 2).join('')}-${top.slice(2).join('')}`,
        `${bottom.slice(0, 3).join('')}.${bottom.slice(3).join('')}`,
      ]
    : [`${top.slice(0, 3).join('')}-${top.slice(3, 6).join('')}.${top.slice(6).join('')}`];
  const size = isTwoLine ? height * 0.46 : height * 0.8;
  const texts = rows.map((row, line) => {
    const baseline = isTwoLine ? height * (line === 0 ? 0.44 : 0.9) : height * 0.79;
    const pitch = (width * 0.9) / row.length;
    return Array.from(row, (symbol, at) => {
      const x = width * 0.05 + pitch * (at + 0.5);
      return `<text transform="translate(${x} ${baseline}) scale(0.72 1)" text-anchor="middle">${symbol}</text>`;
    }).join('');
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" rx="10" fill="#e8e8e8"/>
    <rect x="6" y="6" width="${width - 12}" height="${height - 12}" rx="8" fill="none" stroke="#222" stroke-width="5"/>
    <g font-family="DejaVu Sans" font-weight="bold" font-size="${size}" fill="#1c1c1c">${texts.join('')}</g></svg>`;
  return { symbols, picture: await readPicture(Buffer.from(svg)) };
};

const realCrops = (): readonly { readonly file: string; readonly text: string }[] => {
  const folder = join(process.env['WATCHPOST_SHARED'] ?? '../shared', 'data', 'plate-text');
  const index = join(folder, 'index.csv');
  if (!existsSync(index)) return [];
  return parseCsv(readFileSync(index, 'utf8'), index, ['image', 'split', 'text', 'lines'])
    .filter(({ split }) => split === 'val')
    .map(({ image = '', text = '' }) => ({ file: join(folder, image), text }));
};

/** One frame of the plate, `heightPx` high on a street's grey, and where it is on it, give or take a detector's pixel. */
const seen = async ({ picture }: Plate, heightPx: number) => {
  const width = Math.round((picture.width / picture.height) * heightPx);
  const height = Math.round(heightPx);
  const [left, top] = [Math.round(width * 0.4), Math.round(height * 0.4)];
  // Drawn larger, turned and moved by parts of a pixel, and only then made small: what a sensor does.
  const fine = 3;
  const scene = await sharp(picture.pixels, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .resize(width * fine, height * fine, { fit: 'fill' })
    .extend({ top: top * fine, bottom: top * fine, left: left * fine, right: left * fine, background: '#6a6a66' })
    .png()
    .toBuffer();
  const turned = await sharp(scene).rotate(between(-4, 4), { background: '#6a6a66' }).png().toBuffer();
  const { width: turnedWidth, height: turnedHeight } = await sharp(turned).metadata();
  const full = { width: (width + 2 * left) * fine, height: (height + 2 * top) * fine };
  const smear = Math.max(1, Math.round(between(0, 2.2) * fine));
  const small = await sharp(turned)
    .extract({
      left: Math.floor((turnedWidth - full.width) / 2),
      top: Math.floor((turnedHeight - full.height) / 2),
      ...full,
    })
    .convolve({
      width: 2 * smear + 1,
      height: 3,
      kernel: [0, 1, 0].flatMap((k) => Array<number>(2 * smear + 1).fill(k)),
    })
    .blur(between(0.4, 1.1) * fine)
    .resize(full.width / fine, full.height / fine, { kernel: 'cubic' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const [light, noise] = [between(0.55, 1.1), between(3, 12)];
  const pixels = Uint8Array.from(small.data, (value) => Math.max(0, Math.min(255, value * light + gaussian() * noise)));
  const jpeg = await sharp(pixels, { raw: { width: small.info.width, height: small.info.height, channels: 3 } })
    .jpeg({ quality: Math.round(between(40, 80)) })
    .toBuffer();
  const off = (): number => gaussian() * 0.04 * height;
  return {
    picture: await readPicture(jpeg),
    box: { x1: left + off(), y1: top + off(), x2: left + width + off(), y2: top + height + off() },
  };
};

const reader = await openPlateReader();
const scoreOf = async (plates: readonly Plate[]) => {
  const none = { right: 0, wrong: 0 };
  const counts = { fused: { ...none }, largestFrame: { ...none }, surestFrame: { ...none } };
  let [evidence, wrongEvidence] = [0, 0];
  const isRight = ({ text }: PlateVerdict, plate: Plate): boolean =>
    text !== null && plateSymbols(text) === plate.symbols;
  for (const plate of plates) {
    const sights: PlateSight[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const heightPx = LOWEST_PX + ((HIGHEST_PX - LOWEST_PX) * frame) / (FRAMES - 1);
      const { picture, box } = await seen(plate, heightPx);
      const [sight] = await reader.look(picture, box);
      if (sight) sights.push(sight);
    }
    const together = fusePlate(sights);
    const alone = sights.map((sight) => fusePlate([sight]));
    const surest = [...alone].sort((a, b) => b.confidence - a.confidence)[0]!;
    for (const [name, verdict] of Object.entries({ fused: together, largestFrame: alone.at(-1)!, surestFrame: surest }))
      if (verdict.text !== null) counts[name as keyof typeof counts][isRight(verdict, plate) ? 'right' : 'wrong']++;
    if (together.grade === 'evidence') evidence++;
    if (together.grade === 'evidence' && !isRight(together, plate)) wrongEvidence++;
  }
  return { tracks: plates.length, ...counts, evidence, wrongEvidence };
};

const plates: Plate[] = [];
for (let i = 0; i < tracks; i++) plates.push(await drawn());
const crops: Plate[] = [];
for (const { file, text } of realCrops().slice(0, tracks))
  crops.push({ symbols: plateSymbols(text), picture: await readPicture(file) });
const result = {
  scenario: 'plate-voting',
  environment: environment(),
  ...{ framesATrack: FRAMES, heightsPx: [LOWEST_PX, HIGHEST_PX] },
  drawn: await scoreOf(plates),
  ...(crops.length > 0 ? { realCrops: await scoreOf(crops) } : {}),
};
await reader.close();
console.log(JSON.stringify(result, null, 2));
if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
