import type { EpochMs, PtsMs } from './time.ts';

/** One file of the rolling recording: a fragment of fMP4 that plays after its session's init segment. */
export type SegmentRecord = {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly sequence: number;
  /** File name within the session's folder. */
  readonly file: string;
  /** Presentation time of the first frame, on the session's stream clock. */
  readonly startPtsMs: PtsMs;
  readonly durationMs: number;
  readonly startAt: EpochMs;
  readonly bytes: number;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
  /** Whether the first frame is a key frame, so that a clip may start here. */
  readonly startsWithKeyframe: boolean;
  /** The pose it was taken at, where stills arrive per pose. */
  readonly poseId?: string;
};

/** What `session.json` in a session's folder holds. */
export type RecordingSession = {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly clock: import('./time.ts').SessionClock;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly initFile: string;
  readonly initSha256: string;
  /** Present when the camera's codec does not play in browsers: a second, H.264 rendition for previews. */
  readonly previewInitFile?: string;
  /** Media time at which the session ended, written when it gets no more segments; absent while it may. */
  readonly endPtsMs?: PtsMs;
};

/** A stretch without recording, written down as a fact with its cause. */
export type RecordingGap = {
  readonly cameraId: string;
  readonly fromAt: EpochMs;
  /** Null while it lasts. */
  readonly toAt: EpochMs | null;
  readonly cause: string;
};
