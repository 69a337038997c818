import { describe, expect, test } from 'vitest';
import { car, type DrawnTrack, filmed, FRAME, motorcycle, replay, truck } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { SignalState } from '../signals/signal.ts';
import { toZones } from '../zone.ts';
import { createRule } from './create-rule.ts';

// No stopping along the right edge; the lane beside it to the left. Traffic goes up the picture.
const zones = toZones({
  kerb: [[0.6, 0], [0.8, 0], [0.8, 1], [0.6, 1]],
  lane: [[0.3, 0], [0.6, 0], [0.6, 1], [0.3, 1]],
}); // prettier-ignore

const run = (
  things: readonly DrawnTrack[],
  {
    extra = {},
    untilMs = 60_000,
    signal = null as ((ptsMs: number) => SignalState) | null,
    jitterPx = 2,
    fps = 5,
  } = {},
) => {
  const config = ruleConfig({ kind: 'illegal_stop', zone: 'kerb', minStopMs: 30_000, ...extra });
  const rule = createRule(config, { zones, lines: new Map(), frameSize: FRAME, timeZone: 'UTC' });
  const frames = filmed(things, { fps, untilMs, jitterPx }).map((frame) => ({
    ...frame,
    ...(signal ? { signals: { main: { state: signal(frame.ptsMs), sincePtsMs: 0, isStartSeen: true } } } : {}),
  }));
  return replay(rule, frames);
};
/** Drives up and stands at y 500 from 2 s on. */
const parks = (id = 1) => car(id).at(0, 700, 900).at(2_000, 700, 500).standsUntil(60_000);
const passing = (id: number, fromMs: number) =>
  car(id)
    .at(fromMs, 450, 990)
    .at(fromMs + 3_000, 450, 10);

describe('illegal stop', () => {
  test('standing for the time is reported once, from its arrival', () => {
    const found = run([parks()]);
    expect(found).toHaveLength(1);
    expect(found[0]!.startPtsMs).toBeGreaterThanOrEqual(1_600);
    expect(found[0]!.startPtsMs).toBeLessThanOrEqual(2_200);
    expect(found[0]!.triggerPtsMs - found[0]!.startPtsMs).toBeGreaterThanOrEqual(30_000);
  });

  test('dropping somebody off, driving through slowly, and standing in the lane beside are silent', () => {
    const drops = car(1).at(0, 700, 900).at(2_000, 700, 500).standsUntil(25_000).at(28_000, 700, 10);
    const crawls = motorcycle(2).at(0, 650, 990).at(60_000, 650, 10);
    const beside = car(3).at(0, 450, 500).standsUntil(60_000);
    expect(run([drops, crawls, beside])).toEqual([]);
  });

  test('a new id after a moment out of sight, as trackers give, is the same stop', () => {
    const found = run([parks().hidden(15_000, 15_600).renamed(15_600, 8)]);
    expect(found).toHaveLength(1);
    expect(found[0]!.triggerPtsMs).toBeLessThan(33_000);
    expect(found[0]!.subjects[0]!.trackId).toBe(8);
  });

  test('a lorry that hides it for some seconds, and a new id after that, do not start the time again', () => {
    const hidden = parks().hidden(15_000, 21_000).renamed(21_000, 8);
    const found = run([hidden]);
    expect(found).toHaveLength(1);
    expect(found[0]!.triggerPtsMs).toBeLessThan(33_000);
    expect(found[0]!.subjects[0]!.trackId).toBe(8);
  });

  test('one vehicle after the other in the same place are two short stops', () => {
    const first = car(1).at(0, 700, 900).at(2_000, 700, 500).standsUntil(20_000).at(22_000, 700, 100);
    const second = car(2).at(21_000, 700, 950).at(24_000, 700, 500).standsUntil(45_000).at(47_000, 700, 100);
    expect(run([first, second])).toEqual([]);
  });

  test('a lorry passing close by does not take the place', () => {
    const lorry = truck(5).at(10_000, 660, 990).at(13_000, 660, 10);
    expect(run([parks(), lorry])).toHaveLength(1);
  });

  test('a second box on the same car is not a second car', () => {
    const double = car(2).at(4_000, 702, 502).standsUntil(60_000);
    expect(run([parks(), double])).toHaveLength(1);
  });

  test('time on red, and time in which the signal cannot be read, does not count', () => {
    const extra = { signal: 'main' };
    expect(run([parks()], { extra, signal: (ptsMs) => (ptsMs < 40_000 ? 'red' : 'green') })).toEqual([]);
    expect(run([parks()], { extra, signal: () => 'unknown' })).toEqual([]);
    expect(run([parks()], { extra, signal: () => 'green' })).toHaveLength(1);
  });

  test('a queue is no stop: time counts only while the lane beside moves', () => {
    const queue = [2, 3, 4].map((id) =>
      car(id)
        .at(0, 450, id * 200)
        .standsUntil(60_000),
    );
    expect(run([parks(), ...queue], { extra: { lane: 'lane' } })).toEqual([]);
    const flow = Array.from({ length: 20 }, (_, index) => passing(10 + index, index * 3_000));
    expect(run([parks(), ...flow], { extra: { lane: 'lane' } })).toHaveLength(1);
  });

  test.each([3, 10, 25])('at %d frames a second the time is the same', (fps) => {
    const [match] = run([parks()], { fps, jitterPx: 0 });
    expect(match!.triggerPtsMs).toBeGreaterThanOrEqual(31_500);
    expect(match!.triggerPtsMs).toBeLessThanOrEqual(32_700);
  });
});
