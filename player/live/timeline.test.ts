import { describe, expect, test } from 'vitest';
import type { LiveTrack } from '../../pipeline/live.ts';
import { Timeline } from './timeline.ts';

const car = (id: number, x: number, velocityX = 0): LiveTrack => ({
  id,
  className: 'car',
  score: 0.9,
  box: [x, 0.4, x + 0.1, 0.5],
  velocity: [velocityX, 0],
  alerts: [],
});

/** One car that moves 0.02 of the width per 200 ms, analysed five times a second. */
function drive(times: readonly number[]): Timeline {
  const timeline = new Timeline();
  for (const at of times) timeline.add({ at, tracks: [car(1, at / 10_000, 0.1)] });
  return timeline;
}

describe('Timeline', () => {
  test('a picture between two analysed frames gets the box in between', () => {
    const overlay = drive([1000, 1200, 1400]).overlayAt(1250);
    expect(overlay?.at).toBe(1250);
    expect(overlay?.tracks[0]?.box[0]).toBeCloseTo(0.125, 6);
  });

  test('a picture that was itself analysed gets exactly its boxes', () => {
    expect(drive([1000, 1200, 1400]).overlayAt(1200)?.tracks[0]?.box[0]).toBe(0.12);
  });

  test('ahead of analysis a box goes on with its velocity', () => {
    const timeline = new Timeline();
    timeline.add({ at: 800, tracks: [] });
    timeline.add({ at: 1000, tracks: [car(1, 0.1, 0.1)] });
    expect(timeline.overlayAt(1100)?.tracks[0]?.box[0]).toBeCloseTo(0.11, 6);
  });

  test('no box is drawn more than one and a half intervals after its analysis', () => {
    const timeline = drive([1000, 1200, 1400]);
    expect(timeline.overlayAt(1700)).not.toBeNull();
    expect(timeline.overlayAt(1701)).toBeNull();
  });

  test('no box is carried across a long hole in the analysis', () => {
    const timeline = drive([1000, 1200, 1400, 5000, 5200, 5400]);
    expect(timeline.overlayAt(3000)).toBeNull();
    expect(timeline.overlayAt(1500)).not.toBeNull();
  });

  test('a track that ends is drawn on the half nearer to where it was seen', () => {
    const timeline = new Timeline();
    timeline.add({ at: 1000, tracks: [car(1, 0.1)] });
    timeline.add({ at: 1200, tracks: [car(2, 0.7)] });
    expect(timeline.overlayAt(1080)?.tracks.map((track) => track.id)).toEqual([1]);
    expect(timeline.overlayAt(1120)?.tracks.map((track) => track.id)).toEqual([2]);
  });

  test('frames that arrive out of order are put in order', () => {
    const timeline = drive([1400, 1000, 1200]);
    expect(timeline.overlayAt(1300)?.tracks[0]?.box[0]).toBeCloseTo(0.13, 6);
    expect(timeline.size).toBe(3);
  });

  test('a frame that arrives twice counts once', () => {
    expect(drive([1000, 1000, 1200]).size).toBe(2);
  });

  test('what is older than the kept time is forgotten', () => {
    const timeline = new Timeline(1000);
    for (let at = 0; at <= 5000; at += 200) timeline.add({ at, tracks: [] });
    expect(timeline.size).toBe(6);
    expect(timeline.overlayAt(3000)).toBeNull();
  });

  test('before the first frame there is nothing to draw', () => {
    expect(new Timeline().overlayAt(1000)).toBeNull();
  });

  test('tells of a picture whether the camera itself moved then', () => {
    const timeline = new Timeline();
    for (const at of [1000, 1200, 1400]) timeline.add({ at, tracks: [], viewMoves: at === 1200 });
    expect([900, 1100, 1200, 1399, 1400].map((at) => timeline.isViewMovingAt(at))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});
