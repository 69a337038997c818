import type { RuleKind } from './event.ts';

/**
 * Where a traffic violation stands in the procedure of fining after the fact (phạt nguội). The verdict of a reviewer
 * moves it to `verified` or `cancelled`; everything after that is done by the unit and written down here.
 */
export const CASE_STATUSES = [
  'detected',
  'verified',
  'owner_identified',
  'notified',
  'published',
  'settled',
  'cancelled',
] as const;
export type CaseStatus = (typeof CASE_STATUSES)[number];

/** Kinds that end in a fine; the others are alerts, and their work is done with the verdict. */
const FINED: readonly RuleKind[] = [
  ...(['wrong_way', 'wrong_lane', 'red_light', 'stop_line', 'no_helmet', 'too_many_riders'] as const),
  ...(['speed', 'illegal_stop', 'pavement_riding', 'encroachment'] as const),
];
export const hasProcedure = (kind: string): boolean => (FINED as readonly string[]).includes(kind);

/** Which status may follow which by an act of a person. Final ones have none. */
export const NEXT_STATUSES: Readonly<Record<CaseStatus, readonly CaseStatus[]>> = {
  detected: [],
  verified: ['owner_identified', 'cancelled'],
  owner_identified: ['notified', 'cancelled'],
  notified: ['published', 'settled', 'cancelled'],
  published: ['settled', 'cancelled'],
  settled: [],
  cancelled: [],
};

export type Deadline = {
  readonly name: 'notice' | 'publication' | 'limitation';
  /** While the case has one of these statuses, the clock runs. */
  readonly during: readonly CaseStatus[];
  /** What it is counted from: the act, the detection, or the beginning of the present status. */
  readonly from: 'act' | 'detected' | 'status';
  readonly days: number;
  /** False: taken from reports about the law, not from its text. */
  readonly verified: boolean;
  readonly source: string;
};

/** Calendar days. */
export const DEADLINES: readonly Deadline[] = [
  {
    ...{ name: 'notice', during: ['detected', 'verified', 'owner_identified'], from: 'detected', days: 10 },
    verified: false,
    source: 'Circular 32/2023/TT-BCA: owner identified and notice sent within 10 days; 73/2024 keeps the scheme',
  },
  {
    ...{ name: 'publication', during: ['notified'], from: 'status', days: 20 },
    verified: false,
    source: 'Circular 32/2023/TT-BCA: published when the owner has not come 20 days after the notice',
  },
  {
    ...{ name: 'limitation', during: ['detected', 'verified', 'owner_identified', 'notified', 'published'] },
    ...{ from: 'act', days: 365, verified: true },
    source: 'limitation period of one year for administrative violations in traffic',
  },
];

const DAY_MS = 24 * 3_600_000;

export type Due = { readonly name: Deadline['name']; readonly at: number };

/** The clock that runs out first; null when none runs. */
export const nextDue = (
  status: CaseStatus,
  times: { readonly actAt: number; readonly detectedAt: number; readonly statusAt: number },
): Due | null => {
  const begin = { act: times.actAt, detected: times.detectedAt, status: times.statusAt };
  const running = DEADLINES.filter(({ during }) => during.includes(status))
    .map(({ name, from, days }) => ({ name, at: begin[from] + days * DAY_MS }))
    .sort((a, b) => a.at - b.at);
  return running[0] ?? null;
};

/** What the reviewer's verdict makes of a detected case. */
export const statusAfterVerdict = (verdict: string): CaseStatus =>
  verdict === 'confirmed' ? 'verified' : verdict === 'rejected' || verdict === 'exempt' ? 'cancelled' : 'detected';
