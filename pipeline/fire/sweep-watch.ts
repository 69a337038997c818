import type { Frame, FrameHeader } from '../frame.ts';

/** Which pose a frame shows; null while the camera turns, or when it is not known: such a frame is not looked at. */
export type PoseId = string | null;

export type SweptFrame = Pick<FrameHeader, 'ptsMs' | 'capturedAt' | 'poseId' | 'ptz'> &
  Partial<Pick<Frame, 'pixels' | 'letterbox'>>;

/** Assigns frames to the poses of a sweep. Frames in order of media time. */
export interface SweepWatch {
  look(frame: SweptFrame): PoseId;
}

/** Two pictures of one view agree in their edges at least so well; those of views beside each other stay below 0.4. */
export const SAME_VIEW = 0.6;
