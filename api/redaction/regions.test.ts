import { expect, test } from 'vitest';
import type { LiveFrame, LiveTrack } from '../../pipeline/live.ts';
import { redactionPlan } from './regions.ts';

const track = (id: number, className: string, box: LiveTrack['box']): LiveTrack => ({
  ...{ id, className, box, score: 0.9, velocity: [0, 0], alerts: [] },
});
const frame = (ptsMs: number, ...tracks: LiveTrack[]): LiveFrame => ({
  ...{ cameraId: 'gate', sessionId: 's1', ptsMs, capturedAt: ptsMs, tracks },
});
const rounded = (regions: readonly object[]): unknown =>
  regions.map((region) => Object.values(region).map((value) => Math.round(Number(value) * 1000) / 1000));

test('of people the head is hidden, of other vehicles all, of the subject nothing', () => {
  const at = redactionPlan(
    [
      frame(
        1_000,
        track(1, 'motorcycle', [0.4, 0.4, 0.6, 0.8]),
        track(2, 'person', [0.4, 0.2, 0.6, 0.7]),
        track(3, 'car', [0.7, 0.5, 0.9, 0.7]),
      ),
    ],
    new Set([1, 2]),
  )(1_000);
  expect(rounded(at.heads)).toEqual([[0.38, 0.181, 0.62, 0.409]]);
  expect(rounded(at.vehicles)).toEqual([[0.68, 0.48, 0.92, 0.72]]);
  expect(rounded(at.subjects)).toEqual([[0.4, 0.4, 0.6, 0.8]]);
});

test('between analysed frames the region goes with the vehicle, and stays a little before and after', () => {
  const at = redactionPlan(
    [frame(1_000, track(3, 'car', [0, 0, 0.2, 0.2])), frame(2_000, track(3, 'car', [0.5, 0, 0.7, 0.2]))],
    new Set(),
  );
  const left = (ptsMs: number): unknown => rounded(at(ptsMs).vehicles);
  expect(left(1_500)).toEqual([[0.23, 0, 0.47, 0.22]]);
  expect(left(2_700)).toEqual([[0.48, 0, 0.72, 0.22]]);
  expect([left(100), left(2_900)]).toEqual([[], []]);
});

test('regions end at the edge of the picture', () => {
  const at = redactionPlan([frame(0, track(3, 'bus', [0, 0, 1, 1]))], new Set());
  expect(at(0).vehicles).toEqual([{ x1: 0, y1: 0, x2: 1, y2: 1 }]);
});
