import type { RuleKind } from '../event.ts';
import type { Words } from '../explanation-words.ts';

/** A part of an entry that nobody has compared with the law's own text. It is never printed as certain. */
export type LawPart = 'reference' | 'fine' | 'points' | 'effective';

/** One clause of the law, as data: which act of which vehicle it fines, with what, and from when until when. */
export type LawEntry = {
  readonly id: string;
  readonly kind: RuleKind;
  /** Classes of vehicles that the clause is about; empty for people and organisations. */
  readonly vehicles: readonly string[];
  /** Holds only when this measurement of the event lies within [min, max]. */
  readonly when?: { readonly measurement: string; readonly min: number; readonly max: number };
  readonly behaviour: Words;
  /** Number of the decree, and of the decree that gave the clause its present wording. */
  readonly decree: string;
  readonly amendedBy?: string;
  readonly article: string;
  readonly clause: string;
  /** Null where it is not known or the clause has none. */
  readonly point: string | null;
  /** Dong; null where the sum is not known. */
  readonly fineVnd: { readonly min: number; readonly max: number } | null;
  /** Points taken from the licence; 0 for none. */
  readonly points: number;
  /** Code of the police's public portal, where it is known. */
  readonly portalCode: string | null;
  /** First and last day (local, `YYYY-MM-DD`) on which an act falls under it; null from: not known; null to: until further notice. */
  readonly effectiveFrom: string | null;
  readonly effectiveTo: string | null;
  readonly unverified: readonly LawPart[];
  /** Where the facts were taken from. */
  readonly source: string;
};
