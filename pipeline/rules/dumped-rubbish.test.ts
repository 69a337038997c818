import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { type DrawnThing, withThings } from '../../test/drawn-still.ts';
import { car, type DrawnTrack, filmed, FRAME, person, replay, type Sampling } from '../../test/drawn-tracks.ts';
import { DrawnStreet, type Patch } from '../../test/fixtures/drawn-street.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { CameraPipeline } from '../camera-pipeline.ts';
import { CameraConfig } from '../config/camera.ts';
import type { Box } from '../geometry.ts';
import { DumpedRubbishRule } from './dumped-rubbish.ts';

const corner = {
  id: 'corner',
  corners: [
    { x: 0.1, y: 0.3 },
    { x: 0.9, y: 0.3 },
    { x: 0.9, y: 0.9 },
    { x: 0.1, y: 0.9 },
  ],
};
const rule = (extra: Record<string, unknown> = {}): DumpedRubbishRule =>
  new DumpedRubbishRule(
    ruleConfig({ kind: 'dumped_rubbish', zone: 'corner', minStillMs: 20_000, ...extra }),
    corner,
    FRAME,
  );

/** A bag at the feet of whoever stands at (500, 500). */
const bag = (fromMs: number, toMs = 60_000): DrawnThing => ({
  id: 1,
  box: { x1: 0.5, y1: 0.475, x2: 0.53, y2: 0.5 },
  fromMs,
  toMs,
});
/** Comes, puts something down at 6 s, and goes. */
const leaver = () => person(1).at(0, 100, 500).at(5_000, 500, 500).standsUntil(6_000).at(10_000, 900, 500);
const told = (
  things: readonly DrawnThing[],
  people: readonly DrawnTrack[],
  sampling: Partial<Sampling> = {},
  extra = {},
) => replay(rule(extra), withThings(filmed(people, { fps: 5, untilMs: 50_000, ...sampling }), 'corner', things));

describe('dumped rubbish', () => {
  test('a bag that a person put down and left is told once, with the person and the moment', () => {
    const [match, ...more] = told([bag(6_000)], [leaver()]);
    expect(more).toEqual([]);
    expect(match!.triggerPtsMs).toBe(6_000);
    expect(match!.keyPtsMs.after).toBe(26_000);
    expect(match!.keyPtsMs.before).toBeLessThan(6_000);
    expect(match!.subjects.map(({ className, role }) => [className, role])).toEqual([
      ['person', 'offender'],
      ['object', 'member'],
    ]);
  });

  test('a bag whose owner waits beside it, or comes back for it, is none', () => {
    const waits = person(1).at(0, 100, 500).at(5_000, 500, 500).standsUntil(60_000);
    expect(told([bag(6_000)], [waits])).toEqual([]);
    expect(told([bag(6_000, 20_000)], [leaver()])).toEqual([]);
  });

  test('a thing that came without anybody is none: a shadow, a sign that fell', () => {
    expect(told([bag(6_000)], [])).toEqual([]);
    const farAway = person(1).at(0, 100, 850).at(20_000, 900, 850);
    expect(told([bag(6_000)], [farAway])).toEqual([]);
  });

  test('a load that a car tipped is told with the car', () => {
    const tips = car(4).at(0, 100, 500).at(3_000, 510, 500).standsUntil(6_000).at(8_000, 950, 500);
    expect(told([bag(6_000)], [tips]).map(({ subjects }) => subjects[0]!.className)).toEqual(['car']);
  });

  test('a parked car that the detector no longer finds is no rubbish', () => {
    const parks = car(4).at(0, 100, 500).at(3_000, 500, 500).standsUntil(9_000);
    const itself: DrawnThing = { ...bag(3_000), box: { x1: 0.46, y1: 0.44, x2: 0.54, y2: 0.5 } };
    expect(told([itself], [parks])).toEqual([]);
  });

  test('people who pass by do not put the report off', () => {
    const passers = Array.from({ length: 12 }, (_, index) =>
      person(10 + index)
        .at(10_000 + index * 3_000, 150, 505)
        .at(16_000 + index * 3_000, 850, 505),
    );
    const [match] = told([bag(6_000)], [leaver(), ...passers]);
    expect(match!.subjects[0]!.trackId).toBe(1);
    expect(match!.keyPtsMs.after).toBe(26_000);
  });

  test('at 5, 10 and 25 frames a second, with frames missing, it is the same report', () => {
    const reports = [5, 10, 25].map((fps) => told([bag(6_000)], [leaver()], { fps, dropped: 0.1, jitterPx: 3 }));
    expect(reports.map((found) => found.map(({ triggerPtsMs }) => triggerPtsMs))).toEqual([[6_000], [6_000], [6_000]]);
  });

  test('seen in pictures: a bag thrown down by a passer-by becomes one case', () => {
    const street = new DrawnStreet(5);
    const at = (x: number, y: number, width: number, height: number): Box => ({
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
    });
    const camera = Value.Default(CameraConfig, {
      id: 'c',
      source: { url: 'x' },
      zones: { corner: corner.corners.map(({ x, y }) => [x, y]) },
      rules: [{ id: 'rubbish', kind: 'dumped_rubbish', zone: 'corner', minStillMs: 15_000 }],
    }) as CameraConfig;
    const pipeline = new CameraPipeline({
      camera,
      clock: { sessionId: 's', anchorAt: 0, source: 'given', uncertaintyMs: 0 },
      frameSize: { width: 640, height: 360 },
      provenance: { softwareVersion: '0', configHash: '', models: [] },
      timeZone: 'UTC',
    });
    const events = [];
    for (let ptsMs = 0; ptsMs <= 45_000; ptsMs += 400) {
      // Walks in from 12 s, stands from 15 s to 17 s at x = 150, walks on.
      const x = 30 + 40 * (Math.min(ptsMs, 15_000) / 1000 - 12) + 40 * (Math.max(0, ptsMs - 17_000) / 1000);
      const walker = at(x, 75, 16, 45);
      const isThere = ptsMs >= 12_000 && walker.x2 < 320;
      const patches: Patch[] = ptsMs >= 16_000 ? [{ box: at(152, 108, 12, 12), colour: [235, 235, 240] }] : [];
      if (isThere) patches.push({ box: walker, colour: [160, 60, 40] });
      const { x1, y1, x2, y2 } = walker;
      const seen = { x1: 2 * x1, y1: 2 * y1, x2: 2 * x2, y2: 2 * y2 };
      const detections = isThere ? [{ className: 'person', score: 0.9, box: seen }] : [];
      events.push(...pipeline.push({ ptsMs, capturedAt: ptsMs, ...street.frame({ patches }) }, detections).events);
    }
    expect(events.map(({ kind, subjects }) => [kind, subjects.map(({ className }) => className).join()])).toEqual([
      ['dumped_rubbish', 'person,object'],
    ]);
    // It shows as soon as the person steps aside.
    expect(events[0]!.triggerPtsMs).toBeGreaterThanOrEqual(16_000);
    expect(events[0]!.triggerPtsMs).toBeLessThanOrEqual(18_000);
  });
});
