import type { DangerReport } from './fire/danger.ts';
import type { LearntPlace } from './fire/learnt.ts';
import type { MastFact } from './fire/mast-watch.ts';
import type { OtherSight } from './fire/second-sight.ts';
import type { Box, Size } from './geometry.ts';
import type { HeadReading } from './head-reading.ts';
import type { PictureFacts } from './health/picture-facts.ts';
import type { SignalReadings } from './signals/signal.ts';
import type { StillThings } from './still/still-thing.ts';
import type { EpochMs, PtsMs } from './time.ts';

export type TrackState = 'tentative' | 'confirmed' | 'lost';

/** One thing through time, as it stands at one frame. */
export type Track = {
  /** Unique within one session of one camera; counts from 1. */
  readonly id: number;
  readonly className: string;
  readonly state: TrackState;
  /** In source pixels; measured when `observed`, else predicted by the Kalman filter. */
  readonly box: Box;
  /** Score of the last matched detection. */
  readonly score: number;
  /** Whether a detection was matched in this very frame. */
  readonly observed: boolean;
  /** Velocity of the box centre, source pixels per second, from the filter. */
  readonly velocity: { readonly x: number; readonly y: number };
  readonly firstPtsMs: PtsMs;
  readonly lastObservedPtsMs: PtsMs;
  /** Of smoke: how much its place changed since the look before, as a multiple of what the rest of the picture did. */
  readonly change?: number;
  /** Of smoke: how much of it may be stray light, 0 to 1; absent for none. */
  readonly glare?: number;
};

/** All tracks of a camera at one analysed frame: what rules and overlays consume. */
export type TrackedFrame = {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly ptsMs: PtsMs;
  readonly capturedAt: EpochMs;
  /** Size of the camera's full-resolution picture, which track boxes refer to. */
  readonly frameSize: Size;
  readonly tracks: readonly Track[];
  /** What the camera's signals show; absent where none is configured. */
  readonly signals?: SignalReadings;
  /** Head readings of riders in this frame, where a second-stage model looks at them. */
  readonly heads?: readonly HeadReading[];
  /** What the whole picture looks like, where a rule watches the camera itself. */
  readonly picture?: PictureFacts;
  /** Set while the camera itself moves, so that places in the picture mean nothing. */
  readonly viewMoves?: true;
  /** What was put into a zone and stands there, where a rule watches for it. */
  readonly still?: StillThings;
  /** What people decided of smoke that this camera showed before. */
  readonly learnt?: readonly LearntPlace[];
  /** Fire danger of the day, where somebody said it. */
  readonly danger?: DangerReport;
  /** What other cameras may be seeing of fires. */
  readonly others?: readonly OtherSight[];
  /** Which pose of a sweep it shows. */
  readonly poseId?: string;
  /** How the mast stands against the picture that the pose was calibrated on. */
  readonly mast?: MastFact;
};
