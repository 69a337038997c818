import type { PtzPosition } from './fire/ptz.ts';
import type { Box, Point, Size } from './geometry.ts';
import type { EpochMs, PtsMs } from './time.ts';

/** Where the scaled picture lies inside the analysis frame, and how to get back to source pixels. */
export type Letterbox = {
  /** Size of the camera's full-resolution picture. */
  readonly source: Size;
  /** Size of the analysis frame, padding included. */
  readonly target: Size;
  /** Part of the source that the frame shows, in source pixels; the whole picture unless a region is analysed. */
  readonly crop: Box;
  /** Target pixels per source pixel. Both equal unless the picture is stretched. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Target position of the crop's top left corner. */
  readonly offset: Point;
};

/** All that is known of a frame besides its pixels. */
export type FrameHeader = {
  readonly cameraId: string;
  readonly sessionId: string;
  /** Counts the frames that ffmpeg delivered in this session, from 0, without holes. */
  readonly sequence: number;
  /** Media time on the session's stream clock. */
  readonly ptsMs: PtsMs;
  /** Wall-clock time of capture by the session's clock. */
  readonly capturedAt: EpochMs;
  /** Monotonic milliseconds of arrival in the recording process; comparable within one machine only. */
  readonly receivedMonoMs: number;
  readonly letterbox: Letterbox;
  /** The pose it was taken at, where the source says so. */
  readonly poseId?: string;
  /** Where the camera said that its mast stood when the frame came; absent while it does not say. */
  readonly ptz?: PtzPosition;
};

/**
 * A decoded frame at analysis size.
 * `pixels` is RGB, 8 bit, height × width × 3, rows packed. It belongs to the holder until `release()`,
 * after which the buffer may be overwritten.
 */
export type Frame = FrameHeader & { readonly pixels: Uint8Array<ArrayBuffer>; readonly release: () => void };

/**
 * Why a received frame was not analysed. Every received frame is analysed or has one of these. `settling`: a sweeping
 * camera was turning, or nobody knows where it looked. `rate-reduced`: the machine cannot analyse all, and more urgent
 * cameras come first.
 */
export const DROP_REASONS = [
  'superseded',
  'rate-reduced',
  'deadline',
  'no-analyzer',
  'inference-failed',
  'settling',
  'shutdown',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];
