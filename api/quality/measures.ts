import type { Measurement, WatchEvent } from '../../pipeline/event.ts';

/** One number that a case rests on, and how the rule held it against its threshold. */
export type Measure = Pick<Measurement, 'name' | 'value' | 'unit'> & {
  readonly threshold: number | null;
  readonly comparison: string | null;
};

/** The detector's score of what the case is about; no threshold of the rule stands behind it. */
export const SCORE = 'score';

/** The numbers of an event by which its cases can be told apart later, each name once. */
export const measuresOf = ({ subjects, decision }: WatchEvent): readonly Measure[] => {
  const subject = subjects.find(({ role }) => role === 'offender') ?? subjects[0];
  const score: Measure[] = subject
    ? [{ name: SCORE, value: subject.score, unit: '', threshold: null, comparison: null }]
    : [];
  const measured = decision.measurements.map(({ name, value, unit, threshold = null, comparison = null }): Measure => ({
    ...{ name, value, unit, threshold, comparison },
  }));
  return [...new Map([...score, ...measured].map((one) => [one.name, one])).values()].filter(({ value }) =>
    Number.isFinite(value),
  );
};
