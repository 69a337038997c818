import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { RuleMatch } from '../event.ts';
import { type Box, boxArea, boxHeight, boxWidth, intersectionArea, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { StillThing } from '../still/still-thing.ts';
import type { EpochMs, PtsMs } from '../time.ts';
import type { Zone } from '../zone.ts';
import { timeWasFull } from './instants.ts';
import { LocalDays } from './local-days.ts';
import type { RuleMemory } from './memory.ts';
import type { Rule } from './rule.ts';
import type { EncroachmentConfig } from './rule-config.ts';
import { round2, round4, toSighting } from './sightings.ts';
import type { Scene } from './track-history.ts';

/** A spot that is taken now. */
type Occupation = {
  readonly thingId: number;
  readonly box: Box;
  readonly difference: number;
  readonly sincePtsMs: PtsMs;
  readonly sinceAt: EpochMs;
  readonly lastPtsMs: PtsMs;
  readonly lastAt: EpochMs;
  /** How long tracks of each class covered the thing, ms; `object` is the time without any. */
  readonly coveredMs: Readonly<Record<string, number>>;
  readonly trackId: number;
  readonly reported: boolean;
};
/** A spot that was taken before. */
type Past = { readonly box: Box; readonly day: number; readonly fromAt: EpochMs; readonly toAt: EpochMs };
export type EncroachmentState = {
  readonly occupations: readonly Occupation[];
  readonly past: readonly Past[];
  readonly ptsMs: PtsMs | null;
};

const Kept = Type.Array(
  Type.Object({
    box: Type.Object({ x1: Type.Number(), y1: Type.Number(), x2: Type.Number(), y2: Type.Number() }),
    day: Type.Integer(),
    fromAt: Type.Number(),
    toAt: Type.Number(),
  }),
);
/** More places of one zone within a month are not remembered: the newest are. */
const MOST_KEPT = 2_000;

/** Goods that are moved, or hidden by a lorry, are the same occupation for so long. */
const GAP_MS = 120_000;
/** Share of the smaller of two areas that makes them one spot. */
const SAME_SHARE = 0.3;
/** Share of a thing that a track must cover to be that thing. */
const COVERED_SHARE = 0.5;
const AFTER_MS = 1_000;
const HOUR_MS = 3_600_000;
const PEOPLE = 'person';
/** A thing without a track. */
const GOODS = 'object';

/**
 * Goods or vehicles stand on a pavement or roadway for long, and come back. A spot is taken while a thing stands there
 * (see `still/`); it is parking when a vehicle's track covers the thing, goods when none does, and nothing when it is
 * people. How often the same spot was taken on the days before is measured with it, so that a patrol that only moves the
 * goods away for an hour shows in the numbers.
 */
export class EncroachmentRule implements Rule<EncroachmentState> {
  readonly id: string;
  readonly whileViewMoves = 'wait';
  readonly memory: RuleMemory<EncroachmentState>;
  readonly #config: EncroachmentConfig;
  readonly #frameSize: Size;
  readonly #days: LocalDays;
  readonly #geometryHash: string;

  constructor(config: EncroachmentConfig, zone: Zone, frameSize: Size, timeZone: string) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#days = new LocalDays(timeZone);
    this.#geometryHash = geometryHash({ zone: zone.corners });
    const { minStandMs, minSizeFraction, goods, classes } = config;
    this.memory = {
      key: geometryHash({ zone: zone.corners, minStandMs, minSizeFraction, goods, classes, timeZone }),
      keep: (state) => this.#keep(state),
      restore: (learnt) => (Value.Check(Kept, learnt) ? { ...this.init(), past: learnt } : null),
    };
  }

  init(): EncroachmentState {
    return { occupations: [], past: [], ptsMs: null };
  }

  step(state: EncroachmentState, scene: Scene): { state: EncroachmentState; matches: readonly RuleMatch[] } {
    const { ptsMs, capturedAt, still } = scene;
    const passedMs = state.ptsMs === null ? 0 : Math.max(0, ptsMs - state.ptsMs);
    const things = (still?.[this.#config.zone] ?? []).filter((thing) => this.#isLarge(thing));
    const free = [...state.occupations];
    const taken = things.map((thing) => {
      const own = free.findIndex(({ thingId }) => thingId === thing.id);
      const at = own >= 0 ? own : free.findIndex(({ box }) => isSameSpot(box, thing.box));
      const [known] = at < 0 ? [] : free.splice(at, 1);
      return this.#follow(thing, known ?? null, scene, passedMs);
    });
    // Whatever is not seen now may be moved about, or hidden.
    const missing = free.filter(({ lastPtsMs }) => ptsMs - lastPtsMs <= GAP_MS);
    const over = free.filter(({ lastPtsMs }) => ptsMs - lastPtsMs > GAP_MS);
    const matches: RuleMatch[] = [];
    const past = this.#keepPast(state.past, capturedAt);
    const occupations = [...taken, ...missing].map((occupation) => {
      if (occupation.reported || this.#config.tell === 'over' || !this.#isLong(occupation)) return occupation;
      const match = this.#match(occupation, past, state.ptsMs);
      if (match) matches.push(match);
      // Whose recurrence is too low now is asked again: nothing of the past changes while it stands.
      return { ...occupation, reported: true };
    });
    const ended = over.filter((occupation) => this.#isLong(occupation) && this.#isMeant(occupation));
    if (this.#config.tell === 'over')
      matches.push(...ended.flatMap((occupation) => this.#match(occupation, past, null) ?? []));
    const gone = [...past, ...ended.map((one) => this.#toPast(one))].slice(-MOST_KEPT);
    return { state: { occupations, past: ended.length > 0 ? gone : past, ptsMs }, matches };
  }

  finish({ occupations, past }: EncroachmentState): readonly RuleMatch[] {
    if (this.#config.tell !== 'over') return [];
    return occupations.flatMap((one) => (this.#isLong(one) ? (this.#match(one, past, null) ?? []) : []));
  }

  /** The past, with what stands there now: the next session finds it there and cannot know since when. */
  #keep({ past, occupations }: EncroachmentState): readonly Past[] {
    const standing = occupations.filter((occupation) => this.#isLong(occupation) && this.#isMeant(occupation));
    return [...past, ...standing.map((one) => this.#toPast(one))].slice(-MOST_KEPT);
  }

  #isLarge({ box }: StillThing): boolean {
    const { width, height } = this.#frameSize;
    const shorter = Math.min(boxWidth(box) * width, boxHeight(box) * height);
    return shorter >= this.#config.minSizeFraction * height;
  }

  #isLong({ sincePtsMs, lastPtsMs }: Occupation): boolean {
    return lastPtsMs - sincePtsMs >= this.#config.minStandMs;
  }

  /** What stands there: the class of the track that covered it for most of the time, `object` where there was none. */
  #whatIs({ coveredMs }: Occupation): string {
    const totals = Object.entries(coveredMs).sort(([, a], [, b]) => b - a);
    return totals[0]?.[0] ?? GOODS;
  }

  #isMeant(occupation: Occupation): boolean {
    const what = this.#whatIs(occupation);
    if (what === PEOPLE) return false;
    return what === GOODS ? this.#config.goods : this.#config.classes.includes(what);
  }

  #follow(
    thing: StillThing,
    known: Occupation | null,
    { histories, ptsMs, capturedAt }: Scene,
    passedMs: number,
  ): Occupation {
    const area = this.#toPixels(thing.box);
    let [best, bestShare] = [null as { trackId: number; className: string } | null, COVERED_SHARE];
    for (const { observed, path, trackId, className } of histories.values()) {
      const { box, ptsMs: seenPtsMs } = path.at(-1)!;
      // A track that the detector misses for a moment still stands there.
      if (!observed && ptsMs - seenPtsMs > 1_000) continue;
      const share = intersectionArea(box, area) / Math.max(1, boxArea(area));
      if (share >= bestShare) [best, bestShare] = [{ trackId, className }, share];
    }
    const what = best?.className ?? GOODS;
    const sincePtsMs = known?.sincePtsMs ?? thing.sincePtsMs;
    return {
      thingId: thing.id,
      box: thing.box,
      difference: thing.difference,
      sincePtsMs,
      sinceAt: known?.sinceAt ?? capturedAt - (ptsMs - sincePtsMs),
      lastPtsMs: ptsMs,
      lastAt: capturedAt,
      coveredMs: { ...known?.coveredMs, [what]: (known?.coveredMs[what] ?? 0) + passedMs },
      trackId: best?.trackId ?? known?.trackId ?? 0,
      reported: known?.reported ?? false,
    };
  }

  #keepPast(past: readonly Past[], now: EpochMs): readonly Past[] {
    const today = this.#days.dayOf(now);
    return past.every(({ day }) => today - day <= this.#config.recurDays)
      ? past
      : past.filter(({ day }) => today - day <= this.#config.recurDays);
  }

  #toPast({ box, sinceAt, lastAt }: Occupation): Past {
    return { box, day: this.#days.dayOf(sinceAt), fromAt: sinceAt, toAt: lastAt };
  }

  #toPixels({ x1, y1, x2, y2 }: Box): Box {
    const { width, height } = this.#frameSize;
    return { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height };
  }

  #match(occupation: Occupation, past: readonly Past[], beforePtsMs: PtsMs | null): RuleMatch | null {
    const { minStandMs, minRecurrence, zone, minSizeFraction, tell } = this.#config;
    if (!this.#isMeant(occupation)) return null;
    const today = this.#days.dayOf(occupation.sinceAt);
    const here = past.filter(({ box }) => isSameSpot(box, occupation.box));
    const days = new Set(here.map(({ day }) => day).filter((day) => day < today)).size;
    if (days < minRecurrence) return null;
    const lastGoneAt = Math.max(-Infinity, ...here.map(({ toAt }) => toAt));
    const what = this.#whatIs(occupation);
    const box = this.#toPixels(occupation.box);
    const isOver = tell === 'over';
    const looks = { beforePtsMs: beforePtsMs ?? undefined, ptsMs: occupation.lastPtsMs };
    const at = isOver ? occupation.lastPtsMs : timeWasFull(occupation.sincePtsMs, minStandMs, looks);
    const [start, now] = [Math.round(occupation.sincePtsMs), Math.round(at)];
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'encroachment',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'standing',
            value: round2((at - occupation.sincePtsMs) / 1000),
            unit: 's',
            threshold: minStandMs / 1000,
            comparison: '>=',
          },
          {
            name: 'recurrence',
            value: days,
            unit: 'days',
            threshold: minRecurrence,
            comparison: '>=',
          },
          { name: 'timesBefore', value: here.length, unit: '' },
          ...(Number.isFinite(lastGoneAt)
            ? [{ name: 'sinceLast', value: round2((occupation.sinceAt - lastGoneAt) / HOUR_MS), unit: 'h' }]
            : []),
          {
            name: 'size',
            value: round2((100 * Math.min(boxWidth(box), boxHeight(box))) / this.#frameSize.height),
            unit: '% of the picture’s height',
            threshold: round2(100 * minSizeFraction),
            comparison: '>=',
          },
          { name: 'difference', value: round2(100 * occupation.difference), unit: '%' },
        ],
        facts: { zone, class: what, what: what === GOODS ? 'goods' : 'parking', ongoing: isOver ? 'no' : 'yes' },
      },
      startPtsMs: start,
      triggerPtsMs: now,
      endPtsMs: isOver ? now : null,
      keyPtsMs: { before: start, at: now, after: isOver ? now : Math.round(occupation.lastPtsMs) + AFTER_MS },
      subjects: [
        {
          trackId: what === GOODS ? 0 : occupation.trackId,
          className: what,
          role: 'offender',
          score: round4(occupation.difference),
          sightings: [toSighting(start, box, this.#frameSize), toSighting(now, box, this.#frameSize)],
        },
      ],
    };
  }
}

const isSameSpot = (a: Box, b: Box): boolean => intersectionArea(a, b) >= SAME_SHARE * Math.min(boxArea(a), boxArea(b));
