import type { CaseSummary } from '../../../api/contract/cases.ts';

export type QueueOrder = 'oldest' | 'newest' | 'due';

/** What of the queue is shown and in which order; empty text: all. Lives as long as the visit: a filter that is forgotten hides cases. */
export type QueueFilter = { readonly kind: string; readonly cameraId: string; readonly order: QueueOrder };

export const EVERYTHING: QueueFilter = { kind: '', cameraId: '', order: 'oldest' };
export const ORDERS: readonly QueueOrder[] = ['oldest', 'newest', 'due'];

const ORDER: Readonly<Record<QueueOrder, (a: CaseSummary, b: CaseSummary) => number>> = {
  // What comes in new joins at the end and moves nothing under the reviewer's eyes.
  oldest: (a, b) => a.triggerAt - b.triggerAt,
  newest: (a, b) => b.triggerAt - a.triggerAt,
  // Alerts have no deadline; among equals the one that waited longest.
  due: (a, b) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity) || a.triggerAt - b.triggerAt,
};

export const applyFilter = (cases: readonly CaseSummary[], filter: QueueFilter): CaseSummary[] =>
  cases
    .filter(({ kind }) => filter.kind === '' || kind === filter.kind)
    .filter(({ cameraId }) => filter.cameraId === '' || cameraId === filter.cameraId)
    .sort(ORDER[filter.order]);

export type Choice = { readonly value: string; readonly text: string; readonly count: number };

/** What can be chosen, the most frequent first. */
export const choicesOf = (
  cases: readonly CaseSummary[],
  of: (one: CaseSummary) => { readonly value: string; readonly text: string },
): Choice[] => {
  const found = new Map<string, { text: string; count: number }>();
  for (const one of cases) {
    const { value, text } = of(one);
    found.set(value, { text, count: (found.get(value)?.count ?? 0) + 1 });
  }
  return [...found].map(([value, rest]) => ({ value, ...rest })).sort((a, b) => b.count - a.count);
};
