import { describe, expect, test } from 'vitest';
import { filmed, FRAME, motorcycle } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import type { TrackedFrame } from '../track.ts';
import { RuleSet } from './rule-set.ts';

const zone = {
  id: 'lane',
  corners: [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ],
};
const wrongWay = ruleConfig({ kind: 'wrong_way', zone: 'lane', heading: [0, -1] });
const health = ruleConfig({ kind: 'camera_health', minDurationMs: 2_000 });

/** A motorcycle that goes down the picture, against the lane, for six seconds. */
const ghost = filmed([motorcycle(1).at(0, 500, 200).at(6_000, 500, 800)], { fps: 10, untilMs: 6_000 });
const kinds = (frames: readonly TrackedFrame[]): string[] => {
  const rules = new RuleSet([wrongWay, health], {
    zones: new Map([['lane', zone]]),
    lines: new Map(),
    frameSize: FRAME,
    timeZone: 'Asia/Ho_Chi_Minh',
  });
  const found = [...frames.flatMap((frame) => rules.step(frame)), ...rules.finish(6_000)];
  return found.map(({ match }) => match.decision.ruleKind);
};
const moving = (from: number, to: number) =>
  ghost.map((frame) => (frame.ptsMs >= from && frame.ptsMs < to ? { ...frame, viewMoves: true as const } : frame));

describe('the rules of a camera', () => {
  test('nobody is accused by where they are while the camera itself moves', () => {
    expect(kinds(ghost)).toEqual(['wrong_way']);
    expect(kinds(moving(0, 7_000))).toEqual([]);
  });

  test('nor by what was seen before it moved: all must be shown again afterwards', () => {
    expect(kinds(moving(800, 5_500))).toEqual([]);
    expect(kinds(moving(800, 2_000))).toEqual(['wrong_way']);
  });

  test('the camera itself goes on being watched', () => {
    const dark = { brightness: 0, contrast: 0, sharpness: 0, change: 0.01, likeness: null };
    expect(kinds(moving(0, 7_000).map((frame) => ({ ...frame, picture: dark })))).toEqual(['camera_health']);
  });
});
