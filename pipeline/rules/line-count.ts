import type { RuleMatch } from '../event.ts';
import type { Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { Line } from '../zone.ts';
import { type Crossing, type Direction, FRESH_PASSAGE, LineCrossing, type Passage } from './line-crossing.ts';
import { carryOver, type PerTrack } from './per-track.ts';
import type { Rule } from './rule.ts';
import type { LineCountConfig } from './rule-config.ts';
import { boxAt, round2, toSighting } from './sightings.ts';
import { isRider, type Scene, type TrackHistory } from './track-history.ts';

export type LineCountState = PerTrack<Passage>;

const KEY_MS = 500;

/** Things that cross a directed line, by class and direction. A rider is counted with the vehicle. */
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
    return new Map();
  }

  step(state: LineCountState, { histories }: Scene): { state: LineCountState; matches: readonly RuleMatch[] } {
    const { classes, directions } = this.#config;
    const states = carryOver(state, histories);
    const matches: RuleMatch[] = [];
    for (const [id, history] of histories) {
      if (!history.observed) continue;
      const passage = this.#crossing.follow(history, states.get(id) ?? FRESH_PASSAGE);
      const { waiting } = passage;
      const ready = waiting !== null && history.confirmed;
      states.set(id, ready ? { ...passage, waiting: null } : passage);
      const isWanted = classes.includes(history.className) && !isRider(history);
      if (ready && isWanted && directions.includes(waiting.direction))
        matches.push(this.#match(history, waiting.crossing, waiting.direction));
    }
    return { state: states, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
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
        ruleVersion: '1',
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
