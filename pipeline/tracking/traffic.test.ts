import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { filmTraffic } from '../../test/fixtures/traffic/film.ts';
import type { TrafficPlan } from '../../test/fixtures/traffic/plan.ts';
import { queue, swarm } from '../../test/fixtures/traffic/plans.ts';
import { drawTraffic } from '../../test/fixtures/traffic/traffic.ts';
import { TrackerConfig } from '../config/analysis.ts';
import { evaluateMotSequences, type MotScores } from '../evaluation/evaluate-mot.ts';
import type { MotRow } from '../evaluation/mot-text.ts';
import { ByteTracker } from './bytetrack.ts';

/** The tracker's defaults on three drawn scenes, frame times straying, frames lost, some times repeated. */
const score = (plan: (seed: number, durationMs: number) => TrafficPlan, fps: number): MotScores =>
  evaluateMotSequences(
    [21, 22, 23].map((seed) => {
      const camera = { seed, fps, timeJitter: 0.3, dropped: 0.05, repeatedTimes: 0.01 };
      const film = filmTraffic(drawTraffic(plan(seed, 24_000)), camera);
      const tracker = new ByteTracker(Value.Create(TrackerConfig));
      const found: MotRow[] = [];
      const confirmed = new Set<number>();
      film.forEach(({ detections, ptsMs }, index) => {
        for (const { id, box, score, state, observed } of tracker.update(detections, ptsMs)) {
          if (observed) found.push({ frame: index + 1, id, box, score });
          if (state === 'confirmed') confirmed.add(id);
        }
      });
      return {
        truth: film.flatMap(({ truth }, index) =>
          truth.map(({ id, box }): MotRow => ({ frame: index + 1, id, box, score: 1 })),
        ),
        result: found.filter(({ id }) => confirmed.has(id)),
      };
    }),
  );

// Each bar is a point or two below what was measured when it was set.
describe('dense traffic keeps its identities at the rates that are analysed', () => {
  test.each([
    [10, 0.95],
    [5, 0.95],
    [3, 0.93],
  ])('a swarm of motorbikes, over forty in view, at %i frames a second: IDF1 at least %f', (fps, least) => {
    expect(score(swarm, fps).idf1).toBeGreaterThanOrEqual(least);
  });

  test.each([
    [10, 0.95],
    [5, 0.92],
    [3, 0.86],
  ])('a queue that forms at red and starts off at green, at %i frames a second: IDF1 at least %f', (fps, least) => {
    expect(score(queue, fps).idf1).toBeGreaterThanOrEqual(least);
  });
});
