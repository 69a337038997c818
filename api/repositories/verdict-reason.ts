import { WatchpostError } from '../../pipeline/errors.ts';
import { EXEMPT_REASONS, REJECT_REASONS } from '../../pipeline/review.ts';
import type { VerdictRequest } from '../contract/cases.ts';

/** @throws WatchpostError REQUEST_INVALID when the verdict needs a reason, or takes none */
export const checkReason = (verdict: VerdictRequest['verdict'], reason: string | undefined): void => {
  const known: readonly string[] = verdict === 'rejected' ? REJECT_REASONS : verdict === 'exempt' ? EXEMPT_REASONS : [];
  if (known.length === 0 ? reason === undefined : reason !== undefined && known.includes(reason)) return;
  throw new WatchpostError(
    'REQUEST_INVALID',
    known.length === 0
      ? `body: reason: verdict ${verdict} takes no reason; use note`
      : `body: reason: verdict ${verdict} needs one of ${known.join(', ')}`,
  );
};
