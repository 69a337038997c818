import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type FramePipe, openFramePipe, type PipedFrame } from './frame-pipe.ts';

/** Larger than what the system keeps for a reader that rests. */
const FRAME_BYTES = 640 * 384 * 3;

/** A child that writes so many bytes, frame by frame each of its number, and says on its channel when it has. */
const startWriter = (pipe: FramePipe, bytes: number): ChildProcess => {
  const script = `
    const all = Buffer.alloc(${bytes});
    for (let i = 0; i < all.length; i++) all[i] = i / ${FRAME_BYTES};
    require('node:fs').writeFileSync(1, all);
    process.send('written', () => process.disconnect());`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', pipe.childEnd, 'inherit', 'ipc'] });
  pipe.childEnd.destroy();
  return child;
};

const sameBytes = (frame: PipedFrame | null): readonly number[] | null => frame && [...new Set(frame.pixels)];

test('frames come whole and in order; what the end cuts off is left out', async () => {
  const pipe = await openFramePipe(FRAME_BYTES);
  startWriter(pipe, 3.5 * FRAME_BYTES);
  const first = await pipe.next();
  const second = await pipe.next();
  expect([first, second].map(sameBytes)).toEqual([[0], [1]]);
  const third = await pipe.next();
  expect(sameBytes(third)).toEqual([2]);
  expect([await pipe.next(), await pipe.next()]).toEqual([null, null]);
});

test('a frame that was given back is filled again; one that is still read is not', async () => {
  const pipe = await openFramePipe(FRAME_BYTES);
  startWriter(pipe, 4 * FRAME_BYTES);
  const first = await pipe.next();
  const second = await pipe.next();
  first?.release();
  const rest = [await pipe.next(), await pipe.next()];
  expect(rest.some((frame) => frame?.pixels === first?.pixels)).toBe(true);
  expect(sameBytes(second)).toEqual([1]);
});

test('who writes waits for who reads, and not for one that only drains', async () => {
  const pipe = await openFramePipe(FRAME_BYTES);
  const child = startWriter(pipe, 5 * FRAME_BYTES);
  const told = { written: false };
  const written = once(child, 'message').then(() => (told.written = true));
  await pipe.next();
  await pipe.next();
  // Two more wait in no buffer of the system.
  expect(told.written).toBe(false);
  pipe.drain();
  await written;
  expect(await pipe.next()).toBeNull();
});
