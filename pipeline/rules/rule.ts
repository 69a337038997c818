import type { RuleMatch } from '../event.ts';
import type { PlumeReport } from '../fire/plume.ts';
import type { TrackSpeed } from '../live.ts';
import type { PtsMs } from '../time.ts';
import type { RuleMemory } from './memory.ts';
import type { Scene } from './track-history.ts';

export type Stepped<State> = {
  readonly state: State;
  readonly matches: readonly RuleMatch[];
  /** How its plumes stand, in a frame that counted; only of a rule that follows some. */
  readonly plumes?: readonly PlumeReport[];
};

/**
 * A rule: `(state, tracks at t) → (state, matches)`. It never reads a clock, never counts frames, never keeps
 * anything outside its state; the same frames in the same order give the same matches.
 */
export interface Rule<State = unknown> {
  readonly id: string;
  /**
   * What becomes of it while the camera itself moves, when places in the picture mean nothing: it starts afresh
   * afterwards (the default, see `restart`), keeps what it has learnt and waits, or goes on watching.
   */
  readonly whileViewMoves?: 'restart' | 'wait' | 'watch';
  /** Only of rules that learn something over days. */
  readonly memory?: RuleMemory<State>;
  /** The state before the first frame of a session. */
  init(): State;
  /** The state after the camera has moved: tracks go on, places do not. Left out: `init()`. */
  restart?(state: State): State;
  step(state: State, scene: Scene): Stepped<State>;
  /** Speeds of tracks as measured until now, by track, for the overlay. */
  speeds?(state: State, atPtsMs: PtsMs): ReadonlyMap<number, TrackSpeed>;
  /** At the end of the stream: matches that were still open, closed at that time. */
  finish(state: State, atPtsMs: PtsMs): readonly RuleMatch[];
}
