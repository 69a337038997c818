import { describe, expect, test } from 'vitest';
import { car, type DrawnTrack, filmed, FRAME, motorcycle, replay, type Sampling } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { WrongLaneRule } from './wrong-lane.ts';

const lane = {
  id: 'motorbikes',
  corners: [
    { x: 0.4, y: 0 },
    { x: 0.6, y: 0 },
    { x: 0.6, y: 1 },
    { x: 0.4, y: 1 },
  ],
};
const matches = (things: readonly DrawnTrack[], sampling: Partial<Sampling> = {}, extra = {}) =>
  replay(
    new WrongLaneRule(
      ruleConfig({ kind: 'wrong_lane', zone: 'motorbikes', forbidden: ['car', 'truck'], ...extra }),
      lane,
      FRAME,
      'Asia/Ho_Chi_Minh',
    ),
    filmed(things, { fps: 10, untilMs: 8_000, ...sampling }),
  );
const driver = (x = 500) => car(1).at(0, x, 900).at(6_000, x, 100);

describe('wrong lane', () => {
  test('a car that travels in the motorcycle lane is reported once', () => {
    expect(matches([driver()])).toMatchObject([{ startPtsMs: 0, triggerPtsMs: 1_500 }]);
  });

  test('a motorcycle may be there', () => {
    expect(matches([motorcycle(1).at(0, 500, 900).at(6_000, 500, 100)])).toEqual([]);
  });

  test('wheels on the marking do not count, clear of it they do', () => {
    expect(matches([driver(425)])).toEqual([]);
    expect(matches([driver(435)])).toHaveLength(1);
  });

  test('crossing the lane to turn off is too short', () => {
    expect(matches([car(1).at(0, 200, 500).at(4_000, 900, 480)])).toEqual([]);
  });

  test('standing in the lane is not travelling in it', () => {
    expect(matches([car(1).at(0, 500, 500).standsUntil(8_000)], { jitterPx: 4 })).toEqual([]);
  });

  test('swerving out for less than half a second is the same stay', () => {
    const swerves = car(1)
      .at(0, 500, 900)
      .at(1_000, 500, 760)
      .at(1_200, 390, 740)
      .at(1_400, 500, 720)
      .at(5_000, 500, 200);
    expect(matches([swerves])).toMatchObject([{ startPtsMs: 0 }]);
  });

  test('single frames that call a motorcycle a car do not make it one', () => {
    const frames = filmed([motorcycle(1).at(0, 500, 900).at(6_000, 500, 100)], { fps: 10, untilMs: 6_000 }).map(
      (frame, index) => ({
        ...frame,
        tracks: frame.tracks.map((track) => (index % 3 === 2 ? { ...track, className: 'car' } : track)),
      }),
    );
    const rule = new WrongLaneRule(
      ruleConfig({ kind: 'wrong_lane', zone: 'motorbikes', forbidden: ['car'] }),
      lane,
      FRAME,
      'UTC',
    );
    expect(replay(rule, frames)).toEqual([]);
  });

  test.each([
    ['inside the hours', '06:00', '09:00', 1],
    ['outside the hours', '09:00', '17:00', 0],
    ['hours over midnight', '22:00', '07:30', 1],
  ])('the ban holds in local time: %s', (_, from, to, expected) => {
    // 00:00 UTC is 07:00 in Vietnam.
    const found = matches([driver()], { anchorAt: Date.UTC(2026, 10, 21) }, { hours: [[from, to]] });
    expect(found).toHaveLength(expected);
  });

  // 21 November 2026, 07:00 in Vietnam, is a Saturday.
  test.each([
    ['on the day', { days: ['sat'] }, 1],
    ['on other days', { days: ['mon', 'tue', 'wed', 'thu', 'fri'] }, 0],
    ['in the hours of the day', { days: ['sat'], hours: [['06:00', '09:00']] }, 1],
    ['in the hours past midnight of the day before', { days: ['fri'], hours: [['22:00', '07:30']] }, 1],
    ['in the hours past midnight, which are not of the same day', { days: ['sat'], hours: [['22:00', '07:30']] }, 0],
  ])('the ban holds on days: %s', (_, extra, expected) => {
    expect(matches([driver()], { anchorAt: Date.UTC(2026, 10, 21) }, extra)).toHaveLength(expected);
  });

  test.each([3, 5, 15, 30])('at %d frames a second the trigger is within one frame interval', (fps) => {
    const [match] = matches([driver()], { fps });
    expect(Math.abs(match!.triggerPtsMs - 1_500)).toBeLessThanOrEqual(1000 / fps);
  });
});

describe('pavement riding', () => {
  const rides = (things: readonly DrawnTrack[]) =>
    replay(
      new WrongLaneRule(ruleConfig({ kind: 'pavement_riding', zone: 'motorbikes' }), lane, FRAME, 'UTC'),
      filmed(things, { fps: 10, untilMs: 8_000 }),
    );

  test('a motorcycle that rides along the pavement is reported once, under its own kind', () => {
    const found = rides([motorcycle(1).at(0, 500, 900).at(6_000, 500, 100)]);
    expect(found.map(({ decision }) => decision.ruleKind)).toEqual(['pavement_riding']);
  });

  test('parking there, crossing it, and standing there are silent', () => {
    const parks = motorcycle(1).at(0, 300, 500).at(2_000, 480, 480).standsUntil(8_000);
    const crosses = motorcycle(2).at(0, 300, 700).at(3_000, 700, 690);
    const stands = motorcycle(3).at(0, 500, 300).standsUntil(8_000);
    expect(rides([parks, crosses, stands])).toEqual([]);
  });
});
