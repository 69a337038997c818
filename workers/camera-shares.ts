/** One worker's offer to analyse one camera. */
export type Candidate = {
  readonly cameraId: string;
  readonly worker: string;
  /** Cameras that the worker takes at most. */
  readonly capacity: number;
  /** Gives it the camera, once another worker has dealt with the frame that it works on. */
  readonly start: () => void;
};

/** A worker that has just come may be one that keeps dying: it is given running cameras only after so long. */
const PROVEN_AFTER_MS = 3_000;

/**
 * Shares cameras out among the workers that offer to analyse them: each camera has one, no worker more than it takes.
 * Whoever holds the frames decides, so that no lease has to run out and no clock has to be right: a worker that dies
 * breaks its connections, and its cameras go to the others at once.
 */
export class CameraShares {
  readonly #candidates = new Map<string, Map<string, Candidate>>();
  readonly #chosen = new Map<string, Candidate>();
  readonly #joinedMonoMs = new Map<string, number>();

  /** Worker that has the camera. */
  workerOf(cameraId: string): string | null {
    return this.#chosen.get(cameraId)?.worker ?? null;
  }

  join(candidate: Candidate, monoMs: number): void {
    const { cameraId, worker } = candidate;
    const others = this.#candidates.get(cameraId) ?? new Map<string, Candidate>();
    this.#candidates.set(cameraId, others);
    const older = others.get(worker);
    if (older) this.leave(older);
    others.set(worker, candidate);
    if (!this.#joinedMonoMs.has(worker)) this.#joinedMonoMs.set(worker, monoMs);
    this.#fill();
  }

  leave(candidate: Candidate): void {
    const { cameraId, worker } = candidate;
    const others = this.#candidates.get(cameraId);
    if (others?.get(worker) !== candidate) return;
    others.delete(worker);
    if (this.#chosen.get(cameraId) === candidate) this.#chosen.delete(cameraId);
    if (![...this.#candidates.values()].some((each) => each.has(worker))) this.#joinedMonoMs.delete(worker);
    this.#fill();
  }

  /** Whether anybody else could take the camera now. */
  hasStandIn(cameraId: string): boolean {
    const worker = this.workerOf(cameraId);
    return [...(this.#candidates.get(cameraId)?.values() ?? [])].some(
      (other) => other.worker !== worker && this.#count(other.worker) < other.capacity,
    );
  }

  /** Moves at most one camera from a busier worker to one with less to do; call once a second. */
  balance(monoMs: number): void {
    for (const [cameraId, chosen] of this.#chosen) {
      const better = this.#best(
        cameraId,
        (other) => monoMs - (this.#joinedMonoMs.get(other.worker) ?? monoMs) >= PROVEN_AFTER_MS,
      );
      if (!better || better === chosen || this.#load(better, 1) >= this.#load(chosen, 0)) continue;
      this.#chosen.set(cameraId, better);
      better.start();
      return;
    }
  }

  #fill(): void {
    for (const cameraId of this.#candidates.keys()) {
      if (this.#chosen.has(cameraId)) continue;
      const best = this.#best(cameraId);
      if (!best) continue;
      this.#chosen.set(cameraId, best);
      best.start();
    }
  }

  /** Of those with room, the one with the least to do. */
  #best(cameraId: string, allowed: (candidate: Candidate) => boolean = () => true): Candidate | null {
    let best: Candidate | null = null;
    for (const candidate of this.#candidates.get(cameraId)?.values() ?? []) {
      if (!allowed(candidate) || this.#count(candidate.worker) >= candidate.capacity) continue;
      if (!best || this.#load(candidate, 1) < this.#load(best, 1)) best = candidate;
    }
    return best;
  }

  #load({ worker, capacity }: Candidate, more: number): number {
    return (this.#count(worker) + more) / capacity;
  }

  #count(worker: string): number {
    let count = 0;
    for (const chosen of this.#chosen.values()) if (chosen.worker === worker) count++;
    return count;
  }
}
