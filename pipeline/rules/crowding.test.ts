import { describe, expect, test } from 'vitest';
import { type DrawnTrack, filmed, FRAME, person, random, replay, type Sampling } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { RuleMatch } from '../event.ts';
import { explain } from '../explanation.ts';
import type { TrackedFrame } from '../track.ts';
import { CrowdingRule } from './crowding.ts';

const square = {
  id: 'square',
  corners: [
    { x: 0.2, y: 0.2 },
    { x: 0.8, y: 0.2 },
    { x: 0.8, y: 0.8 },
    { x: 0.2, y: 0.8 },
  ],
};
const matches = (things: readonly DrawnTrack[], sampling: Partial<Sampling> = {}, extra = {}) =>
  replay(
    new CrowdingRule(
      ruleConfig({
        kind: 'crowding',
        zone: 'square',
        raiseCount: 6,
        raiseMs: 5_000,
        clearMs: 5_000,
        smoothMs: 2_000,
        quietMs: 20_000,
        ...extra,
      }),
      square,
      FRAME,
      'UTC',
    ),
    filmed(things, { fps: 5, untilMs: 60_000, ...sampling }),
  );
const standing = (many: number, fromMs: number, toMs: number, firstId = 1) =>
  Array.from({ length: many }, (_, index) =>
    person(firstId + index)
      .at(fromMs, 250 + index * 50, 500)
      .standsUntil(toMs),
  );

