import { describe, expect, test } from 'vitest';
import { DrawnTrack, filmed, FRAME, random, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { HeadReading } from '../head-reading.ts';
import { addReading, type HelmetVote, verdictOf } from './helmet-vote.ts';
import { NoHelmetRule } from './no-helmet.ts';
import { RuleSet } from './rule-set.ts';

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

  test('who was told is not told again because the camera was turned', () => {
    const things = [motorbike(), driver(), pillion()];
    const frames = filmed(things, { fps: 10, untilMs: 4_000 }).map((frame) => ({
      ...frame,
      heads: [head(2, HELMET), head(3, BARE)],
      ...(frame.ptsMs >= 1_500 && frame.ptsMs < 2_000 ? { viewMoves: true as const } : {}),
    }));
    const context = { zones: new Map(), lines: new Map(), frameSize: FRAME, timeZone: 'Asia/Ho_Chi_Minh' };
    const rules = new RuleSet([ruleConfig({ kind: 'no_helmet' })], context);
    const told = frames.filter((frame) => rules.step(frame).length > 0).map(({ ptsMs }) => ptsMs);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeLessThan(1_500);
  });

  test('one that creeps along is not taken to stand there with two on it: it has to go its way first', () => {
    const goingTo = (endY: number) => [
      new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 500).at(5_000, 500, endY),
      new DrawnTrack(2, 'person', [40, 100]).at(0, 500, 475).at(5_000, 500, endY - 25),
      new DrawnTrack(3, 'person', [40, 100]).at(0, 505, 455).at(5_000, 505, endY - 45),
    ];
    const looks = { 2: () => BARE, 3: () => HELMET };
    const moved = (things: readonly DrawnTrack[]) => run(things, looks).map(({ decision }) => decision.facts['moved']);
    expect(moved(goingTo(500))).toEqual(['no']);
    expect(moved(goingTo(725))).toEqual(['yes']);
  });

  test('one standing beside a parked motorcycle is no rider', () => {
    const parked = new DrawnTrack(1, 'motorcycle', [60, 100]).at(0, 500, 500).standsUntil(5_000);
    const sits = new DrawnTrack(2, 'person', [40, 100]).at(0, 500, 475).standsUntil(5_000);
    expect(run([parked, sits], { 2: () => BARE })).toEqual([]);
  });

  describe('a machine that stands', () => {
    const stands = (id: number, className: string, size: readonly [number, number], x: number, y: number) =>
      new DrawnTrack(id, className, size).at(0, x, y).standsUntil(5_000);
    const things = [
      stands(1, 'motorcycle', [110, 84], 500, 500),
      stands(2, 'person', [30, 100], 515, 480),
      stands(3, 'person', [30, 100], 480, 470),
    ];

    test('with two on it, the driver in a helmet: the pillion is told, and that it stood', () => {
      const found = run(things, { 2: () => HELMET, 3: () => BARE });
      expect(found).toHaveLength(1);
      // No way was seen that would tell the driver from the pillion.
      expect(found[0]!.decision.facts).toMatchObject({ riders: 'rider-1:helmet rider-2:bare', moved: 'no' });
    });

    test('two who only sit on it, and a pillion whose driver cannot be judged, are left alone', () => {
      expect(run(things, { 2: () => BARE, 3: () => BARE })).toEqual([]);
      expect(run(things, { 3: () => BARE })).toEqual([]);
    });

    test('one that comes and stops keeps the order that its way has shown', () => {
      const comes = [
        new DrawnTrack(1, 'motorcycle', [110, 84]).at(0, 300, 500).at(1_500, 700, 500).standsUntil(5_000),
        new DrawnTrack(2, 'person', [30, 100]).at(0, 285, 470).at(1_500, 685, 470).standsUntil(5_000),
        new DrawnTrack(3, 'person', [30, 100]).at(0, 315, 480).at(1_500, 715, 480).standsUntil(5_000),
      ];
      const [match] = run(comes, { 2: () => BARE, 3: () => HELMET });
      expect(match!.decision.facts).toMatchObject({ riders: 'driver:helmet passenger-1:bare', moved: 'yes' });
    });
  });

  test('people on foot before a thing taken for a motorcycle are no riders', () => {
    const thing = new DrawnTrack(1, 'motorcycle', [60, 90]).at(0, 300, 500).at(5_000, 900, 500);
    const walks = new DrawnTrack(2, 'person', [40, 150]).at(0, 300, 501).at(5_000, 900, 501);
    expect(run([thing, walks], { 2: () => BARE })).toEqual([]);
  });

  test('somebody whose place on the machine changes all the time does not sit on it', () => {
    const thing = new DrawnTrack(1, 'motorcycle', [60, 90]).at(0, 300, 500).at(5_000, 900, 500);
    const strays = new DrawnTrack(2, 'person', [40, 150]);
    for (let step = 0; step <= 50; step++) strays.at(step * 100, 300 + step * 12 + (step % 2 === 0 ? -15 : 15), 480);
    expect(run([thing, strays], { 2: () => BARE })).toEqual([]);
  });

  test('a piece of the machine, boxed once more, takes no rider away from it', () => {
    const machine = new DrawnTrack(1, 'motorcycle', [120, 90]).at(0, 300, 500).at(4_000, 900, 500);
    const rear = new DrawnTrack(4, 'motorcycle', [45, 80], 0.4).at(0, 270, 500).at(4_000, 870, 500);
    const front = new DrawnTrack(2, 'person', [40, 110]).at(0, 310, 480).at(4_000, 910, 480);
    const back = new DrawnTrack(3, 'person', [40, 110]).at(0, 275, 475).at(4_000, 875, 475);
    const found = run([machine, rear, front, back], { 2: () => HELMET, 3: () => BARE });
    expect(found.map(({ subjects }) => subjects.map(({ trackId }) => trackId))).toEqual([[1, 2, 3]]);
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
