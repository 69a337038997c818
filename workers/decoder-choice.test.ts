import { expect, test } from 'vitest';
import { WatchpostError } from '../pipeline/errors.ts';
import { DecoderChoice } from './decoder-choice.ts';

const hardware = { kind: 'vaapi', device: '/dev/dri/renderD128' } as const;
const noPictures = new WatchpostError('HARDWARE_DECODE', 'the hardware decoder gave no picture');
const ended = new WatchpostError('SOURCE_ENDED', 'the source ended');

test('without hardware there is no choice and nothing to tell', () => {
  const choice = new DecoderChoice(null);
  expect([choice.next(), choice.detail]).toEqual([null, null]);
});

test('after two sessions in which only the processor got pictures it stays with the processor and says why', () => {
  const choice = new DecoderChoice(hardware);
  const used = Array.from({ length: 6 }, () => {
    const next = choice.next();
    choice.ended(next ? noPictures : ended, next === null);
    return next?.kind ?? 'processor';
  });
  expect(used).toEqual(['vaapi', 'processor', 'vaapi', 'processor', 'processor', 'processor']);
  expect(choice.detail).toBe('decoded by the processor: the hardware decoder gave no picture');
});

test('a source that gives no pictures to the processor either is tried with the hardware again', () => {
  const choice = new DecoderChoice(hardware);
  for (let turn = 0; turn < 5; turn++) {
    expect(choice.next()).toBe(hardware);
    choice.ended(noPictures, false);
    expect(choice.next()).toBeNull();
    choice.ended(ended, false);
  }
  expect(choice.detail).toBeNull();
});

test('sources that end are no fault of the hardware', () => {
  const choice = new DecoderChoice(hardware);
  for (let turn = 0; turn < 5; turn++) {
    expect(choice.next()).toBe(hardware);
    choice.ended(ended, turn % 2 === 0);
  }
});
