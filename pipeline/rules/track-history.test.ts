import { describe, expect, test } from 'vitest';
import { car, type DrawnTrack, filmed, person } from '../../test/drawn-tracks.ts';
import { groundPoint } from '../geometry.ts';
import { type Histories, toScene } from './track-history.ts';

/** Where the history of each id began, at the end of the film. */
const beginnings = (things: readonly DrawnTrack[], untilMs = 6_000): Readonly<Record<number, number>> => {
  let histories: Histories = new Map();
  for (const frame of filmed(things, { fps: 10, untilMs, jitterPx: 3 })) ({ histories } = toScene(histories, frame));
  return Object.fromEntries(
    [...histories].map(([id, { first }]) => [id, Math.round(groundPoint(first.box).x / 50) * 50]),
  );
};

describe('histories of tracks', () => {
  test('two neighbours that exchange ids keep their own histories', () => {
    const stands = person(1).at(0, 300, 500).standsUntil(6_000).renamed(3_000, 2);
    const comes = person(2).at(0, 600, 500).at(3_000, 350, 500).standsUntil(6_000).renamed(3_000, 1);
    expect(beginnings([stands, comes])).toEqual({ 1: 600, 2: 300 });
  });

  test('two that pass each other and keep their ids are not taken for an exchange', () => {
    const right = person(1).at(0, 200, 500).at(6_000, 800, 500);
    const left = person(2).at(0, 800, 505).at(6_000, 200, 505);
    expect(beginnings([right, left])).toEqual({ 1: 200, 2: 800 });
  });

  test('things of different kinds do not exchange histories', () => {
    const parked = car(1).at(0, 300, 500).standsUntil(6_000).renamed(3_000, 2);
    const walks = person(2).at(0, 600, 500).at(3_000, 360, 500).standsUntil(6_000).renamed(3_000, 1);
    expect(Object.values(beginnings([parked, walks]))).not.toEqual([600, 300]);
  });
});
