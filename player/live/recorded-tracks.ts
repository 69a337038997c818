import type { LivePlate } from '../../api/contract/live.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { PlateBook } from './plate-book.ts';
import { Timeline } from './timeline.ts';

export type LoadTracks = (after: number, before: number, signal: AbortSignal) => Promise<readonly LiveFrame[]>;

export type LoadPlates = (after: number, before: number, signal: AbortSignal) => Promise<readonly LivePlate[]>;

/** Side-cars are kept by the minute too; one is some hundred kB on a busy street. */
const BLOCK_MS = 60_000;
/** Loaded before it is needed: at eight times the speed this is two seconds. */
const AHEAD_MS = 16_000;
const MOST_BLOCKS = 20;
/** Each asking for plates is a line of the audit, so it is done by larger parts; the newest are still being read. */
const PLATES_BLOCK_MS = 10 * 60_000;
const PLATES_AGAIN_MS = 30_000;
/** A minute that was still being written when it was loaded, and one that could not be loaded, is asked for again. */
const AGAIN_MS = 5_000;
/** Analysis of a fast machine sees five pictures a second, of a tower one in some seconds. */
const NEAR_MS = 4_000;

type Block = { readonly state: 'loading' | 'whole' | 'growing' | 'failed'; readonly askedAt: number };

/** What analysis saw of one camera in the past, loaded minute by minute around the picture that is shown. */
export class RecordedTracks {
  readonly timeline = new Timeline(Infinity);
  readonly plates = new PlateBook();
  readonly #load: LoadTracks;
  readonly #loadPlates: LoadPlates | null;
  /** When plates of a part were last asked for; Infinity: all of them are there. */
  readonly #platesAskedAt = new Map<number, number>();
  readonly #now: () => number;
  readonly #blocks = new Map<number, Block>();
  readonly #abort = new AbortController();
  #listener: () => void = () => undefined;

  /**
   * @param now the server's clock, epoch ms
   * @param loadPlates null for whoever may not see plates
   */
  constructor(load: LoadTracks, now: () => number, loadPlates: LoadPlates | null = null) {
    this.#load = load;
    this.#now = now;
    this.#loadPlates = loadPlates;
  }

  /** Called when boxes have come. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Says which picture is shown, so that its boxes come. */
  want(at: number): void {
    this.#ask(at);
    this.#ask(at + AHEAD_MS);
    this.#askPlates(at);
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
        for (const { capturedAt, tracks, sessionId, viewMoves = false } of frames)
          this.timeline.add({ at: capturedAt, tracks, sessionId, viewMoves });
        this.#listener();
      },
      () => this.#settle(start, 'failed', now),
    );
  }

  #askPlates(at: number): void {
    const start = Math.floor(at / PLATES_BLOCK_MS) * PLATES_BLOCK_MS;
    const end = start + PLATES_BLOCK_MS;
    const now = this.#now();
    if (!this.#loadPlates || now - (this.#platesAskedAt.get(start) ?? -Infinity) < PLATES_AGAIN_MS) return;
    this.#platesAskedAt.set(start, end + PLATES_AGAIN_MS < now ? Infinity : now);
    this.#loadPlates(start, end, this.#abort.signal).then(
      (plates) => {
        for (const plate of plates) this.plates.add(plate);
        this.#listener();
      },
      () => this.#platesAskedAt.set(start, now),
    );
  }

  #settle(start: number, state: Block['state'], askedAt: number): void {
    if (this.#blocks.has(start)) this.#blocks.set(start, { state, askedAt });
  }
}

const startOf = (at: number): number => Math.floor(at / BLOCK_MS) * BLOCK_MS;
