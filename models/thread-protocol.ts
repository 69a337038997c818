import type { DetectorConfig } from '../pipeline/config/detector.ts';
import type { ErrorCode } from '../pipeline/errors.ts';
import type { ModelEntry } from './manifest.ts';

/** What an inference thread is started with. */
export type ThreadOptions = {
  readonly entry: ModelEntry;
  readonly file: string;
  readonly threads: number;
  readonly provider: DetectorConfig['provider'];
  readonly minScore: number;
  /** Shared memory that both sides see: one after the other, slots of `slotBytes`. */
  readonly pixels: SharedArrayBuffer;
  readonly slotBytes: number;
};

export type ThreadRequest =
  | { readonly kind: 'detect'; readonly id: number; readonly slot: number; readonly count: number }
  | { readonly kind: 'close' };

/** Numbers per detection in a result: picture of the batch, class index, score, x1, y1, x2, y2 in input pixels. */
export const RESULT_STRIDE = 7;

/** Where a run's time went, ms: packing of pixels into the input, inference, and reading boxes out of the outputs. */
export type RunTiming = { readonly packMs: number; readonly inferMs: number; readonly outputsMs: number };

export type ThreadReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | {
      readonly kind: 'result';
      readonly id: number;
      readonly detections: Float32Array<ArrayBuffer>;
      readonly runMs: number;
      readonly timing: RunTiming;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
