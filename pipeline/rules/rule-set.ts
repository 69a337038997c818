import type { Disposition, RuleMatch } from '../event.ts';
import type { PtsMs } from '../time.ts';
import type { TrackedFrame } from '../track.ts';
import { createRule, type RuleContext } from './create-rule.ts';
import type { Rule } from './rule.ts';
import type { RuleConfig } from './rule-config.ts';
import { type Histories, toScene } from './track-history.ts';

type Running = { readonly rule: Rule; readonly disposition: Disposition; state: unknown };
export type DisposedMatch = { readonly match: RuleMatch; readonly disposition: Disposition };

/** The rules of one camera during one session, each with its state. */
export class RuleSet {
  readonly #running: readonly Running[];
  #histories: Histories = new Map();

  /** Whether any rule has to know when the camera itself moves. */
  readonly needsStandingView: boolean;

  /** @throws WatchpostError CONFIG_REFERENCE */
  constructor(configs: readonly RuleConfig[], context: RuleContext) {
    this.#running = configs.map((config) => {
      const rule = createRule(config, context);
      return { rule, disposition: config.report, state: rule.init() };
    });
    this.needsStandingView = this.#running.some(({ rule }) => rule.whileViewMoves !== 'watch');
  }

  step(frame: TrackedFrame): readonly DisposedMatch[] {
    const scene = toScene(frame.viewMoves ? new Map() : this.#histories, frame);
    this.#histories = scene.histories;
    return this.#running.flatMap((running) => {
      const whileViewMoves = running.rule.whileViewMoves ?? 'restart';
      if (frame.viewMoves && whileViewMoves !== 'watch') {
        if (whileViewMoves === 'restart') running.state = running.rule.init();
        return [];
      }
      const { state, matches } = running.rule.step(running.state, scene);
      running.state = state;
      return matches.map((match) => ({ match, disposition: running.disposition }));
    });
  }

  finish(atPtsMs: PtsMs): readonly DisposedMatch[] {
    return this.#running.flatMap(({ rule, state, disposition }) =>
      rule.finish(state, atPtsMs).map((match) => ({ match, disposition })),
    );
  }
}
