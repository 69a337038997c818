import type { LiveTrack } from '../../pipeline/live.ts';

/** Tracks as they stood at one instant. `at` is ms on any one clock: `capturedAt` live, `ptsMs` in a clip. */
export type Moment = {
  readonly at: number;
  readonly tracks: readonly LiveTrack[];
  /** Numbers of tracks are told apart by the session that counted them. */
  readonly sessionId?: string;
  /** Whether the camera itself moved. */
  readonly viewMoves?: boolean;
};

/** What to draw over one picture. */
export type Overlay = {
  /** The instant the boxes stand for; the picture's own instant whenever analysis surrounds it. */
  readonly at: number;
  readonly tracks: readonly LiveTrack[];
  readonly sessionId?: string;
};

/** No box is drawn further than this many analysis intervals from the frame it was seen in. */
const MAX_AGE_INTERVALS = 1.5;
/** Until two moments are known; the default analysis rate is 5 frames a second. */
const DEFAULT_INTERVAL_MS = 200;

/**
 * The analysed moments of one camera, in order of time, oldest forgotten first. A picture usually lies between two
 * of them: its boxes are interpolated, so that they sit on the vehicle and not where it was at the last analysis.
 */
export class Timeline {
  readonly #moments: Moment[] = [];
  readonly #keepMs: number;

  /** @param keepMs how far back moments are kept; a live page is a few seconds behind, so a minute is plenty */
  constructor(keepMs = 60_000) {
    this.#keepMs = keepMs;
  }

  get size(): number {
    return this.#moments.length;
  }

  /** Instant of the newest moment, or null. */
  get newestAt(): number | null {
    return this.#moments.at(-1)?.at ?? null;
  }

  get newest(): Moment | null {
    return this.#moments.at(-1) ?? null;
  }

  /** Adds one moment; one that arrives late finds its place, one at a known instant replaces it. */
  add(moment: Moment): void {
    const index = this.#indexAfter(moment.at);
    if (this.#moments[index - 1]?.at === moment.at) this.#moments[index - 1] = moment;
    else this.#moments.splice(index, 0, moment);
    const oldest = this.#moments.at(-1)!.at - this.#keepMs;
    while (this.#moments[0]!.at < oldest) this.#moments.shift();
  }

  clear(): void {
    this.#moments.length = 0;
  }

  /** Instant of the moment that lies nearest, or null when there is none. */
  nearestAt(at: number): number | null {
    const index = this.#indexAfter(at);
    const before = this.#moments[index - 1]?.at ?? -Infinity;
    const after = this.#moments[index]?.at ?? Infinity;
    const nearest = at - before <= after - at ? before : after;
    return Number.isFinite(nearest) ? nearest : null;
  }

  /** Median distance of the moments around an instant (ms): the analysis interval there. */
  intervalAt(at: number): number {
    const end = this.#indexAfter(at);
    const around = this.#moments.slice(Math.max(0, end - 5), end + 5);
    const gaps = around.slice(1).map((moment, i) => moment.at - around[i]!.at);
    gaps.sort((a, b) => a - b);
    return gaps[gaps.length >> 1] ?? DEFAULT_INTERVAL_MS;
  }

  /** What to draw over the picture captured at `at`, or null when no analysis is near enough. */
  overlayAt(at: number): Overlay | null {
    const index = this.#indexAfter(at);
    const before = this.#moments[index - 1];
    const after = this.#moments[index];
    const interval = this.intervalAt(at);
    const reach = interval * MAX_AGE_INTERVALS;
    if (before?.at === at) return before;

    if (before && after && after.at - before.at <= 2 * reach) {
      return { ...ofSession(before), at, tracks: between(before, after, at) };
    }
    const usable = [before, after].filter((moment) => moment && Math.abs(moment.at - at) <= reach);
    const nearest = usable.sort((a, b) => Math.abs(a!.at - at) - Math.abs(b!.at - at))[0];
    if (!nearest) return null;
    return { ...ofSession(nearest), at, tracks: nearest.tracks.map((track) => moved(track, at - nearest.at)) };
  }

  /** Whether the camera itself moved in the last analysed moment before. */
  isViewMovingAt(at: number): boolean {
    return this.#moments[this.#indexAfter(at) - 1]?.viewMoves ?? false;
  }

  /** Index of the first moment later than `at`. */
  #indexAfter(at: number): number {
    let low = 0;
    let high = this.#moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#moments[middle]!.at <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const ofSession = ({ sessionId }: Moment): Pick<Overlay, 'sessionId'> => (sessionId === undefined ? {} : { sessionId });

/** Tracks of both moments in between; one that is in a single moment is drawn on that moment's half only. */
function between(before: Moment, after: Moment, at: number): LiveTrack[] {
  const share = (at - before.at) / (after.at - before.at);
  const later = new Map(after.tracks.map((track) => [track.id, track]));
  const tracks: LiveTrack[] = [];
  for (const track of before.tracks) {
    const next = later.get(track.id);
    if (next) {
      tracks.push({ ...(share < 0.5 ? track : next), box: mix(track.box, next.box, share) });
      later.delete(track.id);
    } else if (share < 0.5) {
      tracks.push(moved(track, at - before.at));
    }
  }
  if (share >= 0.5) for (const track of later.values()) tracks.push(moved(track, at - after.at));
  return tracks;
}

type FractionBox = LiveTrack['box'];

const mix = (a: FractionBox, b: FractionBox, share: number): FractionBox => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
  a[3] + (b[3] - a[3]) * share,
];

/** The track carried along its velocity for `ms` (negative: back). */
function moved(track: LiveTrack, ms: number): LiveTrack {
  const dx = (track.velocity[0] * ms) / 1000;
  const dy = (track.velocity[1] * ms) / 1000;
  const [x1, y1, x2, y2] = track.box;
  return { ...track, box: [x1 + dx, y1 + dy, x2 + dx, y2 + dy] };
}
