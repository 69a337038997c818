import { describe, expect, test } from 'vitest';
import { type Report, parseReports } from './event-reports.ts';
import { parseEventTruth } from './event-truth.ts';
import { evaluateEvents } from './events.ts';

const MOVING = [
  { t: 2, box: [0.1, 0.1, 0.2, 0.2] },
  { t: 6, box: [0.5, 0.1, 0.6, 0.2] },
];
const wrongWay = { rule: 'wrong_way', from: 2, to: 6, certainty: 'sure', who: { class: 'motorcycle', boxes: MOVING } };
const truthOf = (truth: object) => parseEventTruth(JSON.stringify({ seconds: 10, events: [], ...truth }), 'truth.json');

/** A report that starts and is seen at that second, at that place. */
const report = (kind: string, seconds: number, x: number, more: Partial<Report> = {}): Report => ({
  id: `${kind}-${seconds}`,
  kind,
  startPtsMs: seconds * 1000,
  triggerPtsMs: seconds * 1000,
  endPtsMs: seconds * 1000,
  subjects: [{ sightings: [{ ptsMs: seconds * 1000, box: { x1: x, y1: 0.1, x2: x + 0.1, y2: 0.2 } }] }],
  decision: { ruleId: 'r', facts: {} },
  ...more,
});
const crossing = (seconds: number, className: string, direction = 'in', line = 'L1'): Report =>
  report('line_count', seconds, 0, { decision: { ruleId: 'r', facts: { class: className, direction, line } } });

describe('events', () => {
  const truth = truthOf({ events: [wrongWay] });

  test('a report of the rule at the time and place finds the event', () => {
    const { rules, falseAlarms, startErrorS } = evaluateEvents(truth, [report('wrong_way', 3, 0.2)]);
    expect(rules).toEqual([
      {
        rule: 'wrong_way',
        sure: { of: 1, found: 1 },
        likely: { of: 0, found: 0 },
        optional: { of: 0, found: 0 },
        duplicates: 0,
        unclear: 0,
        falseAlarms: 0,
        precision: 1,
        recall: 1,
        f1: 1,
      },
    ]);
    expect(falseAlarms).toEqual([]);
    expect(startErrorS).toEqual({ median: 1, p95: 1 });
  });

  test('where the thing is between two given boxes is taken as on the way', () => {
    const foundAt = (x: number): number => evaluateEvents(truth, [report('wrong_way', 4, x)]).rules[0]!.sure.found;
    expect([foundAt(0.3), foundAt(0.1), foundAt(0.5)]).toEqual([1, 0, 0]);
  });

  test('half a second before and after still counts, more does not', () => {
    const foundAt = (seconds: number, x: number): number =>
      evaluateEvents(truth, [report('wrong_way', seconds, x)]).rules[0]!.sure.found;
    expect([foundAt(1.5, 0.1), foundAt(1.4, 0.1), foundAt(6.5, 0.5), foundAt(6.6, 0.5)]).toEqual([1, 0, 1, 0]);
  });

  test('another rule at the same place is a false alarm, and the event is missed', () => {
    const { rules, falseAlarms } = evaluateEvents(truth, [report('wrong_lane', 3, 0.2)]);
    expect(rules.map(({ rule, recall, falseAlarms: count }) => [rule, recall, count])).toEqual([
      ['wrong_lane', null, 1],
      ['wrong_way', 0, 0],
    ]);
    expect(falseAlarms).toEqual([{ id: 'wrong_lane-3', kind: 'wrong_lane', startS: 3, endS: 3, cause: null }]);
  });

  test('an event counts once, further reports of it are duplicates', () => {
    const reports = [report('wrong_way', 3, 0.2), report('wrong_way', 5, 0.4)];
    expect(evaluateEvents(truth, reports).rules[0]).toMatchObject({
      sure: { of: 1, found: 1 },
      duplicates: 1,
      falseAlarms: 0,
    });
  });

  test('two events that both reports meet are both found', () => {
    const second = { ...wrongWay, from: 3 };
    const reports = [report('wrong_way', 3, 0.2), report('wrong_way', 3.1, 0.2)];
    expect(evaluateEvents(truthOf({ events: [wrongWay, second] }), reports).rules[0]).toMatchObject({
      sure: { of: 2, found: 2 },
      duplicates: 0,
    });
  });

  test('likely events stand apart, optional ones are in no figure', () => {
    const { rules } = evaluateEvents(
      truthOf({ events: [wrongWay, { ...wrongWay, certainty: 'likely' }, { ...wrongWay, rule: 'x', optional: true }] }),
      [report('wrong_way', 3, 0.2), report('x', 3, 0.2)],
    );
    expect(rules[0]).toMatchObject({ sure: { of: 1 }, likely: { of: 1 }, recall: 0.5 });
    expect(rules[1]).toMatchObject({ optional: { of: 1, found: 1 }, falseAlarms: 0, precision: null, recall: null });
  });

  test('what cannot be told scores neither way', () => {
    const { rules } = evaluateEvents(truthOf({ unclear: [{ rule: 'no_helmet', who: 'cap', from: 4, to: 6 }] }), [
      report('no_helmet', 5, 0.3),
      report('no_helmet', 8, 0.3),
    ]);
    expect(rules[0]).toMatchObject({ unclear: 1, falseAlarms: 1 });
  });

  test('a false alarm that the truth foresaw has its cause named; parked things stay where they are', () => {
    const parked = {
      what: 'parked scooters',
      from: 0,
      to: 10,
      must_not_report: ['illegal_stop'],
      boxes: [
        { t: 2, box: [0.8, 0.1, 0.9, 0.2] },
        { t: 2, box: [0.1, 0.1, 0.2, 0.2] },
      ],
    };
    const causeAt = (x: number): string | null =>
      evaluateEvents(truthOf({ not_events: [parked] }), [report('illegal_stop', 9, x)]).falseAlarms[0]!.cause;
    expect([causeAt(0.8), causeAt(0.1), causeAt(0.45)]).toEqual(['parked scooters', 'parked scooters', null]);
  });

  test('a crowd has no box: its time decides', () => {
    const crowd = { rule: 'crowding', from: 4, to: 36, certainty: 'sure', who: { boxes: [] } };
    expect(evaluateEvents(truthOf({ events: [crowd] }), [report('crowding', 10, 0.9)]).rules[0]!.sure.found).toBe(1);
  });

  test('the instant of the act is compared where the truth states it', () => {
    const redLight = { ...wrongWay, rule: 'red_light', at: 2.5 };
    const { instantErrorS } = evaluateEvents(truthOf({ events: [redLight] }), [report('red_light', 3, 0.2)]);
    expect(instantErrorS).toEqual({ median: 0.5, p95: 0.5 });
  });

  test('silence where nothing happens is nothing to score', () => {
    expect(evaluateEvents(truthOf({}), [])).toMatchObject({ rules: [], falseAlarms: [], lines: [] });
  });
});

