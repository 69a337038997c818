import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Letterbox } from '../../pipeline/frame.ts';
import type { Box, Size } from '../../pipeline/geometry.ts';
import { planLetterbox, toSource } from '../../pipeline/letterbox.ts';
import { rawFrameArgs } from '../../workers/ffmpeg/args.ts';

/** One black 4:2:0 frame with a white rectangle, through the very arguments that feed the detectors. */
const analysisFrame = async (source: Size, drawn: Box, letterbox: Letterbox): Promise<Uint8Array> => {
  const at = `x=${drawn.x1}:y=${drawn.y1}:w=${drawn.x2 - drawn.x1}:h=${drawn.y2 - drawn.y1}`;
  const picture = `color=black:size=${source.width}x${source.height}:rate=5:duration=0.2,format=gray,drawbox=${at}:color=white:t=fill,format=yuv420p`;
  const args = ['-v', 'error', '-f', 'lavfi', '-i', picture, ...rawFrameArgs({ letterbox, fps: 5 })];
  const ffmpeg = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'inherit', 'ignore'] });
  const chunks: Buffer[] = [];
  for await (const chunk of ffmpeg.stdout!) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/**
 * Edges of the white rectangle to a fraction of a pixel, along its middle row and column. A resampled edge is
 * symmetric: it lies where brightness, added up from the middle of the rectangle outwards, ends.
 */
const measure = (pixels: Uint8Array, { target, offset, crop, scaleX, scaleY }: Letterbox, near: Box): Box => {
  const column = Math.round((near.x1 + near.x2) / 2);
  const row = Math.round((near.y1 + near.y2) / 2);
  const value = (x: number, y: number): number => pixels[(y * target.width + x) * 3]!;
  // Full and limited range differ: black and white are what the picture's corner and the rectangle's middle show.
  const black = value(offset.x, offset.y);
  const level = (x: number, y: number): number => (value(x, y) - black) / (value(column, row) - black);
  const scaled = { width: Math.round((crop.x2 - crop.x1) * scaleX), height: Math.round((crop.y2 - crop.y1) * scaleY) };
  const reach = (from: number, to: number, at: (i: number) => number): number => {
    let sum = 0;
    for (let i = from; from < to ? i < to : i > to; i += Math.sign(to - from)) sum += at(i);
    return sum;
  };
  return {
    x1: column - reach(column - 1, offset.x - 1, (x) => level(x, row)),
    x2: column + reach(column, offset.x + scaled.width, (x) => level(x, row)),
    y1: row - reach(row - 1, offset.y - 1, (y) => level(column, y)),
    y2: row + reach(row, offset.y + scaled.height, (y) => level(column, y)),
  };
};

describe('the picture ffmpeg makes is the one the letterbox describes', () => {
  const target = { width: 416, height: 416 };
  test.each([
    { what: '1080p', source: { width: 1920, height: 1080 }, drawn: [640, 360, 1200, 800] },
    { what: 'an odd size', source: { width: 1279, height: 717 }, drawn: [400, 200, 900, 600] },
    { what: 'smaller than the target', source: { width: 320, height: 240 }, drawn: [100, 60, 200, 180] },
    {
      what: 'a region with odd corners',
      source: { width: 1568, height: 778 },
      drawn: [600, 200, 800, 400],
      crop: [333.3, 77.7, 1101.9, 555.5],
    },
    {
      what: 'a region up to an odd edge',
      source: { width: 1279, height: 717 },
      drawn: [700, 300, 1000, 600],
      crop: [501, 201, 1279, 717],
    },
  ])('$what: a drawn box is found within half a pixel', async ({ source, drawn: corners, crop: region }) => {
    const box = ([x1, y1, x2, y2]: readonly number[]): Box => ({ x1: x1!, y1: y1!, x2: x2!, y2: y2! });
    const drawn = box(corners);
    for (const fit of ['letterbox', 'stretch'] as const)
      for (const padPosition of ['top-left', 'centred'] as const) {
        const crop = region ? { crop: box(region) } : {};
        const letterbox = planLetterbox({ source, target, fit, padPosition, ...crop });
        const near = {
          x1: (drawn.x1 - letterbox.crop.x1) * letterbox.scaleX + letterbox.offset.x,
          x2: (drawn.x2 - letterbox.crop.x1) * letterbox.scaleX + letterbox.offset.x,
          y1: (drawn.y1 - letterbox.crop.y1) * letterbox.scaleY + letterbox.offset.y,
          y2: (drawn.y2 - letterbox.crop.y1) * letterbox.scaleY + letterbox.offset.y,
        };
        const pixels = await analysisFrame(source, drawn, letterbox);
        expect(pixels.length).toBe(416 * 416 * 3);
        const found = measure(pixels, letterbox, near);
        const back = toSource(found, letterbox);
        // Half a pixel of whichever picture is coarser.
        const toleranceX = 0.5 / Math.min(letterbox.scaleX, 1);
        const toleranceY = 0.5 / Math.min(letterbox.scaleY, 1);
        const gaps = {
          x: Math.max(Math.abs(back.x1 - drawn.x1), Math.abs(back.x2 - drawn.x2)) / toleranceX,
          y: Math.max(Math.abs(back.y1 - drawn.y1), Math.abs(back.y2 - drawn.y2)) / toleranceY,
        };
        expect(Math.max(gaps.x, gaps.y), `${fit} ${padPosition} ${JSON.stringify(gaps)}`).toBeLessThan(1);
      }
  });
});
