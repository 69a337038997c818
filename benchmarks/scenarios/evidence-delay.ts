import { percentile } from '../statistics.ts';

/** One event and when its case could be read from the API, both epoch milliseconds on one machine's clock. */
export type CaseDelay = {
  readonly caseId: string;
  /** End of the post-roll by the session's clock: before that no clip can be whole. */
  readonly postRollEndAt: number;
  readonly visibleAt: number;
};

/** p50, p95 and worst delay from the end of the post-roll to the case, ms. */
export const summariseDelays = (delays: readonly CaseDelay[]) => {
  const values = delays.map(({ postRollEndAt, visibleAt }) => visibleAt - postRollEndAt);
  return {
    events: values.length,
    p50Ms: percentile(values, 0.5),
    p95Ms: percentile(values, 0.95),
    worstMs: percentile(values, 1),
  };
};
