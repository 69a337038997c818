import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FrameBuffers } from '../../pipeline/frame-buffers.ts';
import { SocketReader } from '../socket-reader.ts';

export type PipedFrame = ReturnType<FrameBuffers['take']>;

/** Frames of one size out of a child process. */
export type FramePipe = Pick<SocketReader<PipedFrame>, 'next' | 'drain'> & {
  /** For the child's `stdio`; to be destroyed here once the child has it. */
  readonly childEnd: Socket;
};

/**
 * A connection inside this machine, one end for a child. The pipes that `spawn` makes cannot be told where to read to.
 * @param frameBytes of each frame, more than none
 */
export const openFramePipe = async (frameBytes: number): Promise<FramePipe> => {
  const buffers = new FrameBuffers(frameBytes);
  let filling = buffers.take();
  const reader = new SocketReader<PipedFrame>(filling.pixels, () => {
    const value = filling;
    filling = buffers.take();
    return { next: filling.pixels, value };
  });
  // Nobody else may enter the folder, so nobody else can connect.
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-pipe-'));
  const server = createServer({ pauseOnConnect: true });
  try {
    const path = join(folder, 'frames.sock');
    server.listen(path);
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const ours = connect({ path, onread: reader.onread });
    reader.attach(ours);
    const [[childEnd]] = await Promise.all([accepted, once(ours, 'connect')]);
    return { childEnd, next: () => reader.next(), drain: () => reader.drain() };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
};
