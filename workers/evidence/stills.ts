import sharp from 'sharp';
import type { Picture } from '../../models/plate-crop.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import { runTool } from './tool.ts';
import { type ClipFacts, frameAt } from './verify-clip.ts';

/** A frame of a clip: uint8 RGB at the camera's full resolution. */
export type ClipPicture = Picture & {
  /** Media time of the very frame shown, at or before the wanted instant. */
  readonly ptsMs: PtsMs;
};

export type Still = {
  /** JPEG at the camera's full resolution. */
  readonly bytes: Buffer;
  readonly ptsMs: PtsMs;
};

/** Plates stay readable; twice the size buys nothing a person can see. */
const JPEG_QUALITY = 92;

/**
 * Decodes the frames shown at the given instants from a clip, each exactly: chosen by its packet's own time stamp.
 * @returns one frame per instant, in the same order; null where the clip has no frame at the instant
 * @throws WatchpostError EVIDENCE_UNVERIFIED when a frame cannot be decoded
 */
export const decodeFrames = async (
  clip: string,
  facts: ClipFacts,
  instants: readonly PtsMs[],
): Promise<(ClipPicture | null)[]> => {
  const wanted = instants.map((ptsMs) => frameAt(facts, ptsMs));
  const frames = [...new Map(wanted.flatMap((frame) => (frame ? [[frame.pts, frame]] : []))).values()].sort(
    (a, b) => a.pts - b.pts,
  );
  if (frames.length === 0) return instants.map(() => null);
  const { width, height, tickMs } = facts;
  const key = facts.frames.findLast((frame) => frame.isKey && frame.pts <= frames[0]!.pts) ?? facts.frames[0]!;
  // Seeking half a tick early: ffmpeg drops frames before the seek point, and its rounding must not drop this one.
  const seekS = Math.max(0, ((key.pts - 0.5) * tickMs) / 1_000).toFixed(6);
  const select = frames.map(({ pts }) => `eq(pts,${pts})`).join('+');
  const raw = await runTool(
    'ffmpeg',
    [
      ...['-v', 'error', '-noautorotate', '-copyts', '-ss', seekS, '-i', clip, '-map', '0:v:0'],
      ...['-vf', `select='${select}'`, '-vsync', 'passthrough', '-frames:v', String(frames.length)],
      ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
    ],
    'EVIDENCE_UNVERIFIED',
  );
  const frameBytes = width * height * 3;
  if (raw.length !== frames.length * frameBytes)
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `expected ${frames.length} stills of ${width}×${height}, decoded ${raw.length / frameBytes}`,
    );
  const pictures = new Map(
    frames.map(({ pts, ptsMs }, index): [number, ClipPicture] => [
      pts,
      { ptsMs, width, height, pixels: raw.subarray(index * frameBytes, (index + 1) * frameBytes) },
    ]),
  );
  return wanted.map((frame) => (frame && pictures.get(frame.pts)) ?? null);
};

/** A frame as the file that goes into the case. */
export const toStill = async ({ pixels, width, height, ptsMs }: ClipPicture): Promise<Still> => ({
  bytes: await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer(),
  ptsMs,
});
