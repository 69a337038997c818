import { percentile } from './statistics.ts';

export const STAGES = ['queue', 'preprocess', 'inference', 'outputs', 'tracking', 'rules', 'enqueue'] as const;
export type Stage = (typeof STAGES)[number];
export type Spread = { readonly count: number; readonly p50: number; readonly p95: number; readonly p99: number };

const round = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** Nearest-rank percentiles, to the microsecond; null without samples. */
export const spreadOf = (samples: readonly number[]): Spread | null =>
  samples.length === 0
    ? null
    : {
        count: samples.length,
        p50: round(percentile(samples, 0.5)),
        p95: round(percentile(samples, 0.95)),
        p99: round(percentile(samples, 0.99)),
      };

/** Times of a frame's stages, ms per frame. */
export class StageTimes {
  readonly #samples = new Map<Stage, number[]>();

  add(stage: Stage, ms: number): void {
    const samples = this.#samples.get(stage) ?? [];
    samples.push(ms);
    this.#samples.set(stage, samples);
  }

  time<T>(stage: Stage, work: () => T): T {
    const startedAt = performance.now();
    const result = work();
    this.add(stage, performance.now() - startedAt);
    return result;
  }

  spreads(): Partial<Record<Stage, Spread>> {
    return Object.fromEntries(
      STAGES.flatMap((stage) => {
        const spread = spreadOf(this.#samples.get(stage) ?? []);
        return spread ? [[stage, spread]] : [];
      }),
    );
  }
}
