import type { Letterbox } from './frame.ts';
import { type Box, boxHeight, boxWidth, clipBox, type Size } from './geometry.ts';

export type LetterboxOptions = {
  readonly source: Size;
  readonly target: Size;
  /** Part of the source to show, in source pixels; the whole picture when left out. Snapped to even pixels. */
  readonly crop?: Box;
  readonly fit: 'letterbox' | 'stretch';
  /** Where the picture lies when its shape is not the target's. Only the letterbox pads. */
  readonly padPosition: 'top-left' | 'centred';
};

/**
 * Chroma of 4:2:0 video has half the resolution: ffmpeg's `crop` moves odd corners and odd sizes down to even ones, and
 * boxes would be off by a pixel. So a crop starts and ends on even pixels; an odd last row or column is left out.
 */
const snapCrop = (crop: Box, source: Size): Box => {
  const clipped = clipBox(crop, source);
  const span = (from: number, to: number, limit: number): readonly [number, number] => {
    const last = Math.max(2 * Math.floor(limit / 2), 2);
    const start = Math.min(2 * Math.round(from / 2), last - 2);
    return [start, Math.min(Math.max(2 * Math.round(to / 2), start + 2), last)];
  };
  const [x1, x2] = span(clipped.x1, clipped.x2, source.width);
  const [y1, y2] = span(clipped.y1, clipped.y2, source.height);
  return { x1, y1, x2, y2 };
};

/**
 * Plans how a camera's picture comes to lie in the analysis frame. The scaled picture has whole pixels, so the scales
 * are those of the rounded sizes, not the nominal ratio: at 320 px a rounded row is worth up to 3 source pixels.
 * @throws RangeError when a size is not positive
 */
export const planLetterbox = ({ source, target, crop, fit, padPosition }: LetterboxOptions): Letterbox => {
  for (const side of [source.width, source.height, target.width, target.height])
    if (!(side > 0)) throw new RangeError(`sizes must be positive, got ${side}`);
  const shown = crop ? snapCrop(crop, source) : { x1: 0, y1: 0, x2: source.width, y2: source.height };
  const width = boxWidth(shown);
  const height = boxHeight(shown);
  const ratio = Math.min(target.width / width, target.height / height);
  const fill = fit === 'stretch';
  const scaledWidth = fill ? target.width : Math.min(Math.max(Math.round(width * ratio), 1), target.width);
  const scaledHeight = fill ? target.height : Math.min(Math.max(Math.round(height * ratio), 1), target.height);
  const centred = padPosition === 'centred' && !fill;
  return {
    source,
    target,
    crop: shown,
    scaleX: scaledWidth / width,
    scaleY: scaledHeight / height,
    offset: {
      x: centred ? Math.floor((target.width - scaledWidth) / 2) : 0,
      y: centred ? Math.floor((target.height - scaledHeight) / 2) : 0,
    },
  };
};

/** The whole numbers ffmpeg needs to make the picture that the letterbox describes: crop, then scale, then pad. */
export type LetterboxFilter = {
  /** Null when the whole picture is shown. */
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
  readonly scaled: Size;
  /** Null when the scaled picture fills the target. */
  readonly pad: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
};

/** All values are exact integers in pixels; the rounding of `Math.round` only undoes floating-point noise. */
export const letterboxFilter = ({ source, target, crop, scaleX, scaleY, offset }: Letterbox): LetterboxFilter => {
  const width = boxWidth(crop);
  const height = boxHeight(crop);
  const scaled = { width: Math.round(width * scaleX), height: Math.round(height * scaleY) };
  const whole = crop.x1 === 0 && crop.y1 === 0 && width === source.width && height === source.height;
  const filled = scaled.width === target.width && scaled.height === target.height;
  return {
    crop: whole ? null : { x: crop.x1, y: crop.y1, width, height },
    scaled,
    pad: filled ? null : { x: offset.x, y: offset.y, width: target.width, height: target.height },
  };
};

/** Box in target pixels → source pixels, cut at the edges of the part that was shown. */
export const toSource = (box: Box, { crop, scaleX, scaleY, offset }: Letterbox): Box => ({
  x1: clamp((box.x1 - offset.x) / scaleX + crop.x1, crop.x1, crop.x2),
  y1: clamp((box.y1 - offset.y) / scaleY + crop.y1, crop.y1, crop.y2),
  x2: clamp((box.x2 - offset.x) / scaleX + crop.x1, crop.x1, crop.x2),
  y2: clamp((box.y2 - offset.y) / scaleY + crop.y1, crop.y1, crop.y2),
});

/** Box in source pixels → target pixels; not cut. */
export const toTarget = (box: Box, { crop, scaleX, scaleY, offset }: Letterbox): Box => ({
  x1: (box.x1 - crop.x1) * scaleX + offset.x,
  y1: (box.y1 - crop.y1) * scaleY + offset.y,
  x2: (box.x2 - crop.x1) * scaleX + offset.x,
  y2: (box.y2 - crop.y1) * scaleY + offset.y,
});

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
