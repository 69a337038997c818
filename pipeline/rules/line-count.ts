import type { RuleMatch } from '../event.ts';
import type { Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { Line } from '../zone.ts';
import { type Crossing, type Direction, FRESH_PASSAGE, LineCrossing, type Passage } from './line-crossing.ts';
import { carryOver, type PerTrack } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { LineCountConfig } from './rule-config.ts';
import { boxAt, round2, toSighting } from './sightings.ts';
import { type Histories, isRider, type Scene, type TrackHistory } from './track-history.ts';

/** A crossing that holds, with what is known of its track until now. */
type Crossed = { readonly crossing: Crossing; readonly direction: Direction; readonly history: TrackHistory };
export type LineCountState = { readonly passages: PerTrack<Passage>; readonly crossed: readonly Crossed[] };

const KEY_MS = 500;
/** What it was that crossed is asked so long after: by then more looks have told its class, and who only rides along. */
const SETTLE_MS = 500;

/**
 * Things that cross a directed line, by class and direction. A rider is counted with the vehicle. Of one thing that is
 * followed twice, as a car and as a motorcycle say, the name with more and surer looks is told first and so is the one
 * that stands.
 */
export class LineCountRule implements Rule<LineCountState> {
  readonly id: string;
  readonly #config: LineCountConfig;
  readonly #frameSize: Size;
  readonly #crossing: LineCrossing;
  readonly #geometryHash: string;

  constructor(config: LineCountConfig, line: Line, frameSize: Size) {
    this.id = config.id;
    this.#config = config;
    this.#frameSize = frameSize;
    this.#crossing = new LineCrossing(line, config.anchor, frameSize);
    this.#geometryHash = geometryHash({ a: line.a, b: line.b, anchor: config.anchor });
  }

  init(): LineCountState {
    return { passages: new Map(), crossed: [] };
  }

  step(
    { passages: before, crossed: open }: LineCountState,
    { histories, ptsMs }: Scene,
  ): { state: LineCountState; matches: readonly RuleMatch[] } {
    const passages = carryOver(before, histories);
    const crossed = open.length > 0 ? upToDate(open, histories) : [];
    for (const [id, history] of histories) {
      if (!history.observed) continue;
      const passage = this.#crossing.follow(history, passages.get(id) ?? FRESH_PASSAGE);
      const { waiting } = passage;
      const holds = waiting !== null && history.confirmed;
      if (passage !== FRESH_PASSAGE) passages.set(id, holds ? { ...passage, waiting: null } : passage);
      if (holds && this.#config.directions.includes(waiting.direction)) crossed.push({ ...waiting, history });
    }
    const isDue = ({ crossing }: Crossed): boolean => ptsMs - crossing.ptsMs >= SETTLE_MS;
    const matches = crossed.length > 0 ? this.#matches(crossed.filter(isDue)) : [];
    return { state: { passages, crossed: crossed.filter((one) => !isDue(one)) }, matches };
  }

  finish({ crossed }: LineCountState): readonly RuleMatch[] {
    return this.#matches(crossed);
  }

  #matches(due: readonly Crossed[]): readonly RuleMatch[] {
    return due
      .filter(({ history }) => this.#config.classes.includes(history.className) && !isRider(history))
      .sort((a, b) => sureness(b.history) - sureness(a.history))
      .map(({ history, crossing, direction }) => this.#match(history, crossing, direction));
  }

  #match(history: TrackHistory, crossing: Crossing, direction: Direction): RuleMatch {
    const at = Math.round(crossing.ptsMs);
    const { path, trackId, className } = history;
    const first = path[0]!;
    const sightings = [toSighting(at, crossing.box, this.#frameSize)];
    const beforePtsMs = Math.round(Math.max(first.ptsMs, at - KEY_MS));
    if (beforePtsMs < at) sightings.unshift(toSighting(beforePtsMs, boxAt(path, beforePtsMs), this.#frameSize));
    const newest = path.at(-1)!;
    const afterPtsMs = Math.round(Math.min(newest.ptsMs, at + KEY_MS));
    if (afterPtsMs > at) sightings.push(toSighting(afterPtsMs, boxAt(path, afterPtsMs), this.#frameSize));
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'line_count',
        ruleVersion: '2',
        geometryHash: this.#geometryHash,
        measurements: [{ name: 'crossingPosition', value: round2(crossing.along * 100), unit: '%' }],
        facts: { line: this.#config.line, direction, class: className },
      },
      startPtsMs: at,
      triggerPtsMs: at,
      endPtsMs: at,
      keyPtsMs: { before: Math.min(beforePtsMs, at), at, after: Math.max(afterPtsMs, at) },
      subjects: [{ trackId, className, role: 'vehicle', score: Math.round(newest.score * 10_000) / 10_000, sightings }],
    };
  }
}

/** With the newest history of each track; of one that was lost or became another thing the last of its own. */
const upToDate = (crossed: readonly Crossed[], histories: Histories): Crossed[] => {
  const byOrigin = new Map([...histories.values()].map((history) => [history.origin, history]));
  return crossed.map((one) => ({ ...one, history: byOrigin.get(one.history.trackId) ?? one.history }));
};

/** Sum of the scores of all looks that gave it its class. */
const sureness = ({ votes, className }: TrackHistory): number => votes[className] ?? 0;
