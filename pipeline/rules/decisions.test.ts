import { describe, expect, test } from 'vitest';
import { withThings } from '../../test/drawn-still.ts';
import { car, DrawnTrack, filmed, FRAME, motorcycle, person, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { type Measurement, RULE_KINDS, type RuleMatch } from '../event.ts';
import { explain } from '../explanation.ts';
import type { TrackedFrame } from '../track.ts';
import { toLines, toZones } from '../zone.ts';
import { createRule } from './create-rule.ts';
import type { RuleConfig } from './rule-config.ts';

const context = {
  zones: toZones({ all: [[0, 0], [1, 0], [1, 1], [0, 1]], far: [[0, 0], [1, 0], [1, 0.4], [0, 0.4]] }), // prettier-ignore
  lines: toLines({ stop: [[1, 0.6], [0, 0.6]] }), // prettier-ignore
  frameSize: FRAME,
  timeZone: 'Asia/Ho_Chi_Minh',
};
const calibration = [
  { at: [0, 0], ground: [0, 0] },
  { at: [1, 0], ground: [50, 0] },
  { at: [1, 1], ground: [50, 50] },
  { at: [0, 1], ground: [0, 50] },
];
const film = (things: readonly DrawnTrack[], untilMs = 20_000, fps = 10): readonly TrackedFrame[] =>
  filmed(things, { fps, untilMs });
const atRed = (frames: readonly TrackedFrame[]): readonly TrackedFrame[] =>
  frames.map((frame) => ({ ...frame, signals: { main: { state: 'red', sincePtsMs: -5_000, isStartSeen: true } } }));
/** Away from the viewer, over the line at 2 s. */
const drives = () => car(1).at(0, 500, 800).at(2_000, 500, 600);
const people = (many: number) =>
  Array.from({ length: many }, (_, index) => person(index + 1).at(0, 200 + index * 60, 500).standsUntil(20_000)); // prettier-ignore
/** Seen from the side, with three on it. */
const loaded = () => [
  new DrawnTrack(1, 'motorcycle', [110, 84]).at(0, 100, 500).at(4_000, 900, 500),
  ...[0, 1, 2].map((seat) =>
    new DrawnTrack(2 + seat, 'person', [26, 62])
      .at(0, 125 - seat * 25, 450 - seat * 3)
      .at(4_000, 925 - seat * 25, 450 - seat * 3),
  ),
];
const bareHeaded = (frames: readonly TrackedFrame[]): readonly TrackedFrame[] =>
  frames.map((frame) => ({
    ...frame,
    heads: frame.tracks
      .filter(({ className }) => className === 'person')
      .map(({ id }) => ({ ...{ trackId: id, helmet: 0.1, bare: 0.85, other: 0, unsure: 0.05 }, heightPx: 30, sharpness: 0.9 })), // prettier-ignore
  }));
const bag = { id: 1, box: { x1: 0.5, y1: 0.475, x2: 0.53, y2: 0.5 }, fromMs: 6_000, toMs: 60_000 };
const leaver = () => person(1).at(0, 100, 500).at(5_000, 500, 500).standsUntil(6_000).at(10_000, 900, 500);
const picture = { brightness: 0.4, contrast: 0.2, sharpness: 0.2, change: 0, likeness: null };

/** For every rule a scene in which it must speak. */
const SCENES: readonly (readonly [RuleConfig, readonly TrackedFrame[]])[] = [
  [ruleConfig({ kind: 'wrong_way', zone: 'all', heading: [0, 1] }), film([motorcycle(1).at(0, 500, 900).at(5_000, 500, 200)])], // prettier-ignore
  [ruleConfig({ kind: 'wrong_lane', zone: 'all', forbidden: ['car'] }), film([drives()])],
  [ruleConfig({ kind: 'pavement_riding', zone: 'all' }), film([motorcycle(1).at(0, 500, 900).at(5_000, 500, 200)])],
  [ruleConfig({ kind: 'crowding', zone: 'all', raiseCount: 6, raiseMs: 5_000, calibration, raiseRatio: 2, usualByHour: Array.from({ length: 24 }, () => 2) }), film(people(8))], // prettier-ignore
  [ruleConfig({ kind: 'line_count', line: 'stop' }), film([drives().at(4_000, 500, 300)])],
  [ruleConfig({ kind: 'red_light', line: 'stop', direction: 'in', signal: 'main', zone: 'far' }), atRed(film([drives().at(5_000, 500, 300)]))], // prettier-ignore
  [ruleConfig({ kind: 'stop_line', line: 'stop', direction: 'in', signal: 'main', zone: 'far' }), atRed(film([drives().at(2_500, 500, 550).standsUntil(9_000)]))], // prettier-ignore
  [ruleConfig({ kind: 'illegal_stop', zone: 'all', minStopMs: 5_000 }), film([drives().standsUntil(15_000)])],
  [ruleConfig({ kind: 'loitering', zone: 'all', minDwellMs: 5_000 }), film(people(1))],
  [ruleConfig({ kind: 'speed', calibration, limitKmh: 30 }), film([car(1).at(0, 0, 500).at(3_000, 1_000, 500)])],
  [ruleConfig({ kind: 'camera_health', minDurationMs: 5_000 }), film([]).map((frame) => ({ ...frame, picture }))],
  [ruleConfig({ kind: 'too_many_riders' }), film(loaded())],
  [ruleConfig({ kind: 'no_helmet' }), bareHeaded(film(loaded()))],
  [ruleConfig({ kind: 'smoke' }), film([new DrawnTrack(1, 'smoke', [80, 80]).at(0, 500, 300).standsUntil(200_000)], 200_000, 0.1)], // prettier-ignore
  [ruleConfig({ kind: 'dumped_rubbish', zone: 'all', minStillMs: 10_000, awayMs: 3_000 }), withThings(film([leaver()]), 'all', [bag])], // prettier-ignore
  [ruleConfig({ kind: 'encroachment', zone: 'all', minStandMs: 10_000 }), withThings(film([]), 'all', [bag])],
];
const first = ([config, frames]: (typeof SCENES)[number]): RuleMatch | undefined =>
  replay(createRule(config, context), frames)[0];

const holds = ({ value, threshold, comparison }: Measurement): boolean => {
  switch (comparison) {
    case '>=':
      return value >= threshold!;
    case '>':
      return value > threshold!;
    case '<=':
      return value <= threshold!;
    case '<':
      return value < threshold!;
    case '=':
      return value === threshold;
    default:
      return threshold === undefined;
  }
};

describe('every rule explains itself', () => {
  test('there is a scene for each kind of rule; flame is told by the smoke rule', () => {
    expect([...SCENES.map(([{ kind }]) => kind), 'flame'].sort()).toEqual([...RULE_KINDS].sort());
  });

  test.each(SCENES.map((scene) => [scene[0].kind, scene] as const))(
    '%s: version, geometry and measured values that meet their thresholds',
    (kind, scene) => {
      const { decision } = first(scene)!;
      expect(decision).toMatchObject({ ruleId: 'r', ruleKind: kind });
      expect(decision.ruleVersion).toMatch(/^\d+$/);
      expect(decision.geometryHash).toMatch(/^[0-9a-f]{64}$/);
      expect(decision.measurements.length).toBeGreaterThan(0);
      for (const measurement of decision.measurements) {
        expect(Number.isFinite(measurement.value), measurement.name).toBe(true);
        expect(typeof measurement.unit).toBe('string');
        expect(holds(measurement), JSON.stringify(measurement)).toBe(true);
      }
      if ('calibration' in scene[0]) expect(decision.facts['calibration']).toMatch(/^[0-9a-f]{12}$/);
      // A count has nothing to be held against.
      const isJudged = decision.measurements.some(({ threshold }) => threshold !== undefined);
      expect(isJudged).toBe(kind !== 'line_count');
    },
  );

  test.each(SCENES.map((scene) => [scene[0].kind, scene] as const))(
    '%s: a Vietnamese and an English sentence without a gap',
    (_kind, scene) => {
      const { vi, en } = explain(first(scene)!);
      for (const sentence of [vi, en]) {
        expect(sentence).toMatch(/^[\p{Lu}\d].*\.$/u);
        expect(sentence).not.toMatch(/\?|undefined|NaN/);
      }
      expect(vi).not.toBe(en);
    },
  );

  test.each(SCENES.map((scene) => [scene[0].kind, scene] as const))(
    '%s: other geometry is another hash',
    (kind, scene) => {
      const zones = new Map([...context.zones].map(([id, zone]) => [id, { ...zone, corners: zone.corners.map(({ x, y }) => ({ x: x * 0.999, y })) }])); // prettier-ignore
      const lines = toLines({ stop: [[1, 0.601], [0, 0.6]] }); // prettier-ignore
      const config = 'calibration' in scene[0] ? { ...scene[0], calibration: scene[0].calibration.map(({ at, ground }) => ({ at, ground: [ground[0] * 1.001, ground[1]] as [number, number] })) } : scene[0]; // prettier-ignore
      const other = replay(createRule(config, { ...context, zones, lines }), scene[1])[0]!;
      // Rules on the whole picture have no geometry of their own.
      const isWhole = ['camera_health', 'too_many_riders', 'no_helmet', 'smoke'].includes(kind);
      expect(other.decision.geometryHash === first(scene)!.decision.geometryHash).toBe(isWhole);
    },
  );
});
