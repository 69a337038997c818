import { describe, expect, test } from 'vitest';
import { DrawnTrack, filmed, FRAME, random, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { HeadReading } from '../head-reading.ts';
import { addReading, type HelmetVote, verdictOf } from './helmet-vote.ts';
import { NoHelmetRule } from './no-helmet.ts';

const motorbike = () => new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 200).at(4_000, 500, 900);
const driver = () => new DrawnTrack(2, 'person', [40, 100]).at(0, 500, 175).at(4_000, 500, 875);
const pillion = () => new DrawnTrack(3, 'person', [40, 100]).at(0, 505, 155).at(4_000, 505, 855);

const head = (trackId: number, looks: Partial<HeadReading>): HeadReading => ({
  trackId,
  helmet: 0.05,
  bare: 0.05,
  other: 0.05,
  unsure: 0.05,
  heightPx: 30,
  sharpness: 1,
  ...looks,
});
const HELMET = { helmet: 0.85 };
const BARE = { bare: 0.85 };

/** @param looks how each person's head looks at a time; null: no reading */
const run = (
  things: readonly DrawnTrack[],
  looks: Readonly<Record<number, (ptsMs: number) => Partial<HeadReading> | null>>,
) =>
  replay(
    new NoHelmetRule(ruleConfig({ kind: 'no_helmet' }), null, FRAME),
    filmed(things, { fps: 10, untilMs: 5_000 }).map((frame) => ({
      ...frame,
      heads: frame.tracks.flatMap(({ id }) => {
        const look = looks[id]?.(frame.ptsMs);
        return look ? [head(id, look)] : [];
      }),
    })),
  );

describe('no helmet', () => {
  test('a bare-headed pillion behind a driver with a helmet: one event that names both', () => {
    const found = run([motorbike(), driver(), pillion()], { 2: () => HELMET, 3: () => BARE });
    expect(found).toHaveLength(1);
    expect(found[0]!.decision.facts['riders']).toBe('driver:helmet passenger-1:bare');
    expect(found[0]!.subjects.map(({ trackId }) => trackId)).toEqual([1, 2, 3]);
  });

  test('helmets on both, and no readings at all, are silent', () => {
    expect(run([motorbike(), driver(), pillion()], { 2: () => HELMET, 3: () => HELMET })).toEqual([]);
    expect(run([motorbike(), driver()], {})).toEqual([]);
  });

  test('a cap is other headwear, not a bare head', () => {
    const [match] = run([motorbike(), driver()], { 2: () => ({ other: 0.85 }) });
    expect(match!.decision.facts['riders']).toBe('driver:other');
  });

  test('heads too small, too blurred or undecided give no verdict', () => {
    expect(run([motorbike(), driver()], { 2: () => ({ ...BARE, heightPx: 14 }) })).toEqual([]);
    expect(run([motorbike(), driver()], { 2: () => ({ ...BARE, sharpness: 0.05 }) })).toEqual([]);
    const divided = (ptsMs: number) => (Math.floor(ptsMs / 100) % 3 === 0 ? HELMET : BARE);
    expect(run([motorbike(), driver()], { 2: divided })).toEqual([]);
  });

  test('the event is placed at the frame that shows the head best', () => {
    const near = (ptsMs: number) => ({ ...BARE, heightPx: ptsMs === 700 ? 60 : 24 });
    const [match] = run([motorbike(), driver()], { 2: near });
    expect(match!.triggerPtsMs).toBe(700);
  });

  test('a motorcycle that leaves the picture right after the verdict is still reported', () => {
    const short = new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 200).at(1_400, 500, 600);
    const rider = new DrawnTrack(2, 'person', [40, 100]).at(0, 500, 175).at(1_400, 500, 575);
    const other = new DrawnTrack(3, 'person', [40, 100]).at(0, 505, 155).at(1_400, 505, 555);
    expect(run([short, rider, other], { 2: () => BARE })).toHaveLength(1);
  });

  test('one standing beside a parked motorcycle is no rider', () => {
    const parked = new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 500).standsUntil(5_000);
    const sits = new DrawnTrack(2, 'person', [40, 100]).at(0, 500, 475).standsUntil(5_000);
    expect(run([parked, sits], { 2: () => BARE })).toEqual([]);
  });

  test('the vote is right more often than the best single frame and than the mean of frames', () => {
    const next = random(5);
    const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    let [vote, single, mean, abstained] = [0, 0, 0, 0];
    const riders = 600;
    for (let rider = 0; rider < riders; rider++) {
      const isBare = next() < 0.5;
      let state: HelmetVote | null = null;
      let sum = 0;
      let best = { score: -1, saysBare: false };
      for (let frame = 0; frame < 20; frame++) {
        // Far heads say hardly anything; near ones are right about three times in four.
        const heightPx = 10 + next() * 26;
        const sharpness = 0.3 + 0.7 * next();
        const clarity = Math.max(0, (heightPx - 14) / 20) * sharpness;
        const logit = (isBare ? 1 : -1) * 2.2 * clarity + 1.2 * normal();
        const bare = 1 / (1 + Math.exp(-2 * logit));
        const reading = head(1, { helmet: 1 - bare, bare, other: 0, unsure: 0, heightPx, sharpness });
        state = addReading(state, reading, frame * 120);
        sum += bare;
        const score = Math.max(bare, 1 - bare);
        if (score > best.score) best = { score, saysBare: bare > 0.5 };
      }
      const verdict = verdictOf(state);
      if (verdict === 'unsure') abstained++;
      else if ((verdict === 'bare') === isBare) vote++;
      if (best.saysBare === isBare) single++;
      if (sum / 20 > 0.5 === isBare) mean++;
    }
    const votePrecision = vote / (riders - abstained);
    expect(abstained).toBeLessThan(riders / 2);
    expect(votePrecision).toBeGreaterThan(mean / riders + 0.005);
    expect(votePrecision).toBeGreaterThan(single / riders + 0.05);
  });
});
