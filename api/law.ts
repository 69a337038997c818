import type { WatchEvent } from '../pipeline/event.ts';
import { findLaw, lawPenalty, lawReference, lawsInForce } from '../pipeline/law/find-law.ts';
import type { LawEntry } from '../pipeline/law/law-entry.ts';
import { VIETNAM } from '../pipeline/law/vietnam.ts';
import type { LawClause } from './contract/law.ts';

const toClause = (law: LawEntry): LawClause => ({
  ...{ id: law.id, kind: law.kind, behaviour: law.behaviour, reference: lawReference(law), penalty: lawPenalty(law) },
  ...{ fineVnd: law.fineVnd, points: law.points, portalCode: law.portalCode },
  ...{ effectiveFrom: law.effectiveFrom, effectiveTo: law.effectiveTo },
  ...{ unverified: [...law.unverified], source: law.source },
});

/** Clauses that may apply to an event, by the law of its day. */
export const clausesOf = (event: WatchEvent, timeZone: string): LawClause[] =>
  findLaw(VIETNAM, event, timeZone).map(toClause);

export const clausesInForce = (at: number, timeZone: string): LawClause[] =>
  lawsInForce(VIETNAM, at, timeZone).map(toClause);
