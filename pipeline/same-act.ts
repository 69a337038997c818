import { groupOf } from './class-groups.ts';
import type { RuleMatch } from './event.ts';
import { type Box, boxHeight, boxWidth, centre, iou } from './geometry.ts';
import type { DisposedMatch } from './rules/rule-set.ts';
import type { PtsMs } from './time.ts';
import type { Track, TrackedFrame } from './track.ts';

/** So much of a track's past is compared; an act is told apart from the next by then. */
const HISTORY_MS = 6_000;
/** An act that nobody saw for so long is over: whoever does the same in the same place then is somebody else. */
const FORGET_MS = 3_000;
/** A follower may appear so long after its forerunner was last seen, where that one would be by then. */
const HANDOVER_MS = 1_500;
/** Rider and vehicle share their middle to within this share of the larger box; two vehicles abreast do not. */
const NEAR_X = 0.6;
const NEAR_Y = 0.75;
/** Share of the common instants at which both must be near. */
const MOSTLY = 0.6;

type Point = { readonly ptsMs: PtsMs; readonly box: Box };
type Path = { readonly points: Point[]; kind: string; velocity: Track['velocity'] };
type Act = { readonly ruleId: string; readonly direction: string; readonly paths: Set<Path> };

const near = (a: Box, b: Box): boolean => {
  const [p, q] = [centre(a), centre(b)];
  return (
    Math.abs(p.x - q.x) <= NEAR_X * Math.max(boxWidth(a), boxWidth(b)) &&
    Math.abs(p.y - q.y) <= NEAR_Y * Math.max(boxHeight(a), boxHeight(b))
  );
};

const moved = ({ x1, y1, x2, y2 }: Box, { x, y }: Track['velocity'], seconds: number): Box => ({
  x1: x1 + x * seconds,
  y1: y1 + y * seconds,
  x2: x2 + x * seconds,
  y2: y2 + y * seconds,
});

/**
 * Overlap that makes two boxes one thing. A rider and what is ridden need none; two of a kind side by side have less; a
 * car has it with a motorcycle only where the detector took one vehicle for both.
 */
const leastIou = (a: string, b: string): number => {
  if (a === b) return 0.3;
  return a === 'four-wheeler' || b === 'four-wheeler' ? 0.5 : 0;
};

const areSame = (earlier: Path, later: Path): boolean => {
  const least = leastIou(earlier.kind, later.kind);
  const isNear = (a: Box, b: Box): boolean => near(a, b) && iou(a, b) >= least;
  const at = new Map(earlier.points.map((point) => [point.ptsMs, point.box]));
  const common = later.points.flatMap(({ ptsMs, box }) => {
    const other = at.get(ptsMs);
    return other ? [isNear(other, box)] : [];
  });
  if (common.length > 0) return common.filter(Boolean).length >= MOSTLY * common.length;
  const last = earlier.points.at(-1);
  const first = later.points[0];
  if (!last || !first || least >= 0.5) return false;
  const gapMs = first.ptsMs - last.ptsMs;
  return gapMs > 0 && gapMs <= HANDOVER_MS && near(moved(last.box, earlier.velocity, gapMs / 1000), first.box);
};

/**
 * One physical act is one match, however many tracks it has: a detector that sees rider, motorbike and bicycle in one
 * vehicle, or a tracker that loses and finds it again, makes several tracks that break the rule one after the other.
 * Tracks that go the same way together, or take over where another ended, are one offender; the first match stands.
 */
export class SameAct {
  readonly #paths = new Map<number, Path>();
  #acts: Act[] = [];

  /** @param matches of this frame; @returns those that begin an act */
  filter(matches: readonly DisposedMatch[], frame: TrackedFrame): readonly DisposedMatch[] {
    this.#remember(frame);
    return matches.filter(({ match }) => this.#begins(match, frame.ptsMs));
  }

  #remember({ tracks, ptsMs }: TrackedFrame): void {
    for (const { id, box, className, observed, state, velocity } of tracks) {
      if (!observed || state === 'tentative') continue;
      const path = this.#paths.get(id) ?? { points: [], kind: groupOf(className), velocity };
      this.#paths.set(id, path);
      path.points.push({ ptsMs, box });
      path.velocity = velocity;
      path.kind = groupOf(className);
      while (path.points.length > 1 && path.points[0]!.ptsMs < ptsMs - HISTORY_MS) path.points.shift();
    }
    for (const [id, { points }] of this.#paths) if (points.at(-1)!.ptsMs < ptsMs - HISTORY_MS) this.#paths.delete(id);
  }

  #begins({ subjects, decision }: RuleMatch, now: PtsMs): boolean {
    const [subject, ...others] = subjects;
    const path = subject && this.#paths.get(subject.trackId);
    // Crowds and the like are acts of a place, not of one track; their rules keep them single.
    if (!path || others.length > 0) return true;
    const seenAt = ({ paths }: Act): PtsMs => Math.max(...[...paths].map(({ points }) => points.at(-1)!.ptsMs));
    this.#acts = this.#acts.filter((act) => seenAt(act) >= now - FORGET_MS);
    const direction = decision.facts['direction'] ?? '';
    const same = this.#acts.find(
      (act) =>
        act.ruleId === decision.ruleId &&
        act.direction === direction &&
        [...act.paths].some((other) => other === path || areSame(other, path) || areSame(path, other)),
    );
    if (same && same.paths.has(path)) return true; // The same track again: its rule has its own reasons.
    if (same) {
      same.paths.add(path);
      return false;
    }
    this.#acts.push({ ruleId: decision.ruleId, direction, paths: new Set([path]) });
    return true;
  }
}
