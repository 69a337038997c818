import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { decidedShare, HEAD_METHODS, type HeadPassage, riskOf, voteOf } from '../evaluation/helmets.ts';
import type { HeadReading } from '../head-reading.ts';
import { verdictOf, WORTH } from './helmet-vote.ts';

/** [helmet, bare, height px, sharpness] of one crop; null where the model found no head. */
type Recorded = readonly [number, number, number, number] | null;
type Rider = { readonly bare: boolean; readonly readings: readonly Recorded[] };

/** What the shipped model said of heads it was not trained on, each in 16 growing crops: see models/training/rider/readings.py. */
const riders = JSON.parse(
  readFileSync(new URL('../../test/fixtures/traffic/helmet-readings.json', import.meta.url), 'utf8'),
) as readonly Rider[];

const FRAME_MS = 200;
const FRAMES = 10;

const toReading = ([helmet, bare, heightPx, sharpness]: NonNullable<Recorded>): HeadReading => ({
  trackId: 1,
  helmet,
  bare,
  other: 0,
  unsure: Math.max(0, 1 - helmet - bare),
  heightPx,
  sharpness,
});
/** Ten frames in a row, from somewhere in the approach, a tenth of them missed. Of heads on streets about one in ten is bare. */
const next = random(5);
const passages = riders.flatMap(({ bare, readings }, rider) =>
  Array.from({ length: 8 }, (): HeadPassage & { readonly rider: number } => {
    const from = Math.floor(next() * (readings.length - FRAMES + 1));
    const looks = readings.slice(from, from + FRAMES).flatMap((recorded, i) => {
      const isMissed = next() < 0.1;
      return recorded && !isMissed ? [{ ptsMs: i * FRAME_MS, reading: toReading(recorded) }] : [];
    });
    return { rider, bare, weight: bare ? 1 : 9, looks };
  }),
);

/** What the frames that counted say on average. */
const meanOf = (passage: HeadPassage): number | null => {
  const vote = voteOf(passage);
  return vote && vote.weight > 0 ? vote.sum / vote.weight : null;
};

/** The likeliest straight line from that mean to the log-odds of "bare", were half of the heads bare. */
const fitWorth = (of: readonly HeadPassage[]): { readonly slope: number; readonly offset: number } => {
  const seen = of.flatMap((passage) => {
    const mean = meanOf(passage);
    return mean === null ? [] : [{ mean, isBare: passage.bare ? 1 : 0 }];
  });
  let [slope, offset] = [1, 0];
  for (let step = 0; step < 1_000; step++) {
    let [bySlope, byOffset] = [0, 0];
    for (const { mean, isBare } of seen) {
      const off = isBare - 1 / (1 + Math.exp(-slope * mean - offset));
      bySlope += off * mean;
      byOffset += off;
    }
    slope += bySlope / seen.length;
    offset += byOffset / seen.length;
  }
  return { slope, offset };
};

describe('the helmet vote', () => {
  const { vote, bestFrame, meanOfFrames } = HEAD_METHODS;
  const [ours, frame, mean] = [vote, bestFrame, meanOfFrames].map((method) => riskOf(method, passages));
  const percent = (share: number): string => (100 * share).toFixed(1);
  const table = [0.8, 0.9, 0.95, 1].map(
    (share) =>
      `${percent(share)} answered: ${percent(ours!.at(share))} (frame ${percent(frame!.at(share))}, mean ${percent(mean!.at(share))})`,
  );

  test(`is wrong less often than the best frame and the mean of frames where as many are answered: ${table.join('; ')}`, () => {
    expect(ours!.area).toBeLessThan(0.7 * frame!.area);
    expect(ours!.area).toBeLessThan(0.85 * mean!.area);
    for (const share of [0.9, 0.95, 1]) {
      expect(ours!.at(share)).toBeLessThan(frame!.at(share));
      expect(ours!.at(share)).toBeLessThan(mean!.at(share));
    }
  });

  test.each([0, 1])('so it is on heads that its numbers were not fitted on, half %i', (half) => {
    const own = passages.filter(({ rider }) => rider % 2 === half);
    const { slope, offset } = fitWorth(passages.filter(({ rider }) => rider % 2 !== half));
    const fitted = riskOf((passage) => {
      const value = meanOf(passage);
      return value === null ? null : slope * value + offset + Math.log(1 / 9);
    }, own);
    expect(fitted.area).toBeLessThan(0.75 * riskOf(bestFrame, own).area);
    expect(fitted.area).toBeLessThan(0.95 * riskOf(meanOfFrames, own).area);
  });

  test('what it takes the mean of frames to be worth is what all heads together say', () => {
    const { slope, offset } = fitWorth(passages);
    expect(slope).toBeCloseTo(WORTH.slope, 1);
    expect(offset).toBeCloseTo(WORTH.offset, 1);
  });

  test(`accuses nobody who wears a helmet, in ${String(passages.length)} passages`, () => {
    const accused = passages.filter((passage) => ['bare', 'other'].includes(verdictOf(voteOf(passage))));
    expect(accused.length).toBeGreaterThan(200);
    expect(accused.filter(({ bare }) => !bare)).toEqual([]);
  });

  test(`decides most riders on streets: ${percent(decidedShare(passages))} %`, () => {
    expect(decidedShare(passages)).toBeGreaterThan(0.7);
  });
});
