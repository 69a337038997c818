import { expect, test } from 'vitest';
import type { Detection } from './detection.ts';
import { withoutTwins } from './twins.ts';

const at = (className: string, score: number, x: number): Detection => ({
  className,
  score,
  box: { x1: x, y1: 0, x2: x + 100, y2: 100 },
});
const names = (detections: readonly Detection[]): string[] => detections.map(({ className }) => className);

test('one vehicle named car and bus is one box, under the surer name', () => {
  expect(names(withoutTwins([at('car', 0.8, 0), at('bus', 0.4, 5)]))).toEqual(['car']);
});

test('a rider stays beside the motorbike, whatever they overlap', () => {
  expect(names(withoutTwins([at('motorcycle', 0.8, 0), at('person', 0.7, 0)]))).toEqual(['motorcycle', 'person']);
});

test('a car in front of a truck stays', () => {
  expect(names(withoutTwins([at('truck', 0.8, 0), at('car', 0.7, 40)]))).toEqual(['truck', 'car']);
});

test('two cars are the model’s own business', () => {
  expect(names(withoutTwins([at('car', 0.8, 0), at('car', 0.7, 2)]))).toEqual(['car', 'car']);
});
