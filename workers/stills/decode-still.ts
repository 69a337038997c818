import sharp from 'sharp';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { Letterbox } from '../../pipeline/frame.ts';
import type { Size } from '../../pipeline/geometry.ts';
import { letterboxFilter } from '../../pipeline/letterbox.ts';

const PAD = 114;
/** More than any tower camera has; a small file may claim a picture that fills the memory. */
const MOST_PIXELS = 64_000_000;
const OPTIONS = { limitInputPixels: MOST_PIXELS, failOn: 'truncated' } as const;

const unreadable = (error: unknown): WatchpostError =>
  new WatchpostError('INPUT_UNREADABLE', `not a readable JPEG: ${(error as Error).message.split('\n')[0] ?? ''}`);

/** @throws WatchpostError INPUT_UNREADABLE */
export const stillSize = async (bytes: Buffer): Promise<Size> => {
  try {
    const { width, height, format } = await sharp(bytes, OPTIONS).metadata();
    if (format !== 'jpeg') throw new Error(`it is ${format}`);
    return { width, height };
  } catch (error) {
    throw unreadable(error);
  }
};

/**
 * A still as an analysis frame: uint8 RGB, laid out as the letterbox says. A picture of another size than the session's is
 * brought to it first, as ffmpeg does for video.
 * @throws WatchpostError INPUT_UNREADABLE
 */
export const decodeStill = async (bytes: Buffer, letterbox: Letterbox): Promise<Uint8Array<ArrayBuffer>> => {
  const { source, target } = letterbox;
  const { crop, scaled, pad } = letterboxFilter(letterbox);
  try {
    const size = await stillSize(bytes);
    const isSame = size.width === source.width && size.height === source.height;
    const own = isSame
      ? sharp(bytes, OPTIONS)
      : sharp(
          await sharp(bytes, OPTIONS)
            .resize({ ...source, fit: 'fill' })
            .png()
            .toBuffer(),
        );
    const shown = crop ? own.extract({ left: crop.x, top: crop.y, width: crop.width, height: crop.height }) : own;
    const laid = shown
      .resize({ ...scaled, fit: 'fill', kernel: 'cubic' })
      .toColourspace('srgb')
      .removeAlpha();
    const padded = pad
      ? laid.extend({
          left: pad.x,
          top: pad.y,
          right: target.width - scaled.width - pad.x,
          bottom: target.height - scaled.height - pad.y,
          background: { r: PAD, g: PAD, b: PAD },
        })
      : laid;
    return new Uint8Array(await padded.raw().toBuffer());
  } catch (error) {
    throw error instanceof WatchpostError ? error : unreadable(error);
  }
};
