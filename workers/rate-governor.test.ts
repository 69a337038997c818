import { describe, expect, test } from 'vitest';
import type { Clock } from '../pipeline/clock.ts';
import { RateGovernor } from './rate-governor.ts';

type Camera = { readonly id: string; readonly priority: number; readonly fps: number };

/**
 * Cameras in front of a detector that takes one frame after the other; a frame whose camera's earlier one still waits
 * takes its place, as in the product.
 */
class Street {
  #mono = 0;
  readonly changes: (readonly string[] | null)[] = [];
  readonly governor: RateGovernor;
  readonly #cameras: readonly Camera[];
  #freeAt = 0;

  constructor(cameras: readonly Camera[]) {
    const clock: Clock = { now: () => this.#mono, mono: () => this.#mono, sleep: () => Promise.resolve() };
    this.governor = new RateGovernor(clock, (rates) => this.changes.push(rates && [...rates.keys()]));
    this.#cameras = cameras;
    for (const { id, priority, fps } of cameras) this.governor.wish({ cameraId: id, priority, fps, cost: 1 });
  }

  /** @returns frames a second that each camera had analysed, over the second half of the time */
  play(seconds: number, runMs: number): Readonly<Record<string, number>> {
    const from = this.#mono;
    const middle = from + (seconds * 1_000) / 2;
    const done: Record<string, number> = {};
    const waiting = new Map<string, number>();
    const nextAt = new Map(this.#cameras.map(({ id }, i) => [id, from + i * 7]));
    for (; this.#mono < from + seconds * 1_000; this.#mono++) {
      for (const { id, fps } of this.#cameras) {
        if (this.#mono < nextAt.get(id)!) continue;
        nextAt.set(id, nextAt.get(id)! + 1_000 / fps);
        if (this.governor.isDue(id, this.#mono)) waiting.set(id, this.#mono);
      }
      const first = [...waiting].sort((a, b) => a[1] - b[1])[0];
      if (!first || this.#mono < this.#freeAt) continue;
      waiting.delete(first[0]);
      this.#freeAt = this.#mono + runMs;
      this.governor.observe(runMs, 1);
      if (this.#mono >= middle) done[first[0]] = (done[first[0]] ?? 0) + 1;
    }
    return Object.fromEntries(Object.entries(done).map(([id, count]) => [id, count / (seconds / 2)]));
  }
}

const helmet = { id: 'helmet', priority: 3, fps: 5 };
const count1 = { id: 'count-1', priority: 1, fps: 5 };
const count2 = { id: 'count-2', priority: 1, fps: 5 };

describe('when a detector cannot do all', () => {
  test('the urgent camera keeps its rate and the others share the rest', () => {
    const street = new Street([count1, helmet, count2]);
    // 100 ms a run: 10 frames a second of 15 wanted.
    const rates = street.play(60, 100);
    expect(rates['helmet']).toBeGreaterThan(4.7);
    for (const id of ['count-1', 'count-2']) {
      expect(rates[id]).toBeGreaterThan(1.3);
      expect(rates[id]).toBeLessThan(2.7);
    }
    expect(street.changes).toHaveLength(1);
    expect([...street.changes[0]!].sort()).toEqual(['count-1', 'count-2', 'helmet']);
  });

  test('full rates come back once, when there is room again, and do not swing', () => {
    const street = new Street([count1, helmet, count2]);
    street.play(30, 100);
    const rates = street.play(60, 30);
    expect(rates).toEqual({ helmet: 5, 'count-1': 5, 'count-2': 5 });
    expect(street.changes).toEqual([expect.any(Array), null]);
  });

  test('a detector that has enough time lowers nothing', () => {
    const street = new Street([count1, helmet, count2]);
    expect(street.play(30, 55)).toEqual({ helmet: 5, 'count-1': 5, 'count-2': 5 });
    expect(street.changes).toEqual([]);
  });

  test('cameras that send nothing take nothing from the others', () => {
    const street = new Street([count1, helmet]);
    street.governor.wish({ cameraId: 'away', priority: 3, fps: 25, cost: 4 });
    const rates = street.play(60, 120);
    expect(rates['helmet']).toBeGreaterThan(4.5);
    expect(rates['count-1']).toBeGreaterThan(1.2);
  });
});
