import type { PtsMs } from '../time.ts';
import { type Look, reachedAt } from './crowd-looks.ts';
import { timeWasFull } from './instants.ts';
import type { CrowdingConfig } from './rule-config.ts';

export type CrowdingPhase =
  | { readonly name: 'clear' }
  | { readonly name: 'rising'; readonly sincePtsMs: PtsMs }
  | { readonly name: 'raised'; readonly clearingSincePtsMs: PtsMs | null; readonly isCritical: boolean };
/** The smoothed count beside what it is held against. */
export type Judged = {
  readonly count: number;
  /** The highest of the thresholds that are configured and known, as a count. */
  readonly threshold: number;
  readonly usual: number | null;
  readonly isCritical: boolean;
};
/** An alarm that is raised in this step, and since when its crowd has been there. */
export type Raised = { readonly sincePtsMs: PtsMs; readonly atPtsMs: PtsMs; readonly level: 'raised' | 'critical' };

/** Whether an alarm stands, and when the last one ended (media time). */
type Alarm = { readonly phase: CrowdingPhase; readonly endedPtsMs: PtsMs };
type Times = Pick<CrowdingConfig, 'raiseMs' | 'clearRatio' | 'clearMs' | 'quietMs' | 'smoothMs'>;

/**
 * The hysteresis of an alarm, one look further: it rises while the count is at the threshold, is raised after `raiseMs` of
 * that and not before `quietMs` since the last, and is clear after `clearMs` at `clearRatio` of the threshold or below. A
 * critical count raises at once.
 * @param looks the ones that the count is smoothed over, the newest at `ptsMs`
 */
export const advanceAlarm = (
  { phase, endedPtsMs }: Alarm,
  { count, threshold, isCritical }: Judged,
  { looks, ptsMs }: { readonly looks: readonly Look[]; readonly ptsMs: PtsMs },
  { raiseMs, clearRatio, clearMs, quietMs, smoothMs }: Times,
): Alarm & { readonly raised: Raised | null } => {
  const beforePtsMs = looks.at(-2)?.ptsMs;
  if (isCritical && !(phase.name === 'raised' && phase.isCritical))
    return {
      phase: { name: 'raised', clearingSincePtsMs: null, isCritical },
      raised: { sincePtsMs: ptsMs, atPtsMs: ptsMs, level: 'critical' },
      endedPtsMs,
    };
  if (phase.name === 'raised') {
    if (count > threshold * clearRatio)
      return { phase: { ...phase, clearingSincePtsMs: null }, raised: null, endedPtsMs };
    const since = phase.clearingSincePtsMs ?? ptsMs;
    return ptsMs - since >= clearMs
      ? { phase: { name: 'clear' }, raised: null, endedPtsMs: ptsMs }
      : { phase: { ...phase, clearingSincePtsMs: since }, raised: null, endedPtsMs };
  }
  if (count < threshold) return { phase: { name: 'clear' }, raised: null, endedPtsMs };
  const sincePtsMs = phase.name === 'rising' ? phase.sincePtsMs : reachedAt(looks, threshold, smoothMs);
  const isQuiet = ptsMs - endedPtsMs < quietMs;
  if (isQuiet || ptsMs - sincePtsMs < raiseMs)
    return { phase: { name: 'rising', sincePtsMs }, raised: null, endedPtsMs };
  return {
    phase: { name: 'raised', clearingSincePtsMs: null, isCritical: false },
    raised: { sincePtsMs, atPtsMs: timeWasFull(sincePtsMs, raiseMs, { beforePtsMs, ptsMs }), level: 'raised' },
    endedPtsMs,
  };
};
