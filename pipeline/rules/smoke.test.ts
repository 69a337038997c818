import { describe, expect, test } from 'vitest';
import { ruleConfig } from '../../test/rule-config.ts';
import { eventId } from '../event-id.ts';
import { explain } from '../explanation.ts';
import { distanceM, toPlace } from '../fire/earth.ts';
import { PlumeCourse } from '../fire/plume.ts';
import { azimuthTo, heightOfRayM } from '../fire/terrain.ts';
import type { Box } from '../geometry.ts';
import type { TrackedFrame } from '../track.ts';
import { RuleSet } from './rule-set.ts';
import type { RuleConfig } from './rule-config.ts';

const SIZE = { width: 1920, height: 1080 };
const CADENCE_MS = 30_000;
const DEGREES = 180 / Math.PI;

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

  test('smoke that stands beside a marked kiln and reaches into it is told, and the sentence names the kiln', () => {
    const beside = (index: number): Box => ({ x1: 1300 - 40 * index, y1: 520 - 8 * index, x2: 1390, y2: 600 });
    const [match] = matches(
      [0, 1, 2, 3].map((index) => frame(index, beside(index))),
      { exclusions: ['kiln'] },
    );
    expect(match!.decision.facts['masks']).toBe('kiln');
    expect(explain(match!).vi).toContain('Khói chạm vùng loại trừ “kiln”.');
    expect(matches(growing)[0]!.decision.facts['masks']).toBeUndefined();
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

test('at hours with a prior of their own more or less evidence is asked for', () => {
  // Frames begin at midnight UTC, 08:00 at the site in 1970.
  const frames = Array.from({ length: 20 }, (_, index) => frame(index, plume(index / 3), 'smoke', 0.4));
  const triggerAt = (evidence: number) => {
    const hours = [{ from: '07:00', to: '09:00', evidence }];
    return matches(frames, { hours })[0]?.triggerPtsMs;
  };
  expect(triggerAt(1)).toBeGreaterThan(triggerAt(0)!);
  expect(triggerAt(0)).toBe(matches(frames)[0]?.triggerPtsMs);
});

describe('how plumes stand', () => {
  const told = (frames: readonly TrackedFrame[], extra: Partial<RuleConfig> = {}) => {
    const context = { zones: new Map(), lines: new Map(), frameSize: SIZE, timeZone: 'Asia/Ho_Chi_Minh' };
    const rules = new RuleSet([ruleConfig({ kind: 'smoke', cadenceMs: CADENCE_MS, ...extra })], context);
    return frames.flatMap((one) => {
      rules.step(one);
      return rules.plumes() ?? [];
    });
  };
  const nothing = Array.from({ length: 22 }, (_, index) => frame(8 + index, null));

  test('is told in every frame that counts, from candidate to ended, under the id of its event', () => {
    const reports = told([...growing, ...nothing], where);
    expect(reports.filter(({ isChange }) => isChange).map(({ state, at }) => [state, at])).toEqual([
      ['confirmed', 60_000],
      ['ongoing', 90_000],
      ['ended', 810_000],
    ]);
    expect(reports.slice(0, 2).map(({ state, eventId }) => [state, eventId])).toEqual([
      ['candidate', null],
      ['candidate', null],
    ]);
    const trackIds = [3];
    const ids = {
      cameraId: 'tower',
      sessionId: 's',
      ruleId: ruleConfig({ kind: 'smoke' }).id,
      startPtsMs: 0,
      trackIds,
    };
    expect(new Set(reports.slice(2).map((one) => one.eventId))).toEqual(new Set([eventId(ids)]));
    expect(reports.at(-1)).toMatchObject({ state: 'ended', lastSeenAt: 210_000, sightings: 8 });
    expect(reports[0]!.sight).toMatchObject({ station: { latitude: 10.25, longitude: 104 }, heightM: 380 });
  });

  test('is kept with the case at each change, and once a minute while it goes on', () => {
    const course = new PlumeCourse();
    const kept = told([...growing, ...nothing]).filter((report) => course.pick([report]).length > 0);
    expect(kept.slice(0, 4).map(({ state, at }) => [state, at])).toEqual([
      ['confirmed', 60_000],
      ['ongoing', 90_000],
      ['ongoing', 150_000],
      ['ongoing', 210_000],
    ]);
    expect(kept.at(-1)!.state).toBe('ended');
  });

  test('the danger of the day that somebody said goes before the one of the season, and the decision says whose it is', () => {
    const faint = Array.from({ length: 20 }, (_, index) => frame(index, plume(index / 3), 'smoke', 0.4));
    const on = (level: 1 | 5) => matches(faint.map((one) => ({ ...one, danger: { level, source: 'ranger', at: 0 } })));
    const [low, high] = [on(1)[0]!, on(5)[0]!];
    expect(low.triggerPtsMs).toBeGreaterThan(matches(faint)[0]!.triggerPtsMs);
    expect(high.triggerPtsMs).toBeLessThan(low.triggerPtsMs);
    expect(high.decision.facts).toMatchObject({
      danger: '5',
      dangerFrom: 'ranger',
      dangerAt: '1970-01-01T00:00:00.000Z',
      asked: '1.3 danger-0.6',
    });
    expect(matches(faint)[0]!.decision.facts).toMatchObject({ danger: '3', asked: '1.3' });
  });

  test('a tower that sees the same place is evidence, and the sentence names it', () => {
    const faint = Array.from({ length: 20 }, (_, index) => frame(index, plume(index), 'smoke', 0.36));
    const own = told(faint.slice(0, 1), where)[0]!.sight!;
    const fire = toPlace(
      { east: 6_000 * Math.sin(own.azimuthDeg / DEGREES), north: 6_000 * Math.cos(own.azimuthDeg / DEGREES) },
      own.station,
    );
    const station = toPlace({ east: 5_000, north: 1_000 }, own.station);
    const away = distanceM(station, fire);
    const footM = heightOfRayM(own, 6_000);
    const elevationDeg = Math.atan2(footM - 500 - 0.87 * (away ** 2 / 12_742_000), away) * DEGREES;
    const sight = { station, heightM: 500, azimuthDeg: azimuthTo(station, fire), elevationDeg, sigmaDeg: 0.2 };
    const others = [{ cameraId: 'west', at: 0, evidence: 1, sight }];
    const [alone, together] = [
      matches(faint, where)[0]!,
      matches(
        faint.map((one) => ({ ...one, others })),
        where,
      )[0]!,
    ];
    expect(together.triggerPtsMs).toBeLessThan(alone.triggerPtsMs);
    expect(together.decision.facts['seconders']).toBe('west');
    expect(explain(together).vi).toContain('Camera west cũng thấy ở chỗ đó.');
    expect(explain(alone).vi).not.toContain('cũng thấy');
  });
});

describe('a mast that does not stand as it was calibrated', () => {
  const standing = {
    kind: 'found',
    azimuthDeg: 1.5,
    tiltDeg: -0.4,
    rollDeg: 0,
    errorDeg: 0.02,
    landmarks: 31,
  } as const;
  const told = (mast: TrackedFrame['mast']) => {
    const [match] = matches(
      growing.map((one) => ({ ...one, ...(mast ? { mast } : {}) })),
      where,
    );
    const { decision } = match!;
    const measured = (name: string) => decision.measurements.find((measurement) => measurement.name === name)?.value;
    return { measured, facts: decision.facts, words: explain(match!) };
  };

  test('has its bearing and elevation corrected, and the sentence says by how much', () => {
    const [before, after] = [told(undefined), told(standing)];
    expect(after.measured('azimuth')! - before.measured('azimuth')!).toBeCloseTo(1.5, 1);
    expect(after.measured('elevation')! - before.measured('elevation')!).toBeCloseTo(-0.4, 1);
    expect(after.facts['mast']).toBe('landmarks 31');
    expect(after.words.vi).toContain('Cột camera đã lệch 1,5');
    expect(after.words.en).toContain('The mast has turned by 1.5');
  });

  test('that could not be checked is said so, and what was known before still counts', () => {
    const unsure = { kind: 'unsure', reason: 'few-landmarks' } as const;
    expect(told(unsure).words.en).toContain('Landmarks could not be seen');
    expect(told(unsure).measured('azimuth')).toBe(told(undefined).measured('azimuth'));
    expect(told({ ...unsure, before: standing }).measured('azimuth')).toBe(told(standing).measured('azimuth'));
  });

  test('of which landmarks agree needs no words', () => {
    const still = told({ ...standing, azimuthDeg: 0.01, tiltDeg: 0 });
    expect(still.measured('mastTurned')).toBeUndefined();
    expect(still.words.en).not.toContain('mast');
  });
});
