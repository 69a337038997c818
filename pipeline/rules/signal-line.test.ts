import { describe, expect, test } from 'vitest';
import {
  car,
  type DrawnTrack,
  filmed,
  FRAME,
  motorcycle,
  person,
  replay,
  type Sampling,
} from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { explain } from '../explanation.ts';
import type { SignalReading, SignalReadings, SignalState } from '../signals/signal.ts';
import { toLines, toZones } from '../zone.ts';
import { createRule } from './create-rule.ts';

// Traffic goes up the picture; the stop line lies at y 600, the junction above y 450, the way to the right beside it.
const zones = toZones({
  junction: [[0, 0], [0.7, 0], [0.7, 0.45], [0, 0.45]],
  right: [[0.7, 0.4], [1, 0.4], [1, 0.6], [0.7, 0.6]],
}); // prettier-ignore
const lines = toLines({ stop: [[0.8, 0.6], [0.2, 0.6]] }); // prettier-ignore

type Light = { readonly fromMs: number; readonly state: SignalState };
const readingOf = (lights: readonly Light[], ptsMs: number): SignalReading => {
  const index = lights.findLastIndex(({ fromMs }) => fromMs <= ptsMs);
  return { state: lights[index]!.state, sincePtsMs: lights[index]!.fromMs, isStartSeen: index > 0 };
};
const RED: readonly Light[] = [{ fromMs: 0, state: 'red' }];

const run = (
  kind: 'red_light' | 'stop_line',
  things: readonly DrawnTrack[],
  signals: Readonly<Record<string, readonly Light[]>>,
  { extra = {}, ...sampling }: Partial<Sampling> & { extra?: Record<string, unknown> } = {},
) => {
  const config = ruleConfig({ kind, line: 'stop', signal: 'main', zone: 'junction', ...extra });
  const rule = createRule(config, { zones, lines, frameSize: FRAME, timeZone: 'UTC' });
  const frames = filmed(things, { fps: 10, untilMs: 12_000, ...sampling }).map((frame) => ({
    ...frame,
    signals: Object.fromEntries(
      Object.entries(signals).map(([id, lights]) => [id, readingOf(lights, frame.ptsMs)]),
    ) satisfies SignalReadings,
  }));
  return replay(rule, frames);
};
/** Over the line at 3,000 ms and into the junction at 4,500 ms. */
const straightOn = (id = 1) => motorcycle(id).at(0, 500, 900).at(9_000, 500, 0);

