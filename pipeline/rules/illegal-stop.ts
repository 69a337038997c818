import { groupOf } from '../class-groups.ts';
import type { RuleMatch } from '../event.ts';
import { type Box, boxArea, boxHeight, boxWidth, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { cameTrue } from './instants.ts';
import type { Rule } from './rule.ts';
import type { IllegalStopConfig } from './rule-config.ts';
import { boxAt, round2, round4, toSighting } from './sightings.ts';
import type { Histories, Observation, Scene, TrackHistory } from './track-history.ts';

/** A place in which a vehicle stands; kept by place and not by track, as passing traffic hides it and its id changes. */
type Stop = {
  /** The track that was last seen in it. */
  readonly trackId: number;
  readonly className: string;
  readonly box: Box;
  readonly sincePtsMs: PtsMs;
  readonly lastSeenPtsMs: PtsMs;
  /** Standing time that counts, without red and queues. */
  readonly countedMs: number;
  readonly reported: boolean;
};
export type IllegalStopState = { readonly stops: readonly Stop[]; readonly ptsMs: PtsMs | null };

const AFTER_MS = 1_000;
/** A vehicle that is seen elsewhere for so long has left: what it drove over on its way is no place where it stands. */
const LEFT_MS = 1_000;
/** A place is one in which a vehicle still is after so long: what traffic drives over is none. */
const SETTLE_MS = 300;
/** A vehicle whose box differs more in scale is another. */
const SIZE_FACTOR = 1.5;
/** Traffic stands when its median speed is below this many box heights a second, and at least two vehicles are there. */
const STANDING_HEIGHTS_PER_S = 0.15;
const QUEUE_LENGTH = 2;
const SPEED_WINDOW_MS = 2_000;

type Geometry = { readonly zone: Zone; readonly lane: Zone | null; readonly frameSize: Size };

/**
 * A vehicle stands where stopping is forbidden. Its time stops while the signal is red or cannot be read, and while the
 * traffic of the lane beside it stands too: that is a queue.
 */
export class IllegalStopRule implements Rule<IllegalStopState> {
  readonly id: string;
  readonly #config: IllegalStopConfig;
  readonly #frameSize: Size;
  readonly #zone: readonly Point[];
  readonly #lane: readonly Point[] | null;
  readonly #geometryHash: string;

  constructor(config: IllegalStopConfig, { zone, lane, frameSize }: Geometry) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#zone = toPixelZone(zone, frameSize);
    this.#lane = lane && toPixelZone(lane, frameSize);
    this.#geometryHash = geometryHash({ zone: zone.corners, lane: lane?.corners ?? null });
  }

  init(): IllegalStopState {
    return { stops: [], ptsMs: null };
  }

  step(state: IllegalStopState, scene: Scene): { state: IllegalStopState; matches: readonly RuleMatch[] } {
    const { ptsMs, histories } = scene;
    const passedMs = state.ptsMs === null ? 0 : Math.max(0, ptsMs - state.ptsMs);
    const counts = !this.#isRed(scene) && !this.#isQueue(scene);
    const inZone = [...histories.values()].filter(
      (history) => history.observed && history.confirmed && this.#isMeant(history),
    );
    const taken = new Set<number>();
    const matches: RuleMatch[] = [];
    const known = underTheirNumbers(state.stops, histories);
    const told = known.filter((stop) => stop.reported);
    const stops = known.flatMap((stop): readonly Stop[] => {
      const vehicle = this.#occupant(stop, known, { histories, inZone, taken });
      const countedMs = stop.countedMs + (counts ? passedMs : 0);
      if (!vehicle) {
        const keptMs = histories.get(stop.trackId)?.observed ? LEFT_MS : this.#config.hiddenMs;
        return ptsMs - stop.lastSeenPtsMs > keptMs ? [] : [{ ...stop, countedMs }];
      }
      taken.add(vehicle.trackId);
      const seen: Stop = { ...stop, trackId: vehicle.trackId, lastSeenPtsMs: ptsMs, countedMs };
      const isTold = stop.reported || told.some((other) => this.#isOneStop(other, seen));
      if (isTold || countedMs < this.#config.minStopMs) return [{ ...seen, reported: isTold }];
      matches.push(this.#match(seen, vehicle));
      return [{ ...seen, reported: true }];
    });
    const occupied = stops.filter((stop) => stop.lastSeenPtsMs === ptsMs);
    for (const history of inZone)
      // A second box of a vehicle that already stands there is no second vehicle.
      if (!taken.has(history.trackId) && !occupied.some((stop) => this.#stands(stop, history.path.at(-1)!, history))) {
        const stop = toStop(history, ptsMs);
        if (stop && this.#stands(stop, history.path.at(-1)!, history)) occupied.push(stop);
      }
    const hidden = stops.filter((stop) => stop.lastSeenPtsMs !== ptsMs);
    return { state: { stops: [...hidden, ...occupied], ptsMs }, matches };
  }

  /**
   * Who stands in the place now: its own track; one that changed numbers with it; or one that appeared there. Whoever
   * drove up is another vehicle.
   */
  #occupant(
    stop: Stop,
    stops: readonly Stop[],
    { histories, inZone, taken }: Pick<Scene, 'histories'> & { inZone: readonly TrackHistory[]; taken: Set<number> },
  ): TrackHistory | null {
    const own = histories.get(stop.trackId);
    const standsHere = (history: TrackHistory): boolean => this.#stands(stop, history.path.at(-1)!, history);
    if (own?.observed && !taken.has(own.trackId) && standsHere(own)) return own;
    const hasSwapped = ({ trackId }: TrackHistory): boolean =>
      own?.observed === true &&
      stops.some((other) => other.trackId === trackId && this.#stands(other, own.path.at(-1)!, own));
    const isBack = (history: TrackHistory): boolean =>
      !taken.has(history.trackId) &&
      history.trackId !== stop.trackId &&
      standsHere(history) &&
      (this.#stands(stop, history.first, history) || hasSwapped(history));
    return inZone.find(isBack) ?? null;
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #isMeant({ className, path }: TrackHistory): boolean {
    return this.#config.classes.includes(className) && isInside(groundPoint(path.at(-1)!.box), this.#zone);
  }

  #stands(stop: Stop, { box }: Observation, { className }: TrackHistory): boolean {
    // Asked of every vehicle and every place it drove over: what excludes most comes first.
    const most = this.#config.maxDriftShare * Math.min(boxWidth(stop.box), boxHeight(stop.box));
    const across = (box.x1 + box.x2 - stop.box.x1 - stop.box.x2) / 2;
    const along = box.y2 - stop.box.y2;
    if (across * across + along * along > most * most || groupOf(className) !== groupOf(stop.className)) return false;
    const factor = Math.sqrt(boxArea(box) / Math.max(1, boxArea(stop.box)));
    return factor <= SIZE_FACTOR && factor >= 1 / SIZE_FACTOR;
  }

  /** A vehicle that trembles on the edge between two places stands in both. */
  #isOneStop(told: Stop, { trackId, box }: Stop): boolean {
    const [here, there] = [groundPoint(box), groundPoint(told.box)];
    const most = 2 * this.#config.maxDriftShare * Math.min(boxWidth(box), boxHeight(box));
    return told.trackId === trackId && Math.hypot(here.x - there.x, here.y - there.y) <= most;
  }

  #isRed({ signals }: Scene): boolean {
    if (this.#config.signal === undefined) return false;
    const state = signals?.[this.#config.signal]?.state ?? 'unknown';
    return state === 'red' || state === 'unknown';
  }

  #isQueue({ histories, ptsMs }: Scene): boolean {
    const lane = this.#lane;
    if (!lane) return false;
    const speeds = [...histories.values()]
      .filter(({ observed, className }) => observed && this.#config.classes.includes(className))
      .filter(({ path }) => isInside(groundPoint(path.at(-1)!.box), lane))
      .map(({ path }) => heightsPerSecond(path, ptsMs - SPEED_WINDOW_MS))
      .sort((a, b) => a - b);
    return speeds.length >= QUEUE_LENGTH && speeds[speeds.length >> 1]! < STANDING_HEIGHTS_PER_S;
  }

  #match(stop: Stop, vehicle: TrackHistory): RuleMatch {
    const { minStopMs, zone } = this.#config;
    const newest = vehicle.path.at(-1)!;
    const overMs = Math.min(stop.countedMs - minStopMs, newest.ptsMs - (vehicle.path.at(-2)?.ptsMs ?? newest.ptsMs));
    const [start, trigger] = [Math.round(stop.sincePtsMs), Math.round(newest.ptsMs - overMs)];
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'illegal_stop',
        ruleVersion: '4',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'standing',
            value: round2((stop.countedMs - overMs) / 1000),
            unit: 's',
            threshold: minStopMs / 1000,
            comparison: '>=',
          },
          { name: 'sinceArrival', value: round2((trigger - start) / 1000), unit: 's' },
        ],
        facts: { zone, class: stop.className, ongoing: 'yes' },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: null,
      keyPtsMs: { before: start, at: trigger, after: Math.round(newest.ptsMs) + AFTER_MS },
      subjects: [
        {
          trackId: vehicle.trackId,
          className: stop.className,
          role: 'offender',
          score: round4(newest.score),
          sightings: [
            toSighting(start, stop.box, this.#frameSize),
            toSighting(trigger, boxAt(vehicle.path, trigger), this.#frameSize),
          ],
        },
      ],
    };
  }
}

/** Places under the numbers that their vehicles have now: one that gets a new number goes on standing. */
const underTheirNumbers = (stops: readonly Stop[], histories: Histories): readonly Stop[] => {
  const heirs = new Map<number, number>();
  for (const { origin, trackId } of histories.values())
    if (origin !== null && origin !== trackId) heirs.set(origin, trackId);
  return heirs.size === 0
    ? stops
    : stops.map((stop) => ({ ...stop, trackId: heirs.get(stop.trackId) ?? stop.trackId }));
};

/** Mean speed since an instant, in heights of the box: over two seconds trembling is far below that of a slow start. */
const heightsPerSecond = (path: readonly Observation[], fromPtsMs: PtsMs): number => {
  const newest = path.at(-1)!;
  const oldest = path.find(({ ptsMs }) => ptsMs >= fromPtsMs) ?? newest;
  const seconds = (newest.ptsMs - oldest.ptsMs) / 1000;
  if (seconds <= 0) return 0;
  const [here, there] = [groundPoint(newest.box), groundPoint(oldest.box)];
  return Math.hypot(here.x - there.x, here.y - there.y) / seconds / Math.max(1, boxHeight(newest.box));
};

/** The place where it was a moment ago, in which it stands if it is still there. Null while it is too new to tell. */
const toStop = ({ trackId, className, path }: TrackHistory, ptsMs: PtsMs): Stop | null => {
  const at = path.findLastIndex((observation) => observation.ptsMs <= ptsMs - SETTLE_MS);
  const anchor = path[at];
  if (!anchor) return null;
  const sincePtsMs = cameTrue(path[at - 1]?.ptsMs, anchor.ptsMs);
  return {
    trackId,
    className,
    box: anchor.box,
    sincePtsMs,
    lastSeenPtsMs: ptsMs,
    countedMs: ptsMs - sincePtsMs,
    reported: false,
  };
};
