import { type Static, Type } from '@sinclair/typebox';
import { RULE_KINDS } from './event.ts';

/** Verdicts after which a case can come to an end; what nobody was sure of stays. */
const CLOSING_STATES = ['confirmed', 'rejected', 'exempt'] as const;

const literals = <T extends string>(words: readonly T[]) => Type.Union(words.map((word) => Type.Literal(word)));

export const RetentionTier = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,40}$', description: 'Stands in the audit of what it removes.' }),
    kinds: Type.Optional(
      Type.Array(literals(RULE_KINDS), { minItems: 1, description: 'Only these kinds; all without.' }),
    ),
    states: Type.Optional(
      Type.Array(literals(CLOSING_STATES), { minItems: 1, description: 'Only these verdicts; all without.' }),
    ),
    keepDays: Type.Number({
      minimum: 1,
      maximum: 36_500,
      description: 'Clip, stills and crops are erased so long after the case was closed (d); the decision stays.',
    }),
    lock: Type.Optional(
      Type.Union([Type.Literal('governance'), Type.Literal('compliance')], {
        description:
          'From when the case is closed until then the object store refuses removal; `compliance`: nobody can end that before. Needs a bucket with object lock.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type RetentionTier = Static<typeof RetentionTier>;

/**
 * Fires and their false alarms teach the next season; what was rejected shows people who did nothing; a fine can be
 * contested for a year, and 90 days more are left for a complaint.
 */
export const DEFAULT_TIERS: readonly RetentionTier[] = [
  { name: 'fire', kinds: ['smoke', 'flame'], keepDays: 730 },
  { name: 'dismissed', states: ['rejected', 'exempt'], keepDays: 30 },
  { name: 'confirmed', states: ['confirmed'], keepDays: 455 },
];

/** Statuses of the procedure in which nothing more can come. */
export const CLOSED_STATUSES = ['settled', 'cancelled'] as const;

const DAY_MS = 24 * 3_600_000;

export type Closing = {
  readonly kind: string;
  readonly state: string;
  /** In the procedure of fining; null for alerts. */
  readonly status: string | null;
  readonly verdictAt: number | null;
  readonly statusAt: number | null;
  /** A case that was closed as part of another lives as long as that one. */
  readonly mergedInto: string | null;
};

/** When a case came to its end (epoch ms); null while it is open, in procedure, or goes on in another one. */
export const closedAt = ({ state, status, verdictAt, statusAt, mergedInto }: Closing): number | null => {
  if (verdictAt === null || mergedInto !== null || !(CLOSING_STATES as readonly string[]).includes(state)) return null;
  if (status !== null && !(CLOSED_STATUSES as readonly string[]).includes(status)) return null;
  return Math.max(verdictAt, statusAt ?? verdictAt);
};

/** The first tier that a case of this kind and verdict fits; null: it is kept for good. */
export const tierOf = (
  tiers: readonly RetentionTier[],
  { kind, state }: Pick<Closing, 'kind' | 'state'>,
): RetentionTier | null =>
  tiers.find(
    ({ kinds, states }) =>
      (kinds === undefined || (kinds as readonly string[]).includes(kind)) &&
      (states === undefined || (states as readonly string[]).includes(state)),
  ) ?? null;

/** Whole milliseconds, as instants are. */
export const keepMs = ({ keepDays }: RetentionTier): number => Math.round(keepDays * DAY_MS);

/** When the evidence of a closed case is due to be erased, a hold apart. */
export const eraseAt = (closed: number, tier: RetentionTier): number => closed + keepMs(tier);
