import type { Frame } from './frame.ts';

/** Where frames are read from: a camera's live frames in `analyze`, a file's frames in `replay`. */
export interface FrameSource {
  /** Frames in order of media time, until the source ends or the signal fires. The consumer releases each. */
  frames(signal: AbortSignal): AsyncIterable<Frame>;
}
