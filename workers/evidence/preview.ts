import ffmpeg from 'fluent-ffmpeg';
import { toolError } from './tool.ts';

/** Whether every browser plays it; H.265 and others need a preview. */
export const playsInBrowsers = (codec: string): boolean => codec === 'h264';

/**
 * Makes an H.264 copy for the review page, frame for frame with the same times. Derived: it never replaces the clip.
 * @throws WatchpostError EVIDENCE_UNVERIFIED when the clip cannot be decoded
 */
export const makePreview = (clip: string, target: string): Promise<void> =>
  new Promise((resolve, reject) => {
    ffmpeg(clip)
      .outputOptions(['-map', '0:v:0', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p'])
      .outputOptions(['-vsync', 'passthrough', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact'])
      .outputOptions(['-movflags', '+faststart', '-f', 'mp4'])
      .on('end', () => resolve())
      .on('error', (error: Error, _stdout, stderr) =>
        reject(toolError('ffmpeg', 'EVIDENCE_UNVERIFIED', error, stderr ?? '')),
      )
      .save(target);
  });
