import { FrameDropped } from '../pipeline/batcher.ts';
import type { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Detection } from '../pipeline/detection.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import type { DropReason, Frame } from '../pipeline/frame.ts';
import type { PlumeReport } from '../pipeline/fire/plume.ts';
import type { HeadReader } from '../pipeline/heads/head-reader.ts';
import type { LiveFrame } from '../pipeline/live.ts';
import type { VehiclePass } from '../pipeline/passages/passage.ts';
import type { PassageWatch } from '../pipeline/passages/passage-watch.ts';
import type { CameraMemory } from '../pipeline/rules/memory.ts';
import type { StageHistograms } from '../pipeline/stage-histograms.ts';
import { analyseFrame } from './analyse-frame.ts';
import { FrameStages } from './frame-trace.ts';

/** What became of one received frame; every frame has exactly one fate. */
export type FrameFate = 'analysed' | DropReason;

export type AnalyzerOptions = {
  /** Boxes of one frame in source pixels. @throws WatchpostError INFERENCE_FAILED, or an aborted run */
  readonly detect: (frame: Frame) => Promise<readonly Detection[]>;
  /** A new session needs a new pipeline: media time starts again and no track lives on. */
  readonly openPipeline: (frame: Frame) => CameraPipeline | Promise<CameraPipeline>;
  /** Told now and then, and at the end of a session, what the rules have learnt; the next session is to know it. */
  readonly onMemory?: (memory: CameraMemory) => Promise<void>;
  /** The second stage of a new session; null on cameras without one. */
  readonly openHeads?: () => HeadReader | null;
  /** What takes the passages of a new session; null on cameras without. */
  readonly openPassages?: (frame: Frame) => PassageWatch | null;
  readonly onPasses?: (passes: readonly VehiclePass[]) => Promise<void>;
  readonly onLive: (live: LiveFrame, detections: readonly Detection[]) => Promise<void>;
  readonly onEvents: (events: readonly WatchEvent[], trace?: string) => Promise<void>;
  /** Told how plumes of a view stand; @param poseId undefined where the camera does not turn */
  readonly onPlumes?: (poseId: string | undefined, plumes: readonly PlumeReport[]) => void;
  /** Told of each analysed frame where its times went; answers with the link of its trace, if it is followed. */
  readonly onTimes?: (frame: Frame, stages: FrameStages, events: readonly WatchEvent[]) => string | undefined;
  readonly onFate: (frame: Frame, fate: FrameFate) => void;
  /** How long a frame waited for a busy detector and was in inference (ms); asked as soon as its detections are there. */
  readonly inferenceMs?: (frame: Frame) => number;
  /** Whether it is this frame's turn where a machine cannot analyse all; by default each one's. */
  readonly isDue?: (frame: Frame) => boolean;
  readonly clock: Clock;
  /** Live frames older than this when their turn comes are dropped; null for files, which wait. */
  readonly deadlineMs: () => number | null;
  /** Where the times of stages are counted. */
  readonly stages?: StageHistograms;
};

/** A process that is killed loses what its rules have learnt since the last minute. */
const KEEP_EVERY_MS = 60_000;

/** Takes the frames of one camera through detector, tracker and rules. One frame at a time, in order. */
export class CameraAnalyzer {
  readonly #options: AnalyzerOptions;
  #pipeline: CameraPipeline | null = null;
  #heads: HeadReader | null = null;
  #passages: PassageWatch | null = null;
  #sessionId: string | null = null;
  #lastPtsMs = 0;
  #keptMonoMs = 0;

  constructor(options: AnalyzerOptions) {
    this.#options = options;
  }

  /** Analyses one frame and releases it, whatever happens. Failures of inference cost this frame only. */
  async push(frame: Frame): Promise<void> {
    const { clock, detect, openPipeline, onLive, onEvents, onFate, onTimes } = this.#options;
    const kept = onTimes ? new FrameStages(this.#options.stages) : null;
    const stages = kept ?? this.#options.stages;
    try {
      if (frame.sessionId !== this.#sessionId) {
        await this.finish();
        this.#pipeline = await openPipeline(frame);
        this.#keptMonoMs = clock.mono();
        this.#heads = this.#options.openHeads?.() ?? null;
        this.#passages = this.#options.openPassages?.(frame) ?? null;
        this.#sessionId = frame.sessionId;
      }
      const deadlineMs = this.#options.deadlineMs();
      const ageMs = clock.mono() - frame.receivedMonoMs;
      stages?.observe('decode_queue', ageMs);
      if (deadlineMs !== null && ageMs > deadlineMs) {
        onFate(frame, 'deadline');
        return;
      }
      if (this.#options.isDue?.(frame) === false) {
        onFate(frame, 'rate-reduced');
        return;
      }
      const poseId = this.#pipeline!.look(frame);
      if (poseId === null) {
        onFate(frame, 'settling');
        return;
      }
      let detections: readonly Detection[];
      let inferenceMs = 0;
      try {
        detections = await detect(frame);
        inferenceMs = this.#options.inferenceMs?.(frame) ?? 0;
      } catch (error) {
        if (!(error instanceof WatchpostError)) throw error;
        onFate(frame, error instanceof FrameDropped ? error.reason : 'inference-failed');
        return;
      }
      const posed = poseId === undefined ? frame : { ...frame, poseId };
      const { tracked, live, events, plumes } = await analyseFrame(
        this.#pipeline!,
        this.#heads,
        posed,
        detections,
        stages,
      );
      const wholeMs = clock.mono() - frame.receivedMonoMs;
      stages?.observe('frame', wholeMs);
      this.#lastPtsMs = frame.ptsMs;
      const trace = kept ? onTimes?.(frame, kept, events) : undefined;
      onFate(frame, 'analysed');
      const hand = async (): Promise<void> => {
        if (events.length > 0) await onEvents(events, trace);
        const addedMs = clock.mono() - frame.receivedMonoMs - inferenceMs;
        stages?.observe('added', addedMs);
        if (events.length > 0) stages?.observe('event', addedMs);
      };
      // Events do not wait for the side-car to be written, nor boxes on the wall for the queue.
      await Promise.all([hand(), onLive(live, detections)]);
      if (plumes) this.#options.onPlumes?.(poseId, plumes);
      await this.#hand(this.#passages?.push(tracked));
      if (clock.mono() - this.#keptMonoMs >= KEEP_EVERY_MS) await this.#keepMemory();
    } finally {
      frame.release();
    }
  }

  /** Ends the session: what was still open is closed at the last analysed frame. */
  async finish(): Promise<void> {
    await this.#keepMemory();
    const events = this.#pipeline?.finish(this.#lastPtsMs) ?? [];
    const passes = this.#passages?.finish();
    this.#pipeline = null;
    this.#passages = null;
    this.#sessionId = null;
    if (events.length > 0) await this.#options.onEvents(events);
    await this.#hand(passes);
  }

  async #keepMemory(): Promise<void> {
    this.#keptMonoMs = this.#options.clock.mono();
    const memory = this.#pipeline?.memory();
    if (memory) await this.#options.onMemory?.(memory);
  }

  async #hand(passes: readonly VehiclePass[] = []): Promise<void> {
    if (passes.length > 0) await this.#options.onPasses?.(passes);
  }
}
