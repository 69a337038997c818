import { EVIDENCE_PARTS, type Tube } from '../fire/confirmation.ts';
import type { MastFact } from '../fire/mast-watch.ts';
import { round2 } from './sightings.ts';

/*
 * Facts of a decision about smoke, in words that stay the same and can be taken apart again.
 */

/** Cases that a decision names as its teachers, at most. */
const MOST_NAMED = 10;

/** `landmarks 14`, `unsure few-landmarks`, or `unsure few-landmarks, before: landmarks 14`. */
export const mastText = (mast: MastFact): string => {
  if (mast.kind === 'found') return `landmarks ${String(mast.landmarks)}`;
  const before = mast.before ? `, before: landmarks ${String(mast.before.landmarks)}` : '';
  return `unsure ${mast.reason}${before}`;
};

/** The dismissed cases that made it need more. */
export const learntFrom = ({ learnt: { caseIds } }: Tube): Record<string, string> =>
  caseIds.length > 0 ? { learntFrom: caseIds.slice(-MOST_NAMED).join(' ') } : {};

/** What spoke for it and against it over the steps, as `persistence+2.1 growth+0.3 drift-0.2`. */
export const partsOf = ({ steps }: Tube): string =>
  signed(EVIDENCE_PARTS.map((part) => [part, steps.reduce((sum, step) => sum + step[part], 0)]));

const signed = (parts: Iterable<readonly [string, number]>): string =>
  [...parts]
    .filter(([, value]) => round2(value) !== 0)
    .map(([name, value]) => `${name}${value > 0 ? '+' : ''}${String(round2(value))}`)
    .join(' ');

/** What the evidence was held against, as `1.7 danger-0.6 hours+0.5 learnt+0.75`. */
export const askedOf = ({ prior: { usual, ...rest } }: Tube): string =>
  `${String(round2(usual))} ${signed(Object.entries(rest))}`.trim();

/** Evidence frame by frame, as `0:0.45/1.02 30:-/0.52`: seconds since the first sighting, score, evidence after. */
export const stepsOf = ({ steps, firstPtsMs }: Tube): string =>
  steps
    .map(({ ptsMs, score, evidence }) => {
      const seconds = Math.round((ptsMs - firstPtsMs) / 1000);
      return `${String(seconds)}:${score === null ? '-' : String(round2(score))}/${String(round2(evidence))}`;
    })
    .join(' ');
