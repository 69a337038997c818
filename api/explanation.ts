import type { WatchEvent } from '../pipeline/event.ts';

/** A sentence made from the decision data alone, whatever the rule. */
export const explainEvent = ({ decision }: WatchEvent): { vi: string; en: string } => {
  const facts = Object.entries(decision.facts).map(([name, value]) => `${name}: ${value}`);
  const measured = decision.measurements.map(
    ({ name, value, unit, threshold, comparison }) =>
      `${name} ${value}${unit ? ` ${unit}` : ''}${threshold === undefined ? '' : ` (${comparison ?? '>='} ${threshold})`}`,
  );
  const text = `${decision.ruleKind}: ${[...facts, ...measured].join('; ')}`;
  return { vi: text, en: text };
};
