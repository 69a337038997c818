import { Value } from '@sinclair/typebox/value';
import { describe, expect, test } from 'vitest';
import { random } from '../../test/drawn-tracks.ts';
import { TrackerConfig } from '../config/analysis.ts';
import type { Detection } from '../detection.ts';
import type { Track } from '../track.ts';
import { ByteTracker } from './bytetrack.ts';

const CONFIG = Value.Create(TrackerConfig);

/** A thing whose box stands on (x, y); a person is 20 × 50 px, a motorcycle 30 × 60, a car 120 × 80. */
const seen = (className: 'person' | 'motorcycle' | 'car' | 'truck', x: number, y: number, score = 0.9): Detection => {
  const [width, height] = { person: [20, 50], motorcycle: [30, 60], car: [120, 80], truck: [120, 80] }[className] as [
    number,
    number,
  ];
  return { className, score, box: { x1: x - width / 2, y1: y - height, x2: x + width / 2, y2: y } };
};

type Film = readonly { readonly ptsMs: number; readonly detections: readonly Detection[] }[];

/** @param draw what is seen at that second */
const film = (fps: number, seconds: number, draw: (seconds: number) => readonly Detection[]): Film =>
  Array.from({ length: Math.floor(seconds * fps) + 1 }, (_, index) => ({
    ptsMs: (index * 1000) / fps,
    detections: draw(index / fps),
  }));

const follow = (frames: Film, config: TrackerConfig = CONFIG): readonly (readonly Track[])[] => {
  const tracker = new ByteTracker(config);
  return frames.map(({ detections, ptsMs }) => tracker.update(detections, ptsMs));
};
const confirmedIds = (history: readonly (readonly Track[])[]): readonly number[] =>
  [
    ...new Set(history.flatMap((tracks) => tracks.filter(({ state }) => state === 'confirmed').map(({ id }) => id))),
  ].sort((a, b) => a - b);
const nearest = (tracks: readonly Track[], x: number): Track =>
  tracks.toSorted((a, b) => Math.abs((a.box.x1 + a.box.x2) / 2 - x) - Math.abs((b.box.x1 + b.box.x2) / 2 - x))[0]!;

describe('identity', () => {
  test.each([25, 10, 5, 3])('a person who walks across the picture is one track at %i frames a second', (fps) => {
    expect(confirmedIds(follow(film(fps, 6, (s) => [seen('person', 50 + 60 * s, 300)])))).toEqual([1]);
  });

  test.each([25, 10, 5])('two people who cross keep their identities at %i frames a second', (fps) => {
    const history = follow(film(fps, 6, (s) => [seen('person', 50 + 50 * s, 300), seen('person', 350 - 50 * s, 306)]));
    expect(confirmedIds(history)).toEqual([1, 2]);
    expect(nearest(history.at(-1)!, 350).id).toBe(1);
    expect(nearest(history.at(-1)!, 50).id).toBe(2);
  });

  test('a motorcycle that moves twice its width between frames is one track', () => {
    expect(confirmedIds(follow(film(5, 3, (s) => [seen('motorcycle', 50 + 300 * s, 400)])))).toEqual([1]);
  });

  test('a swarm of motorcycles, each half its length behind the other, keeps its identities', () => {
    const places = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => [60 + 45 * (i % 4), 200 + 40 * Math.floor(i / 4) + 9 * (i % 4)]);
    const history = follow(film(5, 4, (s) => places.map(([x, y]) => seen('motorcycle', x! + 30 * s, y! + 100 * s))));
    expect(confirmedIds(history)).toHaveLength(8);
  });

  test('a short time behind a lorry does not make a new track', () => {
    const hidden = (s: number): boolean => s > 2 && s < 3;
    const history = follow(film(10, 5, (s) => (hidden(s) ? [] : [seen('person', 50 + 60 * s, 300)])));
    expect(confirmedIds(history)).toEqual([1]);
    expect(history[25]![0]).toMatchObject({ id: 1, state: 'lost', observed: false });
  });

  test('a car is never continued by a person at the same place', () => {
    const history = follow(film(10, 2, (s) => [s < 1 ? seen('car', 200, 300) : seen('person', 200, 300)]));
    expect(confirmedIds(history)).toEqual([1, 2]);
  });

  test('a car that is taken for a truck now and then stays one track and a car', () => {
    const history = follow(
      film(10, 3, (s) => [seen(Math.round(s * 10) % 4 === 3 ? 'truck' : 'car', 200 + 50 * s, 300)]),
    );
    expect(confirmedIds(history)).toEqual([1]);
    expect(new Set(history.flat().map(({ className }) => className))).toEqual(new Set(['car']));
  });

  test('noise, missed frames and frame gaps of 40 to 400 ms do not break a track', () => {
    const next = random(7);
    const tracker = new ByteTracker(CONFIG);
    const history: (readonly Track[])[] = [];
    for (let ptsMs = 0; ptsMs < 20_000; ptsMs += 40 + 360 * next()) {
      const jitter = (): number => (next() - 0.5) * 4;
      const walker = seen('person', 50 + 0.05 * ptsMs + jitter(), 300 + jitter());
      history.push(tracker.update(next() < 0.1 ? [] : [walker], ptsMs));
    }
    expect(confirmedIds(history)).toEqual([1]);
  });
});