describe('red light', () => {
  test('riding over the line on red and on into the junction is reported once, with the instant of the line', () => {
    const found = run('red_light', [straightOn()], { main: RED });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ triggerPtsMs: 3_000, keyPtsMs: { before: 2_000, at: 3_000, after: 4_600 } });
    expect(found[0]!.subjects[0]!.sightings.map(({ ptsMs }) => ptsMs)).toEqual([2_000, 3_000, 4_600]);
  });

  test.each([
    ['green', [{ fromMs: 0, state: 'green' }]],
    ['yellow', [{ fromMs: 0, state: 'yellow' }]],
    ['unknown', [{ fromMs: 0, state: 'unknown' }]],
    ['red for only 0.3 s', [{ fromMs: 0, state: 'yellow' }, { fromMs: 2_700, state: 'red' }]], // prettier-ignore
    ['green by the time it enters the junction', [{ fromMs: 0, state: 'red' }, { fromMs: 4_000, state: 'green' }]], // prettier-ignore
  ] as const)('nothing is reported when the signal is %s', (_, lights) => {
    expect(run('red_light', [straightOn()], { main: lights })).toEqual([]);
  });

  test('nothing is reported when no signal is read', () => {
    expect(run('red_light', [straightOn()], {})).toEqual([]);
  });

  test('the first still is not taken before the signal turned red', () => {
    const [match] = run('red_light', [straightOn()], { main: [{ fromMs: 0, state: 'yellow' }, { fromMs: 2_400, state: 'red' }] }); // prettier-ignore
    expect(match!.keyPtsMs.before).toBe(2_400);
    expect(match!.decision.measurements[0]).toMatchObject({ name: 'redAge', value: 0.6 });
  });

  test('waiting at the line, and stopping beyond it, is not running the light', () => {
    const waits = car(1).at(0, 500, 900).at(2_000, 500, 620).standsUntil(12_000);
    const oversteps = motorcycle(2).at(0, 400, 900).at(3_000, 400, 560).standsUntil(12_000);
    expect(run('red_light', [waits, oversteps], { main: RED })).toEqual([]);
  });

  test('a turn with its own green arrow is legal; without the arrow’s green it is not exempted by the zone alone', () => {
    const turns = motorcycle(1).at(0, 600, 900).at(3_000, 650, 600).at(4_000, 750, 550).at(6_000, 990, 500);
    const extra = { arrows: [{ signal: 'arrow', zone: 'right' }] };
    expect(run('red_light', [turns], { main: RED, arrow: [{ fromMs: 0, state: 'green' }] }, { extra })).toEqual([]);
    expect(
      run('red_light', [straightOn()], { main: RED, arrow: [{ fromMs: 0, state: 'green' }] }, { extra }),
    ).toHaveLength(1);
  });

  test('people on foot and riders as persons are not reported', () => {
    const walks = person(1).at(0, 500, 900).at(9_000, 500, 0);
    const rider = person(3).at(0, 500, 885).at(9_000, 500, -15);
    expect(run('red_light', [walks], { main: RED })).toEqual([]);
    expect(run('red_light', [straightOn(2), rider], { main: RED })).toHaveLength(1);
  });

  test('when most of the traffic passes on red, the reading is wrong and reports stop', () => {
    const flow = Array.from({ length: 12 }, (_, index) =>
      car(index + 1)
        .at(index * 700, 300 + (index % 3) * 150, 900)
        .at(index * 700 + 3_000, 300 + (index % 3) * 150, 0),
    );
    const found = run('red_light', flow, { main: RED });
    expect(found.filter(({ decision }) => decision.ruleKind === 'red_light').length).toBeLessThanOrEqual(3);
    const faults = found.filter(({ decision }) => decision.ruleKind === 'camera_health');
    expect(faults).toHaveLength(1);
    const { vi, en } = explain(faults[0]!);
    expect(en).toMatch(/“main” is probably misread: 4 vehicles, \d+% of the traffic/);
    expect(vi).toMatch(/“main” có thể đang bị đọc sai: 4 xe, tức \d+%/);
  });

  test('that a signal is misread is told once for as long as its reds go on being wrong, and again after a right one', () => {
    const passes = (from: number, index: number) =>
      car(from + index + 1)
        .at(from + index * 400, 300 + (index % 3) * 150, 700)
        .at(from + index * 400 + 2_000, 300 + (index % 3) * 150, 300);
    const cycle = (from: number) => [0, 1, 2, 3, 4].map((index) => passes(from, index));
    const lights = [0, 10_000, 20_000, 30_000, 40_000].flatMap((fromMs): Light[] => [
      { fromMs, state: 'red' },
      { fromMs: fromMs + 6_000, state: 'green' },
    ]);
    const waits = [200, 700].map((x, index) =>
      car(index + 90_000)
        .at(0, x, 900)
        .at(2_000, x, 640)
        .standsUntil(50_000),
    );
    // Nobody passes in the third red and one does in the fourth, before two that wait.
    const traffic = [...waits, ...cycle(0), ...cycle(10_000), passes(30_000, 0), ...cycle(40_000)];
    const found = run('red_light', traffic, { main: lights }, { untilMs: 50_000 });
    const faults = found.filter(({ decision }) => decision.ruleKind === 'camera_health');
    expect(faults.map(({ triggerPtsMs }) => Math.floor(triggerPtsMs / 10_000))).toEqual([0, 4]);
  });

  test.each([3, 5, 15, 30])('at %d frames a second the instant of the line is the same', (fps) => {
    const [match] = run('red_light', [straightOn()], { main: RED }, { fps });
    expect(Math.abs(match!.triggerPtsMs - 3_000)).toBeLessThanOrEqual(1);
  });
});

describe('stop line', () => {
  test('standing beyond the line on red is reported once', () => {
    const oversteps = motorcycle(1).at(0, 500, 900).at(3_000, 500, 560).standsUntil(12_000);
    const found = run('stop_line', [oversteps], { main: RED }, { jitterPx: 2 });
    expect(found).toHaveLength(1);
    expect(found[0]!.decision.measurements.map(({ name }) => name)).toEqual(['redAge', 'afterLine', 'standing']);
  });

  test('standing before the line, passing through, and standing there since green are silent', () => {
    const before = motorcycle(1).at(0, 400, 900).at(3_000, 400, 615).standsUntil(12_000);
    expect(run('stop_line', [before, straightOn(2)], { main: RED })).toEqual([]);
    const since = motorcycle(1).at(0, 500, 900).at(3_000, 500, 560).standsUntil(12_000);
    expect(run('stop_line', [since], { main: [{ fromMs: 0, state: 'green' }, { fromMs: 5_000, state: 'red' }] })).toEqual([]); // prettier-ignore
  });
});
