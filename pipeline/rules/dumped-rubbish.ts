import type { RuleMatch } from '../event.ts';
import { type Box, boxArea, boxHeight, boxWidth, groundPoint, iou, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { StillThing } from '../still/still-thing.ts';
import type { PtsMs } from '../time.ts';
import type { Zone } from '../zone.ts';
import type { Rule } from './rule.ts';
import type { DumpedRubbishConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

/** A person or vehicle at a place of the zone, at one instant. */
type Visit = {
  readonly trackId: number;
  readonly className: string;
  readonly box: Box;
  readonly score: number;
  readonly ptsMs: PtsMs;
};
/** Who brought a thing: first and last seen at it. */
type Bringer = { readonly first: Visit; readonly last: Visit };
/** A thing that stands in the zone. */
type Left = {
  /** In source pixels. */
  readonly box: Box;
  readonly bringer: Bringer | null;
  /** Since when nobody has stood at it; null while somebody does. */
  readonly alonePtsMs: PtsMs | null;
  readonly reported: boolean;
};
export type DumpedRubbishState = {
  readonly visits: readonly Visit[];
  readonly left: ReadonlyMap<number, Left>;
};

/** Whoever was at the place so long before the thing could be seen may have brought it … */
const BROUGHT_MS = 15_000;
/** … and is often still half in front of it for a moment. */
const STEPPING_AWAY_MS = 1_500;
const VISIT_STEP_MS = 200;
/** How long visits are kept: a thing is told three seconds after it stands, in traffic later. */
const VISITS_MS = 60_000;
/** Reach around the thing within which somebody puts it down, in shares of the thing's and the person's size. */
const REACH_SHARE = 0.25;
/** A thing nearly as large as the vehicle that was there is that vehicle, which the detector no longer finds. */
const MOST_OF_VEHICLE = 0.6;
const MOST_OF_PERSON = 1.5;
const SAME_PLACE_IOU = 0.5;
/** A track stands when it moved less than this share of its height over the last two seconds. */
const STANDING_HEIGHTS = 0.3;
const STANDING_MS = 2_000;

/**
 * Something was left in a zone: it was not there, then somebody was, then it stands there alone. The picture shows that
 * a thing stands (see `still/`), tracks show who was there just before and has gone. What the thing is nobody knows:
 * rubbish, a parcel and a bicycle that the detector misses look the same to this rule; a person decides.
 */
export class DumpedRubbishRule implements Rule<DumpedRubbishState> {
  readonly id: string;
  readonly whileViewMoves = 'wait';
  readonly #config: DumpedRubbishConfig;
  readonly #frameSize: Size;
  readonly #geometryHash: string;

  constructor(config: DumpedRubbishConfig, zone: Zone, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#geometryHash = geometryHash({ zone: zone.corners });
  }

  init(): DumpedRubbishState {
    return { visits: [], left: new Map() };
  }

  step(
    state: DumpedRubbishState,
    { histories, ptsMs, still }: Scene,
  ): { state: DumpedRubbishState; matches: readonly RuleMatch[] } {
    const visits = this.#addVisits(state.visits, histories, ptsMs);
    const left = new Map<number, Left>();
    const matches: RuleMatch[] = [];
    const standing = [...histories.values()].filter((history) => history.observed && isStanding(history, ptsMs));
    for (const thing of still?.[this.#config.zone] ?? []) {
      const box = this.#toPixels(thing.box);
      if (Math.min(boxWidth(box), boxHeight(box)) < this.#config.minSizeFraction * this.#frameSize.height) continue;
      // A thing that grew, or lost a corner, may have got another number.
      const known =
        state.left.get(thing.id) ?? [...state.left.values()].find((other) => iou(other.box, box) >= SAME_PLACE_IOU);
      const bringer = known ? followed(known.bringer, histories) : bringerOf(box, thing.sincePtsMs, visits);
      const isAttended =
        (bringer !== null && isAt(histories.get(bringer.last.trackId), box, ptsMs)) ||
        standing.some((history) => touches(history.path.at(-1)!.box, box));
      const alonePtsMs = isAttended ? null : (known?.alonePtsMs ?? ptsMs);
      const now: Left = { box, bringer, alonePtsMs, reported: known?.reported ?? false };
      const match = now.reported ? null : this.#judge(thing, box, now, ptsMs);
      left.set(thing.id, { ...now, reported: now.reported || match !== null });
      if (match) matches.push(match);
    }
    return { state: { visits, left }, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #toPixels({ x1, y1, x2, y2 }: Box): Box {
    const { width, height } = this.#frameSize;
    return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
  }

  #addVisits(visits: readonly Visit[], histories: Scene['histories'], ptsMs: PtsMs): readonly Visit[] {
    const latest = new Map(visits.map((visit) => [visit.trackId, visit.ptsMs]));
    const fresh = [...histories.values()].flatMap((history): readonly Visit[] => {
      const { observed, trackId, className, path } = history;
      if (!observed || !this.#config.bringers.includes(className) || isRider(history)) return [];
      if (ptsMs - (latest.get(trackId) ?? -Infinity) < VISIT_STEP_MS) return [];
      return [{ trackId, className, box: path.at(-1)!.box, score: path.at(-1)!.score, ptsMs }];
    });
    const first = visits.findIndex((visit) => visit.ptsMs >= ptsMs - VISITS_MS);
    return fresh.length === 0 && first === 0 ? visits : [...(first < 0 ? [] : visits.slice(first)), ...fresh];
  }

  #judge(thing: StillThing, box: Box, { bringer, alonePtsMs }: Left, ptsMs: PtsMs): RuleMatch | null {
    const { minStillMs, awayMs, zone, minSizeFraction } = this.#config;
    const stillMs = ptsMs - thing.sincePtsMs;
    if (!bringer || alonePtsMs === null || stillMs < minStillMs || ptsMs - alonePtsMs < awayMs) return null;
    const { first, last } = bringer;
    const [start, at, now] = [first.ptsMs, thing.sincePtsMs, ptsMs].map(Math.round) as [number, number, number];
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'dumped_rubbish',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'still',
            value: round2(stillMs / 1000),
            unit: 's',
            threshold: minStillMs / 1000,
            comparison: '>=',
          },
          {
            name: 'alone',
            value: round2((ptsMs - alonePtsMs) / 1000),
            unit: 's',
            threshold: awayMs / 1000,
            comparison: '>=',
          },
          {
            name: 'size',
            value: round2((100 * Math.min(boxWidth(box), boxHeight(box))) / this.#frameSize.height),
            unit: '% of the picture’s height',
            threshold: round2(100 * minSizeFraction),
            comparison: '>=',
          },
          { name: 'difference', value: round2(100 * thing.difference), unit: '%' },
        ],
        facts: { zone, class: last.className, ongoing: 'yes' },
      },
      startPtsMs: Math.min(start, at),
      triggerPtsMs: at,
      endPtsMs: Math.max(now, at),
      keyPtsMs: { before: Math.min(start, at), at, after: now },
      subjects: [
        {
          trackId: last.trackId,
          className: last.className,
          role: 'offender',
          score: round4(last.score),
          sightings: [...new Set([first, last])].map((visit) => toSighting(visit.ptsMs, visit.box, this.#frameSize)),
        },
        {
          // A thing that nobody tracks.
          trackId: 0,
          className: 'object',
          role: 'member',
          score: round4(thing.difference),
          sightings: [toSighting(at, box, this.#frameSize), toSighting(now, box, this.#frameSize)],
        },
      ],
    };
  }
}

/** Goes on with the bringer where another track took over from its own. */
const followed = (bringer: Bringer | null, histories: Scene['histories']): Bringer | null => {
  if (!bringer || histories.has(bringer.last.trackId)) return bringer;
  const heir = [...histories.values()].find(({ origin }) => origin === bringer.last.trackId);
  return heir ? { ...bringer, last: { ...bringer.last, trackId: heir.trackId } } : bringer;
};

const touches = (visitor: Box, thing: Box): boolean => {
  const reachX = REACH_SHARE * (boxWidth(visitor) + boxWidth(thing));
  const reachY = REACH_SHARE * boxHeight(thing);
  return (
    visitor.x1 - reachX < thing.x2 &&
    visitor.x2 + reachX > thing.x1 &&
    visitor.y1 < thing.y2 + reachY &&
    // Somebody who only passes behind has the feet above the thing.
    visitor.y2 > thing.y1 - reachY
  );
};

const isAt = (history: TrackHistory | undefined, box: Box, ptsMs: PtsMs): boolean => {
  const newest = history?.path.at(-1);
  return newest !== undefined && ptsMs - newest.ptsMs < 1_000 && touches(newest.box, box);
};

const isStanding = ({ path }: TrackHistory, ptsMs: PtsMs): boolean => {
  const { box } = path.at(-1)!;
  const before = path.findLast((observation) => observation.ptsMs <= ptsMs - STANDING_MS) ?? path[0]!;
  const [here, there] = [groundPoint(box), groundPoint(before.box)];
  return Math.hypot(here.x - there.x, here.y - there.y) < STANDING_HEIGHTS * boxHeight(box);
};

/** Who was at the place for longest just before the thing was seen; the last of them where it is a tie. */
const bringerOf = (box: Box, sincePtsMs: PtsMs, visits: readonly Visit[]): Bringer | null => {
  const stays = new Map<number, Visit[]>();
  for (const visit of visits) {
    if (visit.ptsMs < sincePtsMs - BROUGHT_MS || visit.ptsMs > sincePtsMs + STEPPING_AWAY_MS) continue;
    if (touches(visit.box, box)) stays.set(visit.trackId, [...(stays.get(visit.trackId) ?? []), visit]);
  }
  const candidates = [...stays.values()].filter((stay) => {
    const last = stay.at(-1)!;
    const most = last.className === 'person' ? MOST_OF_PERSON : MOST_OF_VEHICLE;
    return boxArea(box) <= most * boxArea(last.box) && iou(box, last.box) < SAME_PLACE_IOU;
  });
  candidates.sort((a, b) => b.length - a.length || b.at(-1)!.ptsMs - a.at(-1)!.ptsMs);
  const [best] = candidates;
  return best ? { first: best[0]!, last: best.at(-1)! } : null;
};
