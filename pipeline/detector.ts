import type { Detection } from './detection.ts';
import type { Frame } from './frame.ts';

/** Pixels in, detections out. Implemented in `models/`; nothing else knows a runtime. */
export interface Detector {
  readonly id: string;
  readonly model: { readonly id: string; readonly sha256: string };
  /** Largest batch that one run takes. */
  readonly maxBatch: number;
  /** The size its analysis frames must have and whether the picture is letterboxed or stretched into it. */
  readonly input: { readonly width: number; readonly height: number; readonly fit: 'letterbox' | 'stretch' };
  /**
   * @param frames at most `maxBatch`, each of the detector's input size; still owned by the caller
   * @returns one list per frame, boxes in source pixels, sorted by falling score, suppression done
   * @throws WatchpostError INFERENCE_FAILED
   */
  detect(frames: readonly Frame[]): Promise<readonly (readonly Detection[])[]>;
  close(): Promise<void>;
}
