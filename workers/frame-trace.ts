import type { RunTiming } from '../models/thread-protocol.ts';
import type { Frame } from '../pipeline/frame.ts';
import type { Stage, StageHistograms } from '../pipeline/stage-histograms.ts';
import type { PastSpan, TraceLink, Tracing } from './telemetry/tracing.ts';

type Observer = Pick<StageHistograms, 'observe'>;

/** Counts the times of one frame, and keeps them besides. */
export class FrameStages implements Observer {
  readonly ms: Partial<Record<Stage, number>> = {};
  readonly #counted: Observer | undefined;

  constructor(counted: Observer | undefined) {
    this.#counted = counted;
  }

  observe(stage: Stage, ms: number): void {
    this.ms[stage] = ms;
    this.#counted?.observe(stage, ms);
  }
}

/**
 * The way of one frame as spans: readable → queued → (waited for its batch → preprocess → inference → outputs) →
 * tracking → rules. A batch's run is every one of its frames' own.
 * @param endAt epoch ms at which its events were known
 * @param run last run of the detector, which had this frame in it
 */
export const tellFrame = (
  tracing: Tracing,
  frame: Pick<Frame, 'cameraId' | 'sessionId' | 'sequence' | 'ptsMs'>,
  { ms }: FrameStages,
  run: RunTiming | null,
  endAt: number,
): TraceLink => {
  const { frame: wholeMs = 0, decode_queue: queuedMs = 0, tracking: trackingMs = 0, rules: rulesMs = 0 } = ms;
  const startAt = endAt - wholeMs;
  const detectedAt = endAt - rulesMs;
  const trackedFrom = detectedAt - trackingMs;
  const parts: PastSpan[] = [{ name: 'queued', startAt, endAt: startAt + queuedMs }];
  if (run) {
    const outputsFrom = trackedFrom - run.outputsMs;
    const inferFrom = outputsFrom - run.inferMs;
    const packFrom = inferFrom - run.packMs;
    parts.push(
      { name: 'batched', startAt: Math.min(startAt + queuedMs, packFrom), endAt: packFrom },
      { name: 'preprocess', startAt: packFrom, endAt: inferFrom },
      { name: 'inference', startAt: inferFrom, endAt: outputsFrom },
      { name: 'outputs', startAt: outputsFrom, endAt: trackedFrom },
    );
  }
  parts.push(
    { name: 'tracking', startAt: trackedFrom, endAt: detectedAt },
    { name: 'rules', startAt: detectedAt, endAt },
  );
  const { cameraId, sessionId, sequence, ptsMs } = frame;
  const attributes = {
    'camera.id': cameraId,
    'session.id': sessionId,
    'frame.sequence': sequence,
    'frame.pts_ms': ptsMs,
  };
  return tracing.tell({ name: 'frame', startAt, endAt, attributes }, parts);
};
