import { describe, expect, test } from 'vitest';
import { ruleConfig } from '../../test/rule-config.ts';
import { explain } from '../explanation.ts';
import type { Box } from '../geometry.ts';
import type { TrackedFrame } from '../track.ts';
import { RuleSet } from './rule-set.ts';
import type { RuleConfig } from './rule-config.ts';

const SIZE = { width: 1920, height: 1080 };
const CADENCE_MS = 30_000;

const frame = (index: number, box: Box | null, className = 'smoke', score = 0.7): TrackedFrame => {
  const ptsMs = index * CADENCE_MS;
  const track = (shown: Box) => ({
    id: 1 + index,
    className,
    state: 'tentative' as const,
    box: shown,
    score,
    observed: true,
    velocity: { x: 0, y: 0 },
    firstPtsMs: ptsMs,
    lastObservedPtsMs: ptsMs,
  });
  return {
    cameraId: 'tower',
    sessionId: 's',
    ptsMs,
    capturedAt: ptsMs,
    frameSize: SIZE,
    tracks: box ? [track(box)] : [],
  };
};
const plume = (index: number): Box => ({ x1: 1400, y1: 560 - 8 * index, x2: 1440 + 6 * index, y2: 600 });
const kiln = {
  id: 'kiln',
  corners: [
    [1350, 560],
    [1500, 560],
    [1500, 640],
    [1350, 640],
  ].map(([x, y]) => ({ x: x! / 1920, y: y! / 1080 })),
};

const matches = (frames: readonly TrackedFrame[], extra: Partial<RuleConfig> = {}) => {
  const config = ruleConfig({ kind: 'smoke', cadenceMs: CADENCE_MS, ...extra });
  const context = {
    zones: new Map([[kiln.id, kiln]]),
    lines: new Map(),
    frameSize: SIZE,
    timeZone: 'Asia/Ho_Chi_Minh',
  };
  const rules = new RuleSet([config], context);
  return frames.flatMap((one) => rules.step(one).map(({ match }) => match));
};
const growing = Array.from({ length: 8 }, (_, index) => frame(index, plume(index)));
const where = {
  station: { latitude: 10.25, longitude: 104, heightM: 380 },
  pose: { id: 'north', azimuthDeg: 350, tiltDeg: 0, fieldOfViewDeg: 54, k1: 0, errorDeg: 0.1 },
};

describe('smoke', () => {
  test('a plume at one frame every half minute is one match, in its third frame, though track ids change', () => {
    const found = matches(growing);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ startPtsMs: 0, triggerPtsMs: 60_000, endPtsMs: null });
    expect(found[0]!.decision.ruleKind).toBe('smoke');
  });

  test('its bearing is that of its foot at first sight, with the tower in the facts', () => {
    const { measurements, facts } = matches(growing, where)[0]!.decision;
    // 460 px right of the middle, f = 1884 px.
    const turn = (Math.atan2(460, 960 / Math.tan((27 * Math.PI) / 180)) * 180) / Math.PI;
    expect(measurements.find(({ name }) => name === 'azimuth')!.value).toBeCloseTo((350 + turn) % 360, 1);
    expect(measurements.find(({ name }) => name === 'elevation')!.value).toBeLessThan(0);
    expect(facts).toMatchObject({ pose: 'north', latitude: '10.25', longitude: '104', heightM: '380' });
  });

  test('the sentence tells bearing, frames and evidence in both languages', () => {
    const words = explain(matches(growing, where)[0]!);
    expect(words.vi).toMatch(/^Thấy khói ở phương vị 3,7\d?° ± 0,\d+° trong 3 khung hình \(ngưỡng 3 khung hình\)/);
    expect(words.en).toMatch(/^Smoke was seen at bearing 3\.7\d?° ± 0\.\d+° in 3 frames/);
    expect(explain(matches(growing)[0]!).en).toMatch(/^Smoke was seen on the picture in 3 frames/);
  });

  test('flame is a case of its own kind', () => {
    const burning = Array.from({ length: 4 }, (_, index) => frame(index, plume(index), 'flame'));
    expect(matches(burning)[0]!.decision.ruleKind).toBe('flame');
  });

  test('smoke from the kiln that is marked, other classes and a single frame are silent', () => {
    expect(matches(growing, { exclusions: ['kiln'] })).toEqual([]);
    expect(matches(growing.map(({ ptsMs }) => frame(ptsMs / CADENCE_MS, plume(0), 'truck')))).toEqual([]);
    expect(matches([frame(0, plume(0)), ...[1, 2, 3, 4].map((index) => frame(index, null))])).toEqual([]);
  });
});
