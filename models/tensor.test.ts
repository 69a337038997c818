import { describe, expect, test } from 'vitest';
import type { ModelInput } from './manifest.ts';
import { TensorPacker } from './tensor.ts';

const input = (changes: Partial<ModelInput> = {}): ModelInput => ({
  width: 2,
  height: 1,
  layout: 'nchw',
  dtype: 'float32',
  colour: 'rgb',
  normalisation: null,
  fit: 'letterbox',
  padValue: 114,
  padPosition: 'top-left',
  dynamicBatch: true,
  ...changes,
});
/** Two pixels: red-ish and blue-ish. */
const pixels = Uint8Array.of(255, 10, 20, 0, 30, 128);

describe('tensor packing', () => {
  test('channels first, RGB, bytes as they are', () => {
    expect([...new TensorPacker(input()).pack(pixels, 1)]).toEqual([255, 0, 10, 30, 20, 128]);
  });

  test('channels first, BGR', () => {
    expect([...new TensorPacker(input({ colour: 'bgr' })).pack(pixels, 1)]).toEqual([20, 128, 10, 30, 255, 0]);
  });

  test('channels last keeps the order of the bytes', () => {
    const packed = new TensorPacker(input({ layout: 'nhwc', dtype: 'uint8' })).pack(pixels, 1);
    expect(packed).toEqual(pixels);
    expect(packed).toBeInstanceOf(Uint8Array);
  });

  test('channels last, BGR', () => {
    const packer = new TensorPacker(input({ layout: 'nhwc', dtype: 'uint8', colour: 'bgr' }));
    expect([...packer.pack(pixels, 1)]).toEqual([20, 10, 255, 128, 30, 0]);
  });

  test('mean and deviation belong to the model’s own channel order', () => {
    const normalisation = {
      scale: 1 / 255,
      mean: [0.5, 0, 0] as [number, number, number],
      std: [1, 1, 2] as [number, number, number],
    };
    const rgb = new TensorPacker(input({ normalisation })).pack(pixels, 1);
    expect(rgb[0]).toBeCloseTo(0.5, 6);
    expect(rgb[4]).toBeCloseTo(20 / 255 / 2, 6);
    const bgr = new TensorPacker(input({ normalisation, colour: 'bgr' })).pack(pixels, 1);
    expect(bgr[0]).toBeCloseTo(20 / 255 - 0.5, 6);
    expect(bgr[4]).toBeCloseTo(0.5, 6);
  });

  test('frames of a batch lie one after the other', () => {
    const two = Uint8Array.of(...pixels, ...pixels.map((value) => 255 - value));
    expect([...new TensorPacker(input()).pack(two, 2)]).toEqual([255, 0, 10, 30, 20, 128, 0, 255, 245, 225, 235, 127]);
  });

  test('the buffer is used again, also after a batch of another size', () => {
    const packer = new TensorPacker(input());
    const first = packer.pack(pixels, 1);
    expect(packer.pack(pixels, 1)).toBe(first);
    expect(packer.pack(Uint8Array.of(...pixels, ...pixels), 2)).toHaveLength(12);
  });

  test('too few bytes are refused', () => {
    expect(() => new TensorPacker(input()).pack(pixels, 2)).toThrow('2 frames need 12 bytes, got 6');
  });
});
