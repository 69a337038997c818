import { expect, test } from 'vitest';
import { legibility, readAlone } from './legibility.ts';
import { outputOf } from './reader-simulation.ts';
import { seeded } from './seeded.ts';

const seen = (top: string, bottom: string, noise = 0.2) =>
  outputOf([Array.from(top), Array.from(bottom)], seeded(3), { noise });

test('of crops of one picture the one that reads as a whole plate is the most legible', () => {
  const whole = seen('59T1', '15417');
  expect(readAlone(whole)).toEqual({ symbols: '59T115417', isPlate: true });
  expect(legibility(whole)).toBeGreaterThan(legibility(seen('59T', '15')));
  expect(legibility(whole)).toBeGreaterThan(legibility(seen('59TT', '15B17')));
  expect(legibility(whole)).toBeGreaterThan(legibility(seen('59T1', '15417', 3)));
});

test('a crop that is sure of two symbols is no better than one that doubts nine', () => {
  expect(legibility(seen('59', ''))).toBeLessThan(legibility(seen('59T1', '15417', 1.5)));
});
