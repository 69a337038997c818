import type { RuleMatch } from '../pipeline/event.ts';
import type { Point } from '../pipeline/geometry.ts';
import type { Rule } from '../pipeline/rules/rule.ts';
import { type Histories, toScene } from '../pipeline/rules/track-history.ts';
import { mulberry32 } from '../pipeline/random.ts';
import type { Track, TrackedFrame } from '../pipeline/track.ts';

/** Hand-drawn traffic on a picture of 1000 × 1000 px, so that 0.5 of the frame is 500 px. */
export const FRAME = { width: 1000, height: 1000 };
const CONFIRM_MS = 300;

type Waypoint = Point & { readonly ptsMs: number };
type Span = readonly [fromMs: number, toMs: number];

/** One thing that moves from waypoint to waypoint; the point is where it touches the ground. */
export class DrawnTrack {
  readonly className: string;
  readonly #size: readonly [width: number, height: number];
  readonly #score: number;
  readonly #ids: { readonly fromMs: number; readonly id: number }[];
  readonly #waypoints: Waypoint[] = [];
  readonly #gaps: Span[] = [];
  #unconfirmed = false;

  constructor(id: number, className: string, size: readonly [number, number], score = 0.8) {
    this.className = className;
    this.#size = size;
    this.#score = score;
    this.#ids = [{ fromMs: -Infinity, id }];
  }

  /** Is at this point at this time; between two calls it moves evenly. */
  at(ptsMs: number, x: number, y: number): this {
    this.#waypoints.push({ ptsMs, x, y });
    return this;
  }

  /** Stays where it is until then. */
  standsUntil(ptsMs: number): this {
    const { x, y } = this.#waypoints.at(-1)!;
    return this.at(ptsMs, x, y);
  }

  /** The detector does not see it in this span. */
  hidden(fromMs: number, toMs: number): this {
    this.#gaps.push([fromMs, toMs]);
    return this;
  }

  /** The tracker gives it another id from then on. */
  renamed(fromMs: number, id: number): this {
    this.#ids.push({ fromMs, id });
    return this;
  }

  neverConfirmed(): this {
    this.#unconfirmed = true;
    return this;
  }

  /** What a tracker says of it at that time; null when it is not there or not seen. */
  seenAt(ptsMs: number, jitter: () => number): Track | null {
    const first = this.#waypoints[0]!;
    const last = this.#waypoints.at(-1)!;
    if (ptsMs < first.ptsMs || ptsMs > last.ptsMs) return null;
    if (this.#gaps.some(([from, to]) => ptsMs >= from && ptsMs < to)) return null;
    const next = Math.max(
      1,
      this.#waypoints.findIndex((waypoint) => waypoint.ptsMs >= ptsMs),
    );
    const a = this.#waypoints[next - 1]!;
    const b = this.#waypoints[next] ?? a;
    const span = Math.max(1, b.ptsMs - a.ptsMs);
    const share = (ptsMs - a.ptsMs) / span;
    const x = a.x + (b.x - a.x) * share + jitter();
    const y = a.y + (b.y - a.y) * share + jitter();
    const [width, height] = this.#size;
    const named = this.#ids.findLast(({ fromMs }) => ptsMs >= fromMs)!;
    const bornMs = Math.max(first.ptsMs, named.fromMs);
    return {
      id: named.id,
      className: this.className,
      state: !this.#unconfirmed && ptsMs - bornMs >= CONFIRM_MS ? 'confirmed' : 'tentative',
      box: { x1: x - width / 2, y1: y - height, x2: x + width / 2, y2: y },
      score: this.#score,
      observed: true,
      velocity: { x: ((b.x - a.x) / span) * 1000, y: ((b.y - a.y) / span) * 1000 },
      firstPtsMs: bornMs,
      lastObservedPtsMs: ptsMs,
    };
  }
}

const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  person: [20, 50],
  bicycle: [30, 50],
  motorcycle: [30, 60],
  car: [80, 60],
  bus: [140, 120],
  truck: [120, 110],
};
const draw =
  (className: string) =>
  (id: number): DrawnTrack =>
    new DrawnTrack(id, className, SIZES[className]!);
export const person = draw('person');
export const bicycle = draw('bicycle');
export const motorcycle = draw('motorcycle');
export const car = draw('car');
export const truck = draw('truck');

export type Sampling = {
  readonly fps: number;
  readonly untilMs: number;
  /** Share of frames that never arrive. */
  readonly dropped?: number;
  /** Noise of every corner, uniform in ± px. */
  readonly jitterPx?: number;
  readonly seed?: number;
  /** Wall-clock time of media time zero. */
  readonly anchorAt?: number;
};

export const random = mulberry32;

/** The drawn things as a camera with that frame rate sees them. */
export const filmed = (
  things: readonly DrawnTrack[],
  { fps, untilMs, dropped = 0, jitterPx = 0, seed = 1, anchorAt = 0 }: Sampling,
): readonly TrackedFrame[] => {
  const next = random(seed);
  const jitter = (): number => (next() * 2 - 1) * jitterPx;
  const frames: TrackedFrame[] = [];
  for (let index = 0; (index * 1000) / fps <= untilMs; index++) {
    if (next() < dropped) continue;
    const ptsMs = (index * 1000) / fps;
    const tracks = things.map((thing) => thing.seenAt(ptsMs, jitter)).filter((track) => track !== null);
    frames.push({ cameraId: 'c', sessionId: 's', ptsMs, capturedAt: anchorAt + ptsMs, frameSize: FRAME, tracks });
  }
  return frames;
};

/** All matches of a rule over the frames, those at the end of the stream included. */
export const replay = (rule: Rule, frames: readonly TrackedFrame[]): readonly RuleMatch[] => {
  let state = rule.init();
  let histories: Histories = new Map();
  const matches: RuleMatch[] = [];
  for (const frame of frames) {
    const scene = toScene(histories, frame);
    histories = scene.histories;
    const stepped = rule.step(state, scene);
    state = stepped.state;
    matches.push(...stepped.matches);
  }
  return [...matches, ...rule.finish(state, frames.at(-1)?.ptsMs ?? 0)];
};
