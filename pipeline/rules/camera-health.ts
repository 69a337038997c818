import type { Measurement, RuleMatch } from '../event.ts';
import type { PictureFacts } from '../health/picture-facts.ts';
import { geometryHash } from '../geometry-hash.ts';
import type { PtsMs } from '../time.ts';
import type { Rule } from './rule.ts';
import type { CameraHealthConfig } from './rule-config.ts';
import { round2 } from './sightings.ts';
import type { Scene } from './track-history.ts';

export const PICTURE_FAULTS = ['frozen', 'dark', 'covered', 'blurred', 'moved'] as const;
export type PictureFault = (typeof PICTURE_FAULTS)[number];

type Watch = {
  /** Since when the fault has shown without a break; null while it does not. */
  readonly sincePtsMs: PtsMs | null;
  /** Since when it has been gone; only after it was reported. */
  readonly gonePtsMs: PtsMs | null;
  readonly reported: boolean;
};
export type CameraHealthState = {
  readonly watches: Readonly<Record<PictureFault, Watch>>;
  /** Sharpness of the picture as it usually is: a slow mean over good frames. */
  readonly usualSharpness: { readonly value: number; readonly forMs: number };
  readonly ptsMs: PtsMs | null;
};

const FRESH: Watch = { sincePtsMs: null, gonePtsMs: null, reported: false };
const AFTER_MS = 1_000;
/** Usual sharpness follows season and light this slowly, ms … */
const FOLLOW_MS = 1_200_000;
/** … and is not asked before it was watched for so long. */
const LEARN_MS = 10_000;
/** A fault is over when it has been gone for this share of the time that it takes to be raised. */
const CLEAR_SHARE = 0.5;

/**
 * The picture itself is at fault: it stands still to the last bit, is too dark, covered, out of focus, or shows another
 * place than it used to. Each must last for `minDurationMs` and is reported once until it has been gone for a while.
 * A dark or covered picture is not also called blurred or moved. What the picture looked like is in `Scene.picture`.
 */
export class CameraHealthRule implements Rule<CameraHealthState> {
  readonly id: string;
  readonly whileViewMoves = 'watch';
  readonly #config: CameraHealthConfig;
  readonly #geometryHash: string;

  constructor(config: CameraHealthConfig) {
    this.id = config.id;
    this.#config = config;
    this.#geometryHash = geometryHash({ picture: 'whole' });
  }

  init(): CameraHealthState {
    return {
      watches: { frozen: FRESH, dark: FRESH, covered: FRESH, blurred: FRESH, moved: FRESH },
      usualSharpness: { value: 0, forMs: 0 },
      ptsMs: null,
    };
  }

  step(
    state: CameraHealthState,
    { picture, ptsMs }: Scene,
  ): { state: CameraHealthState; matches: readonly RuleMatch[] } {
    if (!picture) return { state, matches: [] };
    const passedMs = state.ptsMs === null ? 0 : Math.max(0, ptsMs - state.ptsMs);
    const faults = this.#faults(picture, state.usualSharpness);
    const matches: RuleMatch[] = [];
    const watches = { ...state.watches };
    for (const fault of PICTURE_FAULTS) {
      const watch = this.#advance(watches[fault], faults.has(fault), ptsMs);
      const isDue =
        !watch.reported && watch.sincePtsMs !== null && ptsMs - watch.sincePtsMs >= this.#config.minDurationMs;
      watches[fault] = isDue ? { ...watch, reported: true } : watch;
      if (isDue) matches.push(this.#match(fault, faults.get(fault)!, watch.sincePtsMs, ptsMs));
    }
    const usualSharpness =
      faults.size > 0 ? state.usualSharpness : follow(state.usualSharpness, picture.sharpness, passedMs);
    return { state: { watches, usualSharpness, ptsMs }, matches };
  }

  finish(): readonly RuleMatch[] {
    return [];
  }

  #faults(
    { brightness, contrast, sharpness, change, likeness }: PictureFacts,
    usual: CameraHealthState['usualSharpness'],
  ): ReadonlyMap<PictureFault, Measurement> {
    const { minBrightness, minContrast, minSharpness, minLikeness } = this.#config;
    const found = new Map<PictureFault, Measurement>();
    const below = (fault: PictureFault, name: string, value: number, threshold: number): void => {
      const percent = (share: number): number => round2(share * 100);
      if (value < threshold)
        found.set(fault, { name, value: percent(value), unit: '%', threshold: percent(threshold), comparison: '<' });
    };
    if (change === 0) found.set('frozen', { name: 'change', value: 0, unit: '%', threshold: 0, comparison: '=' });
    below('dark', 'brightness', brightness, minBrightness);
    if (found.has('dark')) return found;
    below('covered', 'contrast', contrast, minContrast);
    if (found.has('covered')) return found;
    if (usual.forMs >= LEARN_MS && usual.value > 0)
      below('blurred', 'sharpness', sharpness / usual.value, minSharpness);
    // A blurred picture has other edges without being another place.
    if (likeness !== null && !found.has('blurred')) below('moved', 'likeness', likeness, minLikeness);
    return found;
  }

  #advance(watch: Watch, isFaulty: boolean, ptsMs: PtsMs): Watch {
    if (isFaulty) return { ...watch, sincePtsMs: watch.sincePtsMs ?? ptsMs, gonePtsMs: null };
    if (!watch.reported) return FRESH;
    const gonePtsMs = watch.gonePtsMs ?? ptsMs;
    return ptsMs - gonePtsMs >= CLEAR_SHARE * this.#config.minDurationMs ? FRESH : { ...watch, gonePtsMs };
  }

  #match(fault: PictureFault, measured: Measurement, sincePtsMs: PtsMs, ptsMs: PtsMs): RuleMatch {
    const [start, trigger] = [Math.round(sincePtsMs), Math.round(ptsMs)];
    const { minDurationMs } = this.#config;
    return {
      decision: {
        ruleId: this.id,
        ruleKind: 'camera_health',
        ruleVersion: '1',
        geometryHash: this.#geometryHash,
        measurements: [
          measured,
          {
            name: 'duration',
            value: round2((trigger - start) / 1000),
            unit: 's',
            threshold: minDurationMs / 1000,
            comparison: '>=',
          },
        ],
        facts: { fault, ongoing: 'yes' },
      },
      startPtsMs: start,
      triggerPtsMs: trigger,
      endPtsMs: null,
      keyPtsMs: { before: start, at: trigger, after: trigger + AFTER_MS },
      subjects: [],
    };
  }
}

const follow = (
  { value, forMs }: CameraHealthState['usualSharpness'],
  sharpness: number,
  passedMs: number,
): CameraHealthState['usualSharpness'] => {
  const known = forMs + passedMs;
  if (forMs === 0 && value === 0) return { value: sharpness, forMs: passedMs };
  const share = Math.min(1, passedMs / Math.max(1, known < LEARN_MS ? known : FOLLOW_MS));
  return { value: value + (sharpness - value) * share, forMs: known };
};
