import type { CameraConfig } from '../config/camera.ts';
import type { PassagesConfig } from '../config/passages.ts';
import { boxArea, boxHeight, groundPoint, type Point, type Size } from '../geometry.ts';
import { alongLine, isInside, signedDistance } from '../polygon.ts';
import { type PtsMs, type SessionClock, toCapturedAt } from '../time.ts';
import type { Track, TrackedFrame } from '../track.ts';
import { toLines, toPixelPoint, toPixelZone, toZones } from '../zone.ts';
import { isPassageClass, type PassageClass, passageId, type VehiclePass } from './passage.ts';

/** After the line a vehicle is followed so long for views of its plate, then its passage is told: alerts cannot wait. */
const AFTER_LINE_MS = 1_000;
/** A vehicle that stands in the picture is one passage, told once. */
const LONGEST_MS = 30_000;
/** A box that grew or shrank by less says nothing about the direction. */
const CLEAR_GROWTH = 1.2;

type Following = {
  readonly firstPtsMs: PtsMs;
  readonly firstHeight: number;
  lastPtsMs: PtsMs;
  lastHeight: number;
  ground: Point;
  readonly seen: Map<PassageClass, number>;
  confirmed: boolean;
  /** Whether it is where the camera's passages are counted. */
  counts: boolean;
  best: { readonly area: number; readonly ptsMs: PtsMs; readonly ground: Point };
  crossed: { readonly ptsMs: PtsMs; readonly direction: 'in' | 'out'; readonly ground: Point } | null;
  told: boolean;
};

export type PassageWatchOptions = {
  readonly camera: Pick<CameraConfig, 'id' | 'zones' | 'lines'>;
  readonly passages: PassagesConfig;
  readonly clock: SessionClock;
  readonly frameSize: Size;
};

/**
 * Vehicles that pass a plate camera, each once: over the configured line, through the zone, or anywhere in the picture.
 * Synchronous and free of clocks, so the same tracks always give the same passages.
 */
export class PassageWatch {
  readonly #options: PassageWatchOptions;
  readonly #line: { readonly a: Point; readonly b: Point } | null;
  readonly #zone: readonly Point[] | null;
  readonly #lanes: readonly { readonly id: string; readonly corners: readonly Point[] }[];
  readonly #following = new Map<number, Following>();

  constructor(options: PassageWatchOptions) {
    const { camera, passages, frameSize } = options;
    this.#options = options;
    const zones = toZones(camera.zones);
    const line = passages.line === undefined ? undefined : toLines(camera.lines).get(passages.line);
    const zone = passages.zone === undefined ? undefined : zones.get(passages.zone);
    this.#line = line ? { a: toPixelPoint(line.a, frameSize), b: toPixelPoint(line.b, frameSize) } : null;
    this.#zone = zone ? toPixelZone(zone, frameSize) : null;
    this.#lanes = passages.lanes.flatMap((id) => {
      const lane = zones.get(id);
      return lane ? [{ id, corners: toPixelZone(lane, frameSize) }] : [];
    });
  }

  /** @param frame in order of media time. @returns vehicles whose passage is complete */
  push(frame: TrackedFrame): readonly VehiclePass[] {
    const done: VehiclePass[] = [];
    const present = new Set<number>();
    for (const track of frame.tracks) {
      present.add(track.id);
      const { className } = track;
      if (!track.observed || !isPassageClass(className)) continue;
      const following = this.#follow(track, className, frame.ptsMs);
      if (this.#isReady(following, frame.ptsMs)) done.push(...this.#tell(track.id, following));
    }
    for (const [id, following] of this.#following) {
      if (present.has(id)) continue;
      this.#following.delete(id);
      done.push(...this.#tell(id, following));
    }
    return done;
  }

  /** Ends the session: whoever is still in the picture has passed. */
  finish(): readonly VehiclePass[] {
    const done = [...this.#following].flatMap(([id, following]) => this.#tell(id, following));
    this.#following.clear();
    return done;
  }

  #follow(track: Track, className: PassageClass, ptsMs: PtsMs): Following {
    const ground = groundPoint(track.box);
    const [area, height] = [boxArea(track.box), boxHeight(track.box)];
    const following = this.#following.get(track.id) ?? {
      ...{ firstPtsMs: ptsMs, firstHeight: height, lastPtsMs: ptsMs, lastHeight: height, ground },
      ...{
        seen: new Map<PassageClass, number>(),
        confirmed: false,
        counts: this.#line === null && this.#zone === null,
      },
      ...{ best: { area, ptsMs, ground }, crossed: null, told: false },
    };
    this.#following.set(track.id, following);
    following.seen.set(className, (following.seen.get(className) ?? 0) + 1);
    following.confirmed ||= track.state === 'confirmed';
    following.counts ||= this.#zone !== null && isInside(ground, this.#zone);
    following.crossed ??= this.#crossing(following, ground, ptsMs);
    if (area > following.best.area) following.best = { area, ptsMs, ground };
    following.lastPtsMs = ptsMs;
    following.lastHeight = height;
    following.ground = ground;
    return following;
  }

  #crossing(before: Following, to: Point, ptsMs: PtsMs): Following['crossed'] {
    if (!this.#line) return null;
    const { a, b } = this.#line;
    const [from, now] = [signedDistance(before.ground, a, b), signedDistance(to, a, b)];
    if (from < 0 === now < 0) return null;
    const share = from / (from - now);
    const at = {
      x: before.ground.x + (to.x - before.ground.x) * share,
      y: before.ground.y + (to.y - before.ground.y) * share,
    };
    const along = alongLine(at, a, b);
    if (along < 0 || along > 1) return null;
    const crossedPtsMs = before.lastPtsMs + (ptsMs - before.lastPtsMs) * share;
    return { ptsMs: Math.round(crossedPtsMs), direction: from < 0 ? 'in' : 'out', ground: at };
  }

  #isReady({ crossed, firstPtsMs }: Following, ptsMs: PtsMs): boolean {
    if (crossed && ptsMs - crossed.ptsMs >= AFTER_LINE_MS) return true;
    return this.#line === null && ptsMs - firstPtsMs >= LONGEST_MS;
  }

  #tell(trackId: number, following: Following): readonly VehiclePass[] {
    const { camera, clock } = this.#options;
    const { crossed, best, confirmed, counts, firstPtsMs, lastPtsMs, seen } = following;
    if (following.told || !confirmed || !(counts || crossed)) return [];
    following.told = true;
    const { ptsMs, ground } = crossed ?? best;
    const [className] = [...seen].sort(([, a], [, b]) => b - a)[0]!;
    const cameraId = camera.id;
    const { sessionId } = clock;
    return [
      {
        id: passageId({ cameraId, sessionId, trackId, firstPtsMs }),
        ...{ cameraId, sessionId, trackId, className },
        ...{ at: toCapturedAt(clock, ptsMs), ptsMs, firstPtsMs, lastPtsMs },
        lane: this.#lanes.find(({ corners }) => isInside(ground, corners))?.id ?? null,
        direction: crossed?.direction ?? growth(following),
      },
    ];
  }
}

const growth = ({ firstHeight, lastHeight }: Following): 'approaching' | 'leaving' | null => {
  if (lastHeight >= firstHeight * CLEAR_GROWTH) return 'approaching';
  return firstHeight >= lastHeight * CLEAR_GROWTH ? 'leaving' : null;
};
