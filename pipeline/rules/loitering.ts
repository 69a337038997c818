import type { RuleMatch } from '../event.ts';
import { type Box, groundPoint, type Point, type Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { isInside } from '../polygon.ts';
import type { PtsMs } from '../time.ts';
import { toPixelZone, type Zone } from '../zone.ts';
import { cameInAt, enteredAt, timeWasFull } from './instants.ts';
import { carryOver, type PerTrack, shareReports } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { LoiteringConfig } from './rule-config.ts';
import { boxAt, round2, round4, toSighting } from './sightings.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

type Stay = {
  readonly entered: { readonly ptsMs: PtsMs; readonly box: Box };
  /** The look before, where it was inside when it was first seen and its next look may tell when it came in. */
  readonly unseenAtPtsMs: PtsMs | null;
  readonly lastInsidePtsMs: PtsMs;
  readonly reported: boolean;
};
export type LoiteringState = { readonly stays: PerTrack<Stay>; readonly ptsMs: PtsMs | null };

const AFTER_MS = 1_000;

/** Somebody stays in an area for long. Short ways out, and new ids on the way, are the same stay. */
export class LoiteringRule implements Rule<LoiteringState> {
  readonly id: string;
  readonly #config: LoiteringConfig;
  readonly #frameSize: Size;
  readonly #corners: readonly Point[];
  readonly #geometryHash: string;

  constructor(config: LoiteringConfig, zone: Zone, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#corners = toPixelZone(zone, frameSize);
    this.#geometryHash = geometryHash({ zone: zone.corners });
  }

  init(): LoiteringState {
    return { stays: new Map(), ptsMs: null };
  }

  step(state: LoiteringState, { histories, ptsMs }: Scene): { state: LoiteringState; matches: readonly RuleMatch[] } {
    const states = carryOver(state.stays, histories);
    const matches: RuleMatch[] = [];
    for (const [id, history] of histories) {
      if (!history.observed) continue;
      const stay = this.#follow(history, states.get(id) ?? null, { ptsMs, beforePtsMs: state.ptsMs });
      if (!stay) {
        states.delete(id);
        continue;
      }
      const isMeant = this.#config.classes.includes(history.className) && !isRider(history) && history.confirmed;
      const isLong = stay.lastInsidePtsMs === ptsMs && ptsMs - stay.entered.ptsMs >= this.#config.minDwellMs;
      const match = isMeant && isLong && !stay.reported ? this.#match(history, stay) : null;
      states.set(id, { ...stay, reported: stay.reported || match !== null });
      if (match) matches.push(match);
    }
    shareReports(states, histories);
    return { state: { stays: states, ptsMs }, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #follow(
    { path, origin, trackId }: TrackHistory,
    known: Stay | null,
    { ptsMs, beforePtsMs }: { readonly ptsMs: PtsMs; readonly beforePtsMs: PtsMs | null },
  ): Stay | null {
    const { box } = path.at(-1)!;
    const isIn = (ground: Point): boolean => isInside(ground, this.#corners);
    const isInNow = isIn(groundPoint(box));
    // Who goes and who comes meet at the edge: a new number out there is somebody else's.
    const stay = origin === trackId || isInNow ? known : null;
    if (isInNow) {
      if (stay === null || ptsMs - stay.lastInsidePtsMs > this.#config.graceMs)
        return {
          entered: { ptsMs: enteredAt(path, isIn), box },
          unseenAtPtsMs: path.length === 1 ? beforePtsMs : null,
          lastInsidePtsMs: ptsMs,
          reported: false,
        };
      const { entered, unseenAtPtsMs } = stay;
      if (unseenAtPtsMs === null) return { ...stay, lastInsidePtsMs: ptsMs };
      const cameIn = { ...entered, ptsMs: cameInAt(path, unseenAtPtsMs, isIn) };
      return { ...stay, entered: cameIn, unseenAtPtsMs: null, lastInsidePtsMs: ptsMs };
    }
    return stay && ptsMs - stay.lastInsidePtsMs <= this.#config.graceMs ? stay : null;
  }

  #match(history: TrackHistory, { entered }: Stay): RuleMatch {
    const { minDwellMs, zone } = this.#config;
    const newest = history.path.at(-1)!;
    const looks = { beforePtsMs: history.path.at(-2)?.ptsMs, ptsMs: newest.ptsMs };
    const at = timeWasFull(entered.ptsMs, minDwellMs, looks);
    const [start, trigger] = [Math.round(entered.ptsMs), Math.round(at)];
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'loitering',
        ruleVersion: '4',
        geometryHash: this.#geometryHash,
        measurements: [
          {
            name: 'dwell',
            value: round2((at - entered.ptsMs) / 1000),
            unit: 's',
            threshold: minDwellMs / 1000,
            comparison: '>=',
          },
        ],
        facts: { zone, class: history.className, ongoing: 'yes' },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: null,
      keyPtsMs: { before: start, at: trigger, after: Math.round(newest.ptsMs) + AFTER_MS },
      subjects: [
        {
          trackId: history.trackId,
          className: history.className,
          role: 'member',
          score: round4(newest.score),
          sightings: [
            toSighting(start, entered.box, this.#frameSize),
            toSighting(trigger, boxAt(history.path, trigger), this.#frameSize),
          ],
        },
      ],
    };
  }
}
