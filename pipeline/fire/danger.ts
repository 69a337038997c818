import type { EpochMs } from '../time.ts';
import type { DangerLevel } from './confirmation.ts';

/** Fire danger of the day (`cấp dự báo cháy rừng`, I to V), as somebody or something said it. */
export type DangerReport = {
  readonly level: DangerLevel;
  /** Name of the person, or of the token's account. */
  readonly source: string;
  readonly at: EpochMs;
};

/** Redis key under which the API keeps the newest DangerReport for the analysis, as JSON. */
export const DANGER_KEY = 'watchpost:fire:danger';
/** It is forecast once a day; one that nobody renewed holds half a day longer, then what is configured counts again. */
export const DANGER_HOLDS_MS = 36 * 3_600_000;

/** @returns null for a report that no longer holds */
export const dangerNow = (report: DangerReport | null, now: EpochMs): DangerReport | null =>
  report && now - report.at <= DANGER_HOLDS_MS ? report : null;

export const DANGER_LEVELS = [1, 2, 3, 4, 5] as const satisfies readonly DangerLevel[];
/** As forest rangers write it. */
export const DANGER_NUMERALS: Readonly<Record<DangerLevel, string>> = { 1: 'I', 2: 'II', 3: 'III', 4: 'IV', 5: 'V' };
