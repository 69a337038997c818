import { expect, test } from 'vitest';
import { FrameBuffers } from './frame-buffers.ts';

test('a buffer that was given back is used again, and never twice at once', () => {
  const buffers = new FrameBuffers(4);
  const first = buffers.take();
  const second = buffers.take();
  expect(second.pixels).not.toBe(first.pixels);
  first.release();
  first.release();
  const [third, fourth] = [buffers.take(), buffers.take()];
  expect(third.pixels).toBe(first.pixels);
  expect(fourth.pixels).not.toBe(first.pixels);
});
