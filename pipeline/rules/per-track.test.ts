import { expect, test } from 'vitest';
import { bicycle, filmed, FRAME, motorcycle, person, replay } from '../../test/drawn-tracks.ts';
import { ruleConfig } from '../../test/rule-config.ts';
import { WrongLaneRule } from './wrong-lane.ts';

const shoulder = {
  id: 'shoulder',
  corners: [
    { x: 0.3, y: 0 },
    { x: 0.7, y: 0 },
    { x: 0.7, y: 1 },
    { x: 0.3, y: 1 },
  ],
};

test('a cyclist who is found longer than the bicycle is not reported a second time', () => {
  const rides = bicycle(1).at(0, 500, 900).at(3_000, 500, 600);
  const cyclist = person(2).at(0, 500, 880).at(8_000, 500, 80);
  const rule = new WrongLaneRule(
    ruleConfig({ kind: 'wrong_lane', zone: 'shoulder', forbidden: ['bicycle', 'person'] }),
    shoulder,
    FRAME,
    'UTC',
  );
  const found = replay(rule, filmed([rides, cyclist], { fps: 10, untilMs: 8_000 }));
  expect(found.map(({ subjects }) => subjects[0]!.className)).toEqual(['bicycle']);
});

test('two who ride past each other are reported each, though their boxes overlap for an instant', () => {
  const up = motorcycle(1).at(0, 500, 950).at(6_000, 500, 100);
  const down = motorcycle(2).at(0, 505, 100).at(6_000, 505, 950);
  const rule = new WrongLaneRule(
    ruleConfig({ kind: 'wrong_lane', zone: 'shoulder', forbidden: ['motorcycle'], minDurationMs: 3_100 }),
    shoulder,
    FRAME,
    'UTC',
  );
  expect(replay(rule, filmed([up, down], { fps: 25, untilMs: 6_000 }))).toHaveLength(2);
});
