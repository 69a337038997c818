import type { LiveFrame } from '../../pipeline/live.ts';
import { Timeline } from './timeline.ts';

export type LoadTracks = (after: number, before: number, signal: AbortSignal) => Promise<readonly LiveFrame[]>;

/** Side-cars are kept by the minute too; one is some hundred kB on a busy street. */
const BLOCK_MS = 60_000;
/** Loaded before it is needed: at eight times the speed this is two seconds. */
const AHEAD_MS = 16_000;
const MOST_BLOCKS = 20;
/** A minute that was still being written when it was loaded, and one that could not be loaded, is asked for again. */
const AGAIN_MS = 5_000;
/** Analysis of a fast machine sees five pictures a second, of a tower one in some seconds. */
const NEAR_MS = 4_000;

type Block = { readonly state: 'loading' | 'whole' | 'growing' | 'failed'; readonly askedAt: number };

/** What analysis saw of one camera in the past, loaded minute by minute around the picture that is shown. */
export class RecordedTracks {
  readonly timeline = new Timeline(Infinity);
  readonly #load: LoadTracks;
  readonly #now: () => number;
  readonly #blocks = new Map<number, Block>();
  readonly #abort = new AbortController();
  #listener: () => void = () => undefined;

  /** @param now the server's clock, epoch ms */
  constructor(load: LoadTracks, now: () => number) {
    this.#load = load;
    this.#now = now;
  }

  /** Called when boxes have come. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Says which picture is shown, so that its boxes come. */
  want(at: number): void {
    this.#ask(at);
    this.#ask(at + AHEAD_MS);
  }

  /** Whether it is known that analysis saw nothing around an instant, because it was not running. */
  isBlindAt(at: number): boolean {
    if (this.#blocks.get(startOf(at))?.state !== 'whole') return false;
    const nearest = this.timeline.nearestAt(at);
    return nearest === null || Math.abs(nearest - at) > NEAR_MS;
  }

  close(): void {
    this.#abort.abort();
  }

  #ask(at: number): void {
    const start = startOf(at);
    const now = this.#now();
    const known = this.#blocks.get(start);
    if (start > now || known?.state === 'loading' || known?.state === 'whole') return;
    if (known && now - known.askedAt < AGAIN_MS) return;
    if (!known && this.#blocks.size >= MOST_BLOCKS) {
      this.#blocks.clear();
      this.timeline.clear();
    }
    this.#blocks.set(start, { state: 'loading', askedAt: now });
    const end = start + BLOCK_MS;
    this.#load(start, end, this.#abort.signal).then(
      (frames) => {
        // Frames of the last seconds may still be on their way to the disk.
        this.#settle(start, end + AGAIN_MS < now ? 'whole' : 'growing', now);
        for (const { capturedAt, tracks, viewMoves = false } of frames)
          this.timeline.add({ at: capturedAt, tracks, viewMoves });
        this.#listener();
      },
      () => this.#settle(start, 'failed', now),
    );
  }

  #settle(start: number, state: Block['state'], askedAt: number): void {
    if (this.#blocks.has(start)) this.#blocks.set(start, { state, askedAt });
  }
}

const startOf = (at: number): number => Math.floor(at / BLOCK_MS) * BLOCK_MS;
