import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { SeenPlate } from '../../models/joined-plate.ts';
import { openPlateReader, type PlateReader, type PlateSight, readPicture } from '../../models/plate-reader.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { wilson } from '../../pipeline/evaluation/wilson.ts';
import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';
import { fusePlate, type PlateVerdict, weightOf } from '../../pipeline/plates/fusion.ts';
import { mulberry32 } from '../../pipeline/random.ts';
import { MAX_LOOKS } from '../../workers/evidence/plates.ts';
import { cpuNow, cpuSince } from '../cpu.ts';
import { environment } from '../environment.ts';
import { percentile } from '../statistics.ts';
import { type CleanPlate, drawnPlate, LOOKS, NEAREST_PX, trackOf } from './plate-track.ts';

/**
 * What many looks at one plate are worth: tracks of plates that come nearer, the largest look evenly 12 to 40 px high, blurred,
 * shaken, noisy and compressed, read look by look by the shipped reader and fused. Beside it single looks of the same track:
 * `bestFrame` is the one of the best size × sharpness × angle (`weightOf`), known before anything is read, which is what a
 * system without voting would read; `surestLook` the one whose reading is most confident, known when all are read.
 *     node dist/benchmarks/scenarios/plate-voting.js [--tracks 200] [--seed 5] [--out FILE]
 * Plates are drawn, and, where WATCHPOST_SHARED has `data/plate-text`, also taken from real crops of its validation split. A run
 * that was ended goes on with the next track: until its end the tracks lie beside FILE.
 */
