/** What a rule made of one sequence of frames. Indices count frames from 0; null where it did not confirm. */
export type SequenceResult = {
  /** Frame in which smoke can first be seen; null in a sequence without any. */
  readonly truthFrame: number | null;
  readonly confirmedFrame: number | null;
};

export type SequenceScore = {
  readonly sequences: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Share of the sequences without smoke that were confirmed, or with smoke that were confirmed before it. */
  readonly falsePositiveRate: number;
  /** Frames from the first visible smoke to the confirmation, of the sequences found. */
  readonly medianDelayFrames: number | null;
};

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Confirmed before the smoke can be seen is a false alarm, not a find. */
export const scoreSequences = (results: readonly SequenceResult[]): SequenceScore => {
  let [found, falseAlarms, missed] = [0, 0, 0];
  const delays: number[] = [];
  for (const { truthFrame, confirmedFrame } of results) {
    const isEarly = confirmedFrame !== null && (truthFrame === null || confirmedFrame < truthFrame);
    if (isEarly) falseAlarms++;
    if (truthFrame === null) continue;
    if (confirmedFrame === null || isEarly) missed++;
    else {
      found++;
      delays.push(confirmedFrame - truthFrame);
    }
  }
  delays.sort((a, b) => a - b);
  return {
    sequences: results.length,
    precision: ratio(found, found + falseAlarms),
    recall: ratio(found, found + missed),
    f1: ratio(2 * found, 2 * found + falseAlarms + missed),
    falsePositiveRate: ratio(falseAlarms, results.length - found - missed),
    medianDelayFrames: delays[Math.floor((delays.length - 1) / 2)] ?? null,
  };
};
