import { describe, expect, test } from 'vitest';
import { type DrawnTrack, filmed, FRAME, person, random, replay, type Sampling } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
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
});
