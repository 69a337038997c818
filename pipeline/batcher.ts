import type { Clock } from './clock.ts';
import type { Detection } from './detection.ts';
import type { Detector } from './detector.ts';
import { WatchpostError } from './errors.ts';
import type { DropReason, Frame } from './frame.ts';

export type BatcherOptions = {
  readonly detector: Detector;
  /** Frames per run, at most; the detector's own limit holds as well. */
  readonly maxBatch: number;
  /** A batch that is not full starts once its oldest frame waited so long (ms). */
  readonly deadlineMs: number;
  /** How many cameras there are at present: a batch that has a frame of each waits for nobody. Left out: not known. */
  readonly cameras?: () => number;
  readonly clock: Clock;
  /** Live: a camera's newer frame takes the place of its waiting one. Default true; files keep every frame. */
  readonly live?: boolean;
  /** Told of each frame whose run starts: how long it waited for it, and how long of that the detector had nothing to do (ms). */
  readonly onWaited?: (frame: Frame, waited: { readonly ms: number; readonly idleMs: number }) => void;
};

/** A frame that was given up before inference, with the reason it is counted under. */
export class FrameDropped extends WatchpostError {
  readonly reason: DropReason;
  constructor(reason: DropReason, message: string) {
    super('INFERENCE_FAILED', message);
    this.name = 'FrameDropped';
    this.reason = reason;
  }
}

type Waiting = {
  readonly frame: Frame;
  readonly since: number;
  readonly resolve: (detections: readonly Detection[]) => void;
  readonly reject: (error: WatchpostError) => void;
};

/**
 * Brings frames of many cameras into one run of the detector. A batch starts when it is full, has a frame of every camera
 * or its oldest frame waited `deadlineMs`; one run at a time, so that frames which arrive meanwhile form the next batch. Cameras take turns: a
 * camera gets a second frame into a batch only when no other camera has one waiting.
 * Live queues hold one frame per camera and the oldest loses; file queues hold what their readers push.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #maxBatch: number;
  /** In order of turn: the first camera is served next and then goes to the end. */
  readonly #queues = new Map<string, Waiting[]>();
  readonly #dropped: Record<'superseded' | 'inference-failed' | 'shutdown', number> = {
    superseded: 0,
    'inference-failed': 0,
    shutdown: 0,
  };
  #alarm: AbortController | null = null;
  #running: Promise<void> | null = null;
  /** Since when the detector has had nothing to do. */
  #freeSince = -Infinity;
  #closed = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#maxBatch = Math.max(1, Math.min(options.maxBatch, options.detector.maxBatch));
  }

  /** Frames that `detect` took and gave back without detections, by reason. */
  get dropped(): Readonly<Partial<Record<DropReason, number>>> {
    return { ...this.#dropped };
  }

  /**
   * @param frame still owned by the caller, who may release it once the promise has settled
   * @returns boxes in source pixels
   * @throws FrameDropped when a newer frame superseded it or the batcher was closed;
   *   WatchpostError INFERENCE_FAILED when its run failed
   */
  detect(frame: Frame): Promise<readonly Detection[]> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { frame, since: this.#options.clock.mono(), resolve, reject };
      if (this.#closed) {
        this.#drop(waiting, 'shutdown', 'the batcher is closed');
        return;
      }
      const queue = this.#queues.get(frame.cameraId) ?? [];
      if (this.#options.live !== false)
        for (const older of queue.splice(0)) this.#drop(older, 'superseded', 'a newer frame of the camera came');
      queue.push(waiting);
      this.#queues.set(frame.cameraId, queue);
      this.#consider();
    });
  }

  /** Gives up what waits, waits for the run in progress. The detector stays open: it belongs to whoever opened it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm?.abort();
    for (const queue of this.#queues.values())
      for (const waiting of queue.splice(0)) this.#drop(waiting, 'shutdown', 'the batcher was closed');
    this.#queues.clear();
    await this.#running;
  }

  #drop(waiting: Waiting, reason: keyof Batcher['dropped'] & ('superseded' | 'shutdown'), message: string): void {
    this.#dropped[reason] += 1;
    waiting.reject(new FrameDropped(reason, message));
  }

  /** Starts a run when one is due, else sets the alarm for when it will be. */
  #consider(): void {
    if (this.#running || this.#closed) return;
    let count = 0;
    let oldest = Infinity;
    for (const queue of this.#queues.values()) {
      count += queue.length;
      oldest = Math.min(oldest, queue[0]?.since ?? Infinity);
    }
    if (count === 0) return;
    const { clock, deadlineMs, cameras } = this.#options;
    const leftMs = oldest + deadlineMs - clock.mono();
    const isComplete = cameras !== undefined && this.#queues.size >= cameras();
    if (count >= this.#maxBatch || isComplete || leftMs <= 0) {
      this.#alarm?.abort();
      this.#alarm = null;
      this.#running = this.#run(this.#take()).finally(() => {
        this.#running = null;
        this.#freeSince = clock.mono();
        this.#consider();
      });
      return;
    }
    if (this.#alarm) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    void clock.sleep(leftMs, alarm.signal).then(() => {
      if (this.#alarm !== alarm) return;
      this.#alarm = null;
      this.#consider();
    });
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    while (batch.length < this.#maxBatch) {
      const next = this.#queues.entries().next();
      if (next.done) break;
      const [cameraId, queue] = next.value;
      // Deleting and setting again moves the camera to the end of the turn.
      this.#queues.delete(cameraId);
      const waiting = queue.shift();
      if (waiting) batch.push(waiting);
      if (queue.length > 0) this.#queues.set(cameraId, queue);
    }
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const { clock, onWaited } = this.#options;
    const startedAt = clock.mono();
    for (const { since, frame } of batch)
      onWaited?.(frame, { ms: startedAt - since, idleMs: startedAt - Math.max(since, this.#freeSince) });
    try {
      const lists = await this.#options.detector.detect(batch.map(({ frame }) => frame));
      batch.forEach(({ resolve }, i) => resolve(lists[i] ?? []));
    } catch (cause) {
      this.#dropped['inference-failed'] += batch.length;
      const failure =
        cause instanceof WatchpostError
          ? cause
          : new WatchpostError(
              'INFERENCE_FAILED',
              `a run of "${this.#options.detector.id}" failed: ${cause instanceof Error ? cause.message : String(cause)}`,
              { cause },
            );
      for (const { reject } of batch) reject(failure);
    }
  }
}