describe('counting lines', () => {
  const line = {
    in: { motorcycle: [2, 2], car: [0, 1] },
    out: {},
    total_vehicles_in: [3, 3],
    crossings: [
      { t: 2, class: 'motorcycle', direction: 'in' },
      { t: 2.1, class: 'car', direction: 'in' },
      { t: 5, class: 'motorcycle', direction: 'in' },
    ],
    time_accuracy_s: 0.1,
  };
  const truth = truthOf({ counts: { L1: line, note: 'by eye' }, geometry: { counting_lines: [{ id: 'L1' }] } });

  test('counts are right inside their range; crossings are found at their time', () => {
    const reports = [crossing(2.1, 'car'), crossing(2, 'motorcycle'), crossing(5.3, 'car'), crossing(9, 'car')];
    const { lines, rules } = evaluateEvents(truth, reports);
    expect(rules).toEqual([]);
    expect(lines[0]!.counts).toEqual([
      { direction: 'in', className: 'car', counted: 3, expected: [0, 1], right: false },
      { direction: 'in', className: 'motorcycle', counted: 1, expected: [2, 2], right: false },
      { direction: 'in', className: 'vehicles', counted: 4, expected: [3, 3], right: false },
    ]);
    expect(lines[0]).toMatchObject({ crossings: { of: 3, found: 3, classRight: 2 }, extra: 1 });
    expect(lines[0]!.meanTimeErrorS).toBeCloseTo(0.1, 9);
  });

  test('nothing counted where nothing had to be is right', () => {
    const { lines } = evaluateEvents(truth, []);
    expect(lines[0]).toMatchObject({ countsRight: 1, countsScored: 3, meanTimeErrorS: null });
  });

  test('the other direction finds nothing and has no range to be held against', () => {
    const { lines } = evaluateEvents(truth, [crossing(5, 'motorcycle', 'out')]);
    expect(lines[0]).toMatchObject({ crossings: { found: 0 }, extra: 1 });
    expect(lines[0]!.counts).toContainEqual({
      direction: 'out',
      className: 'motorcycle',
      counted: 1,
      expected: null,
      right: null,
    });
  });

  test('a line the truth does not know is named', () => {
    expect(evaluateEvents(truth, [crossing(5, 'car', 'in', 'L9')]).unknownLines).toEqual(['L9']);
  });
});

describe('files', () => {
  test('a line that is no event is refused with file and line', () => {
    expect(() => parseReports('\n{"id":"a"}\n', 'events.ndjson')).toThrow(
      /^events\.ndjson:2: \/kind: .*found undefined/,
    );
    expect(() => parseReports('{', 'events.ndjson')).toThrow('events.ndjson:1: not JSON');
  });

  test('truth with a wrong field is refused by its place', () => {
    const text = JSON.stringify({ events: [{ ...wrongWay, certainty: 'maybe' }] });
    expect(() => parseEventTruth(text, 't.json')).toThrow(/t\.json: \/events\/0\/certainty: .*found "maybe"/);
  });
});
