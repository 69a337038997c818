import type { Readable } from 'node:stream';
import { FRAME_TIME_BASE } from './args.ts';
import type { FramePipe, PipedFrame } from './frame-pipe.ts';

/**
 * A frame as it comes out of ffmpeg: pixels and media time on ffmpeg's own time line. `release` says that nobody reads the
 * pixels any more: their memory is used for another frame. May be left out.
 */
export type RawFrame = PipedFrame & { readonly streamMs: number };

/** Milliseconds of a time in units of 1/90,000 s, to the microsecond: the same bits give the same number everywhere. */
export const toMs = (pts: number): number => Math.round((pts * 1_000_000) / FRAME_TIME_BASE) / 1_000;

/**
 * Joins the pixels that came through the pipe with the times on file descriptor 3, one to one and in order.
 * `onFrame` is called for each frame; while its promise is pending no more is read, so that a consumer which waits
 * holds ffmpeg back (files), and one which returns at once never does (live). The pixels belong to the callee until `release`.
 */
export const readRawFrames = (options: {
  readonly pixels: Pick<FramePipe, 'next'>;
  readonly times: Readable;
  readonly onFrame: (frame: RawFrame) => Promise<void> | void;
}): Promise<void> => {
  const { pixels, times, onFrame } = options;
  const queue: number[] = [];
  let text = '';
  let wake: (() => void) | null = null;
  let timesEnded = false;
  const awaken = (): void => {
    wake?.();
    wake = null;
  };
  times.setEncoding('utf8');
  times.on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const match = /pts:\s*(-?\d+)/.exec(line);
      if (match) queue.push(Number(match[1]));
    }
    awaken();
  });
  const end = (): void => {
    timesEnded = true;
    awaken();
  };
  times.on('end', end).on('error', end);

  /** The time line is written before the pixels, but another pipe may be read first. */
  const nextTime = async (): Promise<number | null> => {
    while (queue.length === 0 && !timesEnded) await new Promise<void>((resolve) => (wake = resolve));
    return queue.shift() ?? null;
  };

  return (async () => {
    for (let frame = await pixels.next(); frame; frame = await pixels.next()) {
      const pts = await nextTime();
      if (pts === null) return;
      await onFrame({ ...frame, streamMs: toMs(pts) });
    }
  })();
};