describe('crowding', () => {
  test('six people who stay raise one alarm with all of them', () => {
    const found = matches(standing(6, 0, 60_000));
    expect(found).toHaveLength(1);
    expect(found[0]!.subjects.map(({ trackId }) => trackId)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(found[0]!.decision.measurements[0]).toMatchObject({ name: 'count', value: 6, threshold: 6 });
    expect(found[0]!.decision.facts['series']).toMatch(/^0:6 1:6 2:6/);
  });

  test('five people, or six for a short time, or six outside are silent', () => {
    expect(matches(standing(5, 0, 60_000))).toEqual([]);
    expect(matches(standing(6, 0, 4_000))).toEqual([]);
    expect(
      matches(
        standing(6, 0, 60_000).map((_, index) =>
          person(index + 1)
            .at(0, 250 + index * 50, 900)
            .standsUntil(60_000),
        ),
      ),
    ).toEqual([]);
  });

  test('a count that wavers by one around the threshold raises one alarm, not many', () => {
    const next = random(3);
    const flickering = standing(7, 0, 60_000).map((someone) => {
      for (let second = 0; second < 60; second++)
        if (next() < 0.15) someone.hidden(second * 1_000, second * 1_000 + 900);
      return someone;
    });
    expect(matches(flickering)).toHaveLength(1);
  });

  test('after the crowd has gone and quiet time has passed, a new crowd is a new alarm', () => {
    const twice = [...standing(6, 0, 10_000), ...standing(6, 45_000, 60_000, 11)];
    expect(matches(twice)).toHaveLength(2);
  });

  test('a crowd that comes back within quiet time waits for it to pass', () => {
    const again = [...standing(6, 0, 10_000), ...standing(6, 20_000, 60_000, 11)];
    const found = matches(again);
    expect(found).toHaveLength(2);
    // Cleared about 5 s after everybody had gone at 10 s, quiet for 20 s more.
    expect(found[1]!.triggerPtsMs).toBeGreaterThanOrEqual(35_000);
    expect(found[1]!.triggerPtsMs).toBeLessThanOrEqual(38_000);
  });

  test('posts that the detector takes for people with low scores are no crowd', () => {
    const frames = filmed(standing(6, 0, 60_000), { fps: 5, untilMs: 60_000 }).map((frame) => ({
      ...frame,
      tracks: frame.tracks.map((track) => ({ ...track, score: track.id === 6 ? 0.2 : track.score })),
    }));
    const rule = new CrowdingRule(
      ruleConfig({ kind: 'crowding', zone: 'square', raiseCount: 6, raiseMs: 5_000 }),
      square,
      FRAME,
      'UTC',
    );
    expect(replay(rule, frames)).toEqual([]);
  });

  test('unconfirmed tracks are not people', () => {
    expect(matches(standing(6, 0, 60_000).map((someone) => someone.neverConfirmed()))).toEqual([]);
  });

  test('from 3 to 30 frames a second, with frames missing, the alarm comes at the same time', () => {
    const crowd = standing(6, 3_000, 30_000);
    const [reference] = matches(crowd, { fps: 30, untilMs: 30_000 });
    for (const fps of [3, 5, 10, 25]) {
      const found = matches(crowd, { fps, untilMs: 30_000, dropped: 0.2 });
      expect(found).toHaveLength(1);
      // Confirmation, start and trigger can each fall into a dropped frame.
      expect(Math.abs(found[0]!.triggerPtsMs - reference!.triggerPtsMs)).toBeLessThanOrEqual(3 * (2_000 / fps));
    }
  });

  /** Seen from straight above, 100 px a metre: the square is 6 m × 6 m. */
  const ground = [
    { at: [0, 0], ground: [0, 0] },
    { at: [1, 0], ground: [10, 0] },
    { at: [1, 1], ground: [10, 10] },
    { at: [0, 1], ground: [0, 10] },
  ];
  const measured = (match: RuleMatch, name: string): number | undefined =>
    match.decision.measurements.find((measurement) => measurement.name === name)?.value;
  /** In rows of four, 40 cm apart. */
  const packed = (many: number, fromMs = 0, toMs = 60_000) =>
    Array.from({ length: many }, (_, index) =>
      person(index + 1)
        .at(fromMs, 300 + (index % 4) * 40, 400 + Math.floor(index / 4) * 40)
        .standsUntil(toMs),
    );

  test('on calibrated ground the density is measured, over the area and at its densest spot', () => {
    const [match] = matches(packed(12), {}, { calibration: ground });
    expect(measured(match!, 'area')).toBeCloseTo(36, 1);
    expect(measured(match!, 'density')).toBeCloseTo(12 / 36, 2);
    expect(measured(match!, 'densestSpot')).toBeCloseTo(12 / 9, 2);
    expect(explain(match!).en).toContain('Mean density 0.33 persons/m², at the densest spot 1.33 persons/m².');
  });

  test('seen at a slant, the density is that of the ground and not of the picture', () => {
    // The far edge of the square is 6 m wide as well, on half as many pixels.
    const slanted = [
      { at: [0.35, 0.2], ground: [0, 12] },
      { at: [0.65, 0.2], ground: [6, 12] },
      { at: [0.8, 0.8], ground: [6, 0] },
      { at: [0.2, 0.8], ground: [0, 0] },
    ];
    const trapezium = { id: 'square', corners: slanted.map(({ at }) => ({ x: at[0]!, y: at[1]! })) };
    const rule = new CrowdingRule(
      ruleConfig({ kind: 'crowding', zone: 'square', raiseCount: 6, raiseMs: 5_000, calibration: slanted }),
      trapezium,
      FRAME,
      'UTC',
    );
    const [match] = replay(rule, filmed(packed(9), { fps: 5, untilMs: 20_000 }));
    expect(measured(match!, 'area')).toBeCloseTo(72, 1);
    expect(measured(match!, 'density')).toBe(0.13);
  });

  test('with a density threshold the count alone raises nothing', () => {
    expect(matches(packed(12), {}, { calibration: ground, raiseDensity: 0.4 })).toEqual([]);
    expect(matches(packed(15), {}, { calibration: ground, raiseDensity: 0.4 })).toHaveLength(1);
  });

  test('a critical density is told at once, also over an alarm that stands', () => {
    const grows = [...packed(8), ...packed(20, 30_000).slice(8)];
    const found = matches(grows, {}, { calibration: ground, criticalDensity: 0.5, raiseMs: 10_000 });
    expect(found.map(({ decision }) => decision.facts['level'])).toEqual(['raised', 'critical']);
    expect(found[1]!.triggerPtsMs).toBeGreaterThanOrEqual(30_000);
    // Half the smoothing window, and confirmation.
    expect(found[1]!.triggerPtsMs).toBeLessThanOrEqual(32_000);
  });

  test('densities without a calibration, and a zone beyond its horizon, are refused', () => {
    expect(() => matches([], {}, { raiseDensity: 1 })).toThrow(/need `calibration`/);
    const steep = [
      { at: [0.4, 0.5], ground: [0, 60] },
      { at: [0.6, 0.5], ground: [10, 60] },
      { at: [1, 1], ground: [10, 0] },
      { at: [0, 1], ground: [0, 0] },
    ];
    expect(() => matches([], {}, { calibration: steep })).toThrow(/beyond the horizon/);
  });

  test('what is usual at this hour can be given: a market is no crowd in the morning', () => {
    const usualByHour = Array.from({ length: 24 }, (_, hour) => (hour === 7 ? 6 : 1));
    const at = (hour: number) => matches(standing(10, 0, 60_000), { anchorAt: hour * 3_600_000 }, { usualByHour, raiseRatio: 3 }); // prettier-ignore
    expect(at(7)).toEqual([]);
    const [match] = at(15);
    expect(measured(match!, 'timesUsual')).toBe(10);
    expect(explain(match!).vi).toContain('Gấp 10 lần mức thường ngày vào giờ này là 1 người (ngưỡng 3 lần)');
  });

  test('what is usual is learnt hour by hour from the days before', () => {
    // Twelve people from 7:00 to 7:30 on two days; on the third day at 7 and at 9.
    const HOUR = 3_600_000;
    const crowdAt = (day: number, hour: number): readonly TrackedFrame[] =>
      filmed(standing(12, 0, HOUR / 2, day * 100 + hour * 20 + 1), { fps: 0.5, untilMs: HOUR / 2 }).map((frame) => ({
        ...frame,
        ptsMs: (day * 24 + hour) * HOUR + frame.ptsMs,
        capturedAt: (day * 24 + hour) * HOUR + frame.ptsMs,
        tracks: frame.tracks.map((track) => ({
          ...track,
          lastObservedPtsMs: (day * 24 + hour) * HOUR + frame.ptsMs,
        })),
      }));
    const nobodyAt = (day: number, hour: number): readonly TrackedFrame[] =>
      crowdAt(day, hour).map((frame) => ({ ...frame, tracks: [] }));
    const days = [
      ...[0, 1].flatMap((day) => [...crowdAt(day, 7), ...nobodyAt(day, 9)]),
      ...[...crowdAt(2, 7), ...crowdAt(2, 9)],
    ];
    const rule = new CrowdingRule(
      ruleConfig({ kind: 'crowding', zone: 'square', raiseCount: 6, raiseRatio: 2, quietMs: 0 }),
      square,
      FRAME,
      'UTC',
    );
    const found = replay(rule, days).map(({ triggerPtsMs }) => Math.floor(triggerPtsMs / HOUR));
    // Nothing was known on the first day; on the third, nine o'clock is unusual.
    expect(found).toEqual([7, 48 + 9]);
  });
});
