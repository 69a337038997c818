import { expect, test } from 'vitest';
import type { DraftCamera } from './draft.ts';
import { freeName, shapesOf, toPair, withName, withoutShape, withPoints, type NamedShape } from './shapes.ts';

const camera: DraftCamera = {
  id: 'gate',
  source: { url: 'x' },
  zones: {
    lane: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  },
  lines: {
    stop: [
      [0, 0.5],
      [1, 0.5],
    ],
  },
  signals: {
    main: [
      { colour: 'red', box: [0.1, 0.1, 0.2, 0.2] },
      { colour: 'green', box: [0.1, 0.3, 0.2, 0.4] },
    ],
  },
  rules: [
    { id: 'a', kind: 'wrong_way', zone: 'lane' },
    { id: 'b', kind: 'line_count', line: 'stop' },
  ],
};
const shape = (key: string) => shapesOf(camera).find(({ kind, name }) => `${kind}/${name}` === key)!;

test('zones, lines and every lamp are shapes', () => {
  expect(shapesOf(camera).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'zone lane',
    'line stop',
    'lamp main',
    'lamp main',
  ]);
});

test('points stay on the picture and are rounded to 1/10,000', () => {
  expect(toPair(-0.2, 0.123456)).toEqual([0, 0.1235]);
});

test('a lamp that is pulled inside out keeps its corners in order', () => {
  expect(
    withPoints(camera, shape('lamp/main'), [
      [0.5, 0.5],
      [0.2, 0.2],
    ]).signals?.['main']?.[0],
  ).toEqual({
    colour: 'red',
    box: [0.2, 0.2, 0.5, 0.5],
  });
});

test('a signal goes with its last lamp', () => {
  const one = { ...camera, ...withoutShape(camera, shape('lamp/main')) };
  expect(one.signals?.['main']).toHaveLength(1);
  expect(
    withoutShape(
      one,
      shapesOf(one).find(({ kind }) => kind === 'lamp')!,
    ).signals,
  ).toEqual({});
});

test('rules follow the new name of a zone', () => {
  const renamed = withName(camera, shape('zone/lane') as NamedShape, 'bus-lane');
  expect(Object.keys(renamed.zones ?? {})).toEqual(['bus-lane']);
  expect(renamed.rules?.map(({ zone, line }) => zone ?? line)).toEqual(['bus-lane', 'stop']);
});

test('a new name is the first that is free', () => {
  expect(freeName('zone', ['zone-1', 'zone-3'])).toBe('zone-2');
});
