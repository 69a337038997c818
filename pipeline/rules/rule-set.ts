import type { Disposition, RuleMatch } from '../event.ts';
import type { PlumeReport } from '../fire/plume.ts';
import type { TrackSpeed } from '../live.ts';
import type { PtsMs } from '../time.ts';
import type { TrackedFrame } from '../track.ts';
import { createRule, type RuleContext } from './create-rule.ts';
import type { CameraMemory } from './memory.ts';
import type { Rule } from './rule.ts';
import type { RuleConfig } from './rule-config.ts';
import { type Histories, toScene } from './track-history.ts';

type Running = { readonly rule: Rule; readonly disposition: Disposition; state: unknown };
export type DisposedMatch = { readonly match: RuleMatch; readonly disposition: Disposition };

/** The rules of one camera during one session, each with its state. */
export class RuleSet {
  readonly #running: readonly Running[];
  #histories: Histories = new Map();
  #plumes: readonly PlumeReport[] | null = null;

  /** Whether any rule has to know when the camera itself moves. */
  readonly needsStandingView: boolean;

  /**
   * @param memory what the rules of this camera had learnt at the end of an earlier session
   * @throws WatchpostError CONFIG_REFERENCE
   */
  constructor(configs: readonly RuleConfig[], context: RuleContext, memory: CameraMemory | null = null) {
    this.#running = configs.map((config) => {
      const rule = createRule(config, context);
      const known = memory?.rules[rule.id];
      const state = known && known.key === rule.memory?.key ? rule.memory.restore(known.learnt) : null;
      return { rule, disposition: config.report, state: state ?? rule.init() };
    });
    this.needsStandingView = this.#running.some(({ rule }) => rule.whileViewMoves !== 'watch');
  }

  step(frame: TrackedFrame): readonly DisposedMatch[] {
    const scene = toScene(frame.viewMoves ? new Map() : this.#histories, frame);
    this.#histories = scene.histories;
    this.#plumes = null;
    return this.#running.flatMap((running) => {
      const whileViewMoves = running.rule.whileViewMoves ?? 'restart';
      if (frame.viewMoves && whileViewMoves !== 'watch') {
        if (whileViewMoves === 'restart') running.state = running.rule.restart?.(running.state) ?? running.rule.init();
        return [];
      }
      const { state, matches, plumes } = running.rule.step(running.state, scene);
      running.state = state;
      if (plumes) this.#plumes = [...(this.#plumes ?? []), ...plumes];
      return matches.map((match) => ({ match, disposition: running.disposition }));
    });
  }

  /** How plumes stand after the last step; null when it counted for none. */
  plumes(): readonly PlumeReport[] | null {
    return this.#plumes;
  }

  /** Speeds of tracks as its rules have measured them until now; where two have, the last one's. */
  speeds(atPtsMs: PtsMs): ReadonlyMap<number, TrackSpeed> {
    return new Map(this.#running.flatMap(({ rule, state }) => [...(rule.speeds?.(state, atPtsMs) ?? [])]));
  }

  /** What its rules have learnt until now; null when none of them learns. */
  memory(): CameraMemory | null {
    const learning = this.#running.flatMap(({ rule, state }) =>
      rule.memory ? [[rule.id, { key: rule.memory.key, learnt: rule.memory.keep(state) }] as const] : [],
    );
    return learning.length > 0 ? { version: 1, rules: Object.fromEntries(learning) } : null;
  }

  finish(atPtsMs: PtsMs): readonly DisposedMatch[] {
    return this.#running.flatMap(({ rule, state, disposition }) =>
      rule.finish(state, atPtsMs).map((match) => ({ match, disposition })),
    );
  }
}
