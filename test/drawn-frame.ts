import type { Frame, Letterbox } from '../pipeline/frame.ts';
import { planLetterbox } from '../pipeline/letterbox.ts';
import type { Size } from '../pipeline/geometry.ts';

/** An analysis frame whose pixels are drawn by a function of its own coordinates. */
export const drawnFrame = (
  source: Size,
  target: Size,
  colour: (x: number, y: number) => readonly [number, number, number],
  ptsMs = 0,
): Frame => {
  const letterbox: Letterbox = planLetterbox({ source, target, fit: 'letterbox', padPosition: 'top-left' });
  const pixels = new Uint8Array(target.width * target.height * 3);
  for (let y = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++) pixels.set(colour(x, y), (y * target.width + x) * 3);
  return {
    cameraId: 'c',
    sessionId: 's',
    sequence: 0,
    ptsMs,
    capturedAt: ptsMs,
    receivedMonoMs: 0,
    letterbox,
    pixels,
    release: () => undefined,
  };
};