const { values } = parseArgs({
  options: {
    tracks: { type: 'string', default: '200' },
    seed: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const tracks = Number(values.tracks);
const seed = Number(values.seed);
const BANDS = [
  [12, 16],
  [16, 20],
  [20, 28],
  [28, 40],
] as const;
/** Tracks after which what was found is written down. */
const PIECE = 5;

const realCrops = (): readonly { readonly file: string; readonly text: string }[] => {
  const folder = join(process.env['WATCHPOST_SHARED'] ?? '../shared', 'data', 'plate-text');
  const index = join(folder, 'index.csv');
  if (!existsSync(index)) return [];
  return parseCsv(readFileSync(index, 'utf8'), index, ['image', 'split', 'text', 'lines'])
    .filter(({ split }) => split === 'val')
    .map(({ image = '', text = '' }) => ({ file: join(folder, image), text }));
};

/** Whether the likeliest text is right, shown or not; what is shown as a reading; whether it is called sure. */
type Outcome = { readonly exact: boolean; readonly shown: 'right' | 'wrong' | null; readonly evidence: boolean };
type TrackResult = {
  readonly kind: 'drawn' | 'real';
  readonly nearestPx: number;
  readonly looksJoined: number;
  readonly joinCpuMs: number;
  readonly outcomes: Readonly<Record<string, Outcome>>;
};

const isRight = (text: string | null | undefined, { symbols }: CleanPlate): boolean =>
  text !== null && text !== undefined && plateSymbols(text) === symbols;

const outcomeOf = ({ text, candidates, grade }: PlateVerdict, plate: CleanPlate): Outcome => ({
  exact: isRight(candidates[0]?.text, plate),
  shown: text === null ? null : isRight(text, plate) ? 'right' : 'wrong',
  evidence: grade === 'evidence',
});

/** The best by a measure. */
const most = <T>(all: readonly T[], of: (each: T) => number): T => [...all].sort((a, b) => of(b) - of(a))[0]!;

const readTrack = async (
  reader: PlateReader,
  plate: CleanPlate,
  nearestPx: number,
  random: () => number,
): Promise<Omit<TrackResult, 'kind'>> => {
  const looks: { readonly sight: PlateSight; readonly seen: SeenPlate }[] = [];
  for (const { picture, box } of await trackOf(plate, nearestPx, random)) {
    // One sight a look, as the product takes it.
    const [sight] = await reader.look(picture, box);
    if (sight) looks.push({ sight, seen: { picture, box, sharpness: sight.sharpness } });
  }
  const voted = async (of: typeof looks) => {
    const sights = of.map(({ sight }) => sight);
    const cpu = cpuNow();
    const joined = await reader.together(of.map(({ seen }) => seen));
    return {
      ...{ joinCpuMs: cpuSince(cpu).ownMs, looksJoined: joined?.joined ?? 1 },
      ...{ alone: fusePlate(sights), with: fusePlate(joined ? [...sights, joined] : sights) },
    };
  };
  const [all, shipped] = [await voted(looks), await voted(looks.slice(0, MAX_LOOKS))];
  const alone = looks.map(({ sight }) => ({ sight, verdict: fusePlate([sight]) }));
  const lines = all.with.lines;
  const verdicts = {
    ...{
      shipped: shipped.with,
      shippedWithoutJoined: shipped.alone,
      allLooks: all.with,
      allLooksWithoutJoined: all.alone,
    },
    bestFrame: most(alone, ({ sight }) => weightOf(sight, lines)).verdict,
    largestLook: most(alone, ({ sight }) => sight.heightPx).verdict,
    sharpestLook: most(alone, ({ sight }) => sight.sharpness).verdict,
    surestLook: most(alone, ({ verdict }) => verdict.confidence).verdict,
  };
  const outcomes = Object.fromEntries(
    Object.entries(verdicts).map(([method, verdict]) => [method, outcomeOf(verdict, plate)]),
  );
  return {
    nearestPx: Math.round(nearestPx * 10) / 10,
    looksJoined: shipped.looksJoined,
    joinCpuMs: shipped.joinCpuMs,
    outcomes,
  };
};

/** In whole numbers, and the share exact with its 95 % interval in per cent. */
const countsOf = (of: readonly TrackResult[]) =>
  Object.fromEntries(
    Object.keys(of[0]?.outcomes ?? {}).map((method) => {
      const all = of.map(({ outcomes }) => outcomes[method]!);
      const count = (fits: (one: Outcome) => boolean): number => all.filter(fits).length;
      const exact = count((one) => one.exact);
      const interval = wilson(exact, all.length);
      const percent = (share: number): number => Math.round(share * 1_000) / 10;
      return [
        method,
        {
          ...{ exact, percent: percent(exact / all.length) },
          interval: interval && [percent(interval.low), percent(interval.high)],
          ...{ right: count((one) => one.shown === 'right'), wrong: count((one) => one.shown === 'wrong') },
          evidence: count((one) => one.evidence),
          wrongEvidence: count((one) => one.evidence && one.shown !== 'right'),
        },
      ];
    }),
  );

/** How many more plates in a hundred are exact, as shipped, than by one look. */
const gainsOf = (of: readonly TrackResult[]) =>
  Object.fromEntries(
    ['bestFrame', 'largestLook', 'surestLook'].map((method) => {
      const more = of.filter(({ outcomes }) => outcomes['shipped']!.exact).length;
      const fewer = of.filter(({ outcomes }) => outcomes[method]!.exact).length;
      return [method, Math.round(((more - fewer) / of.length) * 1_000) / 10];
    }),
  );

const summaryOf = (of: readonly TrackResult[]) => ({
  ...{ tracks: of.length, ...countsOf(of), gainPoints: gainsOf(of) },
  looksJoined: of.reduce((sum, { looksJoined }) => sum + looksJoined, 0) / of.length,
  bands: BANDS.map(([from, to]) => {
    const own = of.filter(({ nearestPx }) => nearestPx >= from && (nearestPx < to || to === NEAREST_PX[1]));
    return {
      px: `${from}–${to}`,
      tracks: own.length,
      ...(own.length > 0 ? { ...countsOf(own), gainPoints: gainsOf(own) } : {}),
    };
  }),
});

const part = values.out === undefined ? null : `${values.out}.tracks`;
const results: TrackResult[] =
  part !== null && existsSync(part) ? (JSON.parse(readFileSync(part, 'utf8')) as TrackResult[]) : [];

const reader = await openPlateReader();
const crops = realCrops().slice(0, tracks);
const wanted = Array.from({ length: Math.max(tracks, crops.length) }, (_, i) => [
  ...(i < tracks ? [{ kind: 'drawn' as const, i }] : []),
  ...(i < crops.length ? [{ kind: 'real' as const, i }] : []),
]).flat();
for (const { kind, i } of wanted.slice(results.length)) {
  // Each track by itself, so that it is the same however far the run before it came.
  const random = mulberry32(seed * 1_000_003 + i * 2 + (kind === 'real' ? 1 : 0));
  const nearestPx = NEAREST_PX[0] + (NEAREST_PX[1] - NEAREST_PX[0]) * random();
  const plate =
    kind === 'drawn'
      ? await drawnPlate(random)
      : { symbols: plateSymbols(crops[i]!.text), picture: await readPicture(crops[i]!.file) };
  results.push({ kind, ...(await readTrack(reader, plate, nearestPx, random)) });
  if (part !== null && results.length % PIECE === 0) writeFileSync(part, JSON.stringify(results));
}
await reader.close();

const joinMs = results.map(({ joinCpuMs }) => joinCpuMs);
const [drawn, real] = (['drawn', 'real'] as const).map((kind) => results.filter((one) => one.kind === kind));
const result = {
  scenario: 'plate-voting',
  environment: environment(),
  ...{ looksATrack: LOOKS, looksShipped: MAX_LOOKS, nearestPx: NEAREST_PX, seed },
  drawn: summaryOf(drawn!),
  ...(real!.length > 0 ? { realCrops: summaryOf(real!) } : {}),
  joinAndReadCpuMs: { p50: percentile(joinMs, 0.5), p95: percentile(joinMs, 0.95) },
};
const text = `${JSON.stringify(result, null, 2)}\n`;
if (values.out === undefined) process.stdout.write(text);
else writeFileSync(values.out, text);
if (part !== null) rmSync(part, { force: true });