describe('scores', () => {
  test('low scores carry a track through an occlusion', () => {
    const score = (s: number): number => (s > 2 && s < 5 ? 0.15 : 0.9);
    const history = follow(film(10, 7, (s) => [seen('person', 50 + 40 * s, 300, score(s))]));
    expect(confirmedIds(history)).toEqual([1]);
    expect(history[35]![0]).toMatchObject({ state: 'confirmed', observed: true, score: 0.15 });
  });

  test('low scores never start a track', () => {
    const low = Math.min(CONFIG.newTrackScore, CONFIG.highScore) - 0.01;
    expect(follow(film(10, 2, () => [seen('person', 50, 300, low)])).flat()).toEqual([]);
  });

  test('a score that equals the threshold counts', () => {
    const equal = Math.max(CONFIG.newTrackScore, CONFIG.highScore);
    expect(confirmedIds(follow(film(10, 1, () => [seen('person', 50, 300, equal)])))).toEqual([1]);
  });

  test('boxes under the lowest score carry nothing', () => {
    const history = follow(film(10, 4, (s) => [seen('person', 50, 300, s < 1 ? 0.9 : CONFIG.lowScore - 0.01)]));
    expect(history.at(-1)).toEqual([]);
  });
});

describe('time', () => {
  test.each([25, 10, 5, 2])('a lost track is remembered for the same time at %i frames a second', (fps) => {
    const tracker = new ByteTracker({ ...CONFIG, memoryMs: 1_500 });
    for (let index = 0; index <= 2 * fps; index++) tracker.update([seen('person', 50, 300)], (index * 1000) / fps);
    const alive = (afterMs: number): number => tracker.update([], 2_000 + afterMs).length;
    expect([alive(1_000), alive(1_500), alive(1_501)]).toEqual([1, 1, 0]);
  });

  test.each([25, 10, 5])('a track is confirmed after the same time at %i frames a second', (fps) => {
    const history = follow(
      film(fps, 2, () => [seen('person', 50, 300)]),
      { ...CONFIG, confirmMs: 400 },
    );
    const first = history.findIndex((tracks) => tracks[0]?.state === 'confirmed');
    expect((first * 1000) / fps).toBe(400);
  });

  test('a single false box is never confirmed and soon forgotten', () => {
    const history = follow(film(10, 2, (s) => (s === 0 ? [seen('person', 50, 300)] : [])));
    expect(confirmedIds(history)).toEqual([]);
    expect(history[10]).toEqual([]);
  });

  test('times that repeat or go back count as the same instant', () => {
    const tracker = new ByteTracker(CONFIG);
    const times = [0, 125, 125, 250, 240, 375, 500, 500, 625, 600, 750, 875, 1_000];
    const history = times.map((ptsMs, index) => tracker.update([seen('car', 200 + 8 * index, 300)], ptsMs));
    expect(confirmedIds(history)).toEqual([1]);
    for (const { box, velocity, lastObservedPtsMs } of history.flat()) {
      expect([box.x1, box.y1, box.x2, box.y2, velocity.x, velocity.y].every(Number.isFinite)).toBe(true);
      expect(lastObservedPtsMs).toBeLessThanOrEqual(1_000);
    }
    expect(history.at(-1)![0]!.lastObservedPtsMs).toBe(1_000);
  });

  test('velocity is in pixels per second, whatever the rate', () => {
    for (const fps of [25, 5]) {
      const last = follow(film(fps, 4, (s) => [seen('car', 100 + 80 * s, 300 + 20 * s)])).at(-1)![0]!;
      expect(last.velocity.x).toBeCloseTo(80, 0);
      expect(last.velocity.y).toBeCloseTo(20, 0);
    }
  });

  test('empty frames before, between and after are fine', () => {
    const history = follow(film(10, 8, (s) => (s > 2 && s < 4 ? [seen('person', 50 + 40 * s, 300)] : [])));
    expect(confirmedIds(history)).toEqual([1]);
    expect([history[0], history.at(-1)]).toEqual([[], []]);
  });
});

test('the same detections give the same tracks', () => {
  const next = random(3);
  const frames = film(10, 5, () =>
    Array.from({ length: 12 }, () => seen('motorcycle', 600 * next(), 100 + 400 * next(), next())),
  );
  expect(follow(frames)).toEqual(follow(frames));
});

test('identities count from 1 and are never given twice', () => {
  const history = follow(film(10, 12, (s) => (s % 4 < 2 ? [seen('person', 50 + 200 * Math.floor(s / 4), 300)] : [])));
  expect(confirmedIds(history)).toEqual([1, 2, 3]);
});
