/** Stages of a picture's way, as operators see them. Times are of one frame, but `inference`: of one run (a batch). */
export const STAGES = {
  decode_queue: 'frame received from ffmpeg → taken by the analysis',
  batch_queue: 'frame handed to the batcher → its run starts',
  inference: 'one run of a detector, with packing and reading of boxes',
  tracking: 'tracker on one frame',
  rules: 'rules on one frame, with the second model where a rule has one',
  added: 'frame received from ffmpeg → its events handed on, without inference and the wait for a busy detector',
  event: 'the same of the frames alone that have events',
  frame: 'frame received from ffmpeg → its events known',
  enqueue: 'event handed to the evidence queue or to the counts',
  evidence: 'recording complete → case sealed, stored and verified',
  case_visible: 'end of the event’s post-roll → case in the review list',
} as const;
export type Stage = keyof typeof STAGES;

/** Upper bounds in seconds; the last bucket, without a bound, is `count`. */
export const BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Cumulative, as Prometheus wants it: `buckets[i]` counts the times up to `BUCKETS_S[i]`. */
export type HistogramData = { readonly buckets: readonly number[]; readonly sum: number; readonly count: number };

export class Histogram {
  readonly #limits: readonly number[];
  readonly #buckets: number[];
  #sum = 0;
  #count = 0;

  constructor(limits: readonly number[] = BUCKETS_S) {
    this.#limits = limits;
    this.#buckets = limits.map(() => 0);
  }

  observe(seconds: number): void {
    this.#sum += seconds;
    this.#count++;
    for (let i = this.#limits.length - 1; i >= 0 && seconds <= this.#limits[i]!; i--) this.#buckets[i]!++;
  }

  get data(): HistogramData {
    return { buckets: [...this.#buckets], sum: this.#sum, count: this.#count };
  }
}

/** One process's times since its start, by stage. */
export class StageHistograms {
  readonly #histograms = new Map<Stage, Histogram>();

  observe(stage: Stage, ms: number): void {
    let histogram = this.#histograms.get(stage);
    if (!histogram) this.#histograms.set(stage, (histogram = new Histogram()));
    histogram.observe(ms / 1_000);
  }

  get data(): Readonly<Partial<Record<Stage, HistogramData>>> {
    return Object.fromEntries([...this.#histograms].map(([stage, { data }]) => [stage, data]));
  }
}
