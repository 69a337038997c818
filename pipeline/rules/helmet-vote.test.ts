import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import type { HeadReading } from '../head-reading.ts';
import { addReading, type HelmetVote, readingWeight, verdictOf } from './helmet-vote.ts';

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
const share = ({ helmet, bare }: HeadReading): number => bare / Math.max(1e-6, helmet + bare);

/** One passage: ten frames in a row, from somewhere in the approach, a tenth of them missed. */
type Passage = { readonly bare: boolean; readonly readings: readonly { ptsMs: number; reading: HeadReading }[] };
const passages = (): readonly Passage[] => {
  const next = random(5);
  return riders.flatMap(({ bare, readings }) =>
    Array.from({ length: 4 }, () => {
      const from = Math.floor(next() * (readings.length - FRAMES + 1));
      return {
        bare,
        readings: readings.slice(from, from + FRAMES).flatMap((recorded, i) => {
          const isMissed = next() < 0.1;
          return recorded && !isMissed ? [{ ptsMs: i * FRAME_MS, reading: toReading(recorded) }] : [];
        }),
      };
    }),
  );
};

/** Answers: how sure of "bare", −1 to 1, its sign the verdict; null abstains. */
type Answer = number | null;
const vote = ({ readings }: Passage): Answer => {
  let sum: HelmetVote | null = null;
  for (const { ptsMs, reading } of readings) sum = addReading(sum, reading, ptsMs);
  const verdict = verdictOf(sum);
  return verdict === 'unsure' ? null : verdict === 'helmet' ? -1 : 1;
};
const bestFrame = ({ readings }: Passage): Answer => {
  const best = [...readings].sort((a, b) => readingWeight(b.reading) - readingWeight(a.reading))[0];
  return best ? 2 * share(best.reading) - 1 : null;
};
const meanOfFrames = ({ readings }: Passage): Answer =>
  readings.length > 0
    ? 2 * (readings.reduce((sum, { reading }) => sum + share(reading), 0) / readings.length) - 1
    : null;

/** Share of wrong verdicts when the method answers for its surest passages, as many as the vote answers for. */
const wrongAt = (method: (passage: Passage) => Answer, count: number): number => {
  const surest = passages()
    .flatMap(({ bare, readings }) => {
      const answer = method({ bare, readings });
      return answer === null ? [] : [{ bare, answer }];
    })
    .sort((a, b) => Math.abs(b.answer) - Math.abs(a.answer))
    .slice(0, count);
  return surest.filter(({ bare, answer }) => answer > 0 !== bare).length / surest.length;
};

describe('the helmet vote', () => {
  const answered = passages().filter((passage) => vote(passage) !== null).length;
  const wrong = {
    vote: wrongAt(vote, answered),
    best: wrongAt(bestFrame, answered),
    mean: wrongAt(meanOfFrames, answered),
  };

  // The plain mean of frames does as well on this material, and abstains from nothing: see the model's card.
  test(`is wrong less often than the best single frame, of equally many passages: ${JSON.stringify(wrong)}`, () => {
    expect(wrong.vote).toBeLessThan(wrong.best - 0.01);
  });

  test(`decides most passages: ${String(answered)} of ${String(passages().length)}`, () => {
    expect(answered / passages().length).toBeGreaterThan(0.5);
  });
});
