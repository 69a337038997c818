import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { WatchpostError } from '../errors.ts';
import { confirm, type ConfirmationConfig, FIRST_STATE, type Sighted } from '../fire/confirmation.ts';
import { eightFrameMean, fiveInARow } from '../fire/simple-rules.ts';
import { scoreSequences, type SequenceScore } from './sequences.ts';

/** Frames of one camera in order of time. */
export type SmokeSequence = {
  readonly id: string;
  readonly frames: readonly { readonly file: string; readonly atMs: number; readonly hasSmoke: boolean }[];
};

const COLUMNS = ['sequence', 'file', 'offset_s', 'smoke_label_by_filename'] as const;

/**
 * Truth of sequences as CSV with the columns sequence, file, offset_s and smoke_label_by_filename (0 or 1); others are
 * passed over. @throws WatchpostError INPUT_UNREADABLE naming the line
 */
export const parseSmokeTruth = (text: string, file: string): readonly SmokeSequence[] => {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const names = head.split(',');
  const missing = COLUMNS.find((name) => !names.includes(name));
  if (missing) throw new WatchpostError('INPUT_UNREADABLE', `${file}: column "${missing}" expected, found ${head}`);
  const sequences = new Map<string, { file: string; atMs: number; hasSmoke: boolean }[]>();
  for (const [index, line] of lines.entries()) {
    const cells = line.split(',');
    const [sequence, image, offset, label] = COLUMNS.map((name) => cells[names.indexOf(name)] ?? '');
    const atMs = Number(offset) * 1000;
    if (!sequence || !image || offset === '' || !Number.isFinite(atMs) || !/^[01]$/.test(label ?? ''))
      throw new WatchpostError('INPUT_UNREADABLE', `${file}: line ${String(index + 2)} is not a frame: ${line}`);
    const frames = sequences.get(sequence) ?? [];
    frames.push({ file: image, atMs, hasSmoke: label === '1' });
    sequences.set(sequence, frames);
  }
  return [...sequences].map(([id, frames]) => ({ id, frames: frames.sort((a, b) => a.atMs - b.atMs) }));
};

const Results = Type.Array(
  Type.Object({
    file_name: Type.String(),
    category_name: Type.String(),
    bbox: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
    score: Type.Number(),
  }),
);

/** What `watchpost detect` wrote, by file name. @throws WatchpostError INPUT_UNREADABLE */
export const parseSmokeResults = (text: string, file: string): ReadonlyMap<string, readonly Sighted[]> => {
  let results: unknown;
  try {
    results = JSON.parse(text);
  } catch (cause) {
    throw new WatchpostError('INPUT_UNREADABLE', `${file} is not JSON`, { cause });
  }
  if (!Value.Check(Results, results)) {
    const first = Value.Errors(Results, results).First();
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: ${first?.path ?? ''}: ${first?.message ?? ''}`);
  }
  const byFile = new Map<string, Sighted[]>();
  for (const { file_name, category_name, bbox, score } of results) {
    if (category_name !== 'smoke' && category_name !== 'flame') continue;
    const [x, y, width, height] = bbox;
    const seen = byFile.get(file_name) ?? [];
    seen.push({ box: { x1: x, y1: y, x2: x + width, y2: y + height }, score });
    byFile.set(file_name, seen);
  }
  return byFile;
};

export type SmokeEvaluation = {
  readonly ours: SequenceScore;
  readonly fiveInARow: SequenceScore;
  readonly eightFrameMean: SequenceScore;
  /** Every confirmation outside the smoke of a sequence, per day of frames without smoke. */
  readonly falseAlarmsPerCameraDay: number | null;
  readonly smokeFreeHours: number;
  readonly sequences: readonly {
    readonly id: string;
    readonly confirmedFile: string | null;
    /** From the first frame labelled as smoke. */
    readonly minutesToConfirm: number | null;
    readonly falseAlarms: number;
  }[];
};

const DAY_MS = 86_400_000;

/** Our confirmation beside two simple rules on the same detections. */
export const evaluateSmoke = (
  truth: readonly SmokeSequence[],
  results: ReadonlyMap<string, readonly Sighted[]>,
  config: ConfirmationConfig,
): SmokeEvaluation => {
  const played = truth.map((sequence) => play(sequence, results, config));
  const smokeFreeMs = played.reduce((sum, { freeMs }) => sum + freeMs, 0);
  const falseAlarms = played.reduce((sum, one) => sum + one.falseAlarms, 0);
  const score = (pick: (one: Played) => number | null): SequenceScore =>
    scoreSequences(played.map((one) => ({ truthFrame: one.truthFrame, confirmedFrame: pick(one) })));
  return {
    ours: score(({ ours }) => ours),
    fiveInARow: score(({ five }) => five),
    eightFrameMean: score(({ eight }) => eight),
    falseAlarmsPerCameraDay: smokeFreeMs > 0 ? (falseAlarms * DAY_MS) / smokeFreeMs : null,
    smokeFreeHours: smokeFreeMs / 3_600_000,
    sequences: truth.map(({ id, frames }, index) => {
      const { truthFrame, ours, falseAlarms: early } = played[index]!;
      const isFound = truthFrame !== null && ours !== null && ours >= truthFrame;
      return {
        id,
        confirmedFile: ours === null ? null : frames[ours]!.file,
        minutesToConfirm: isFound ? (frames[ours]!.atMs - frames[truthFrame]!.atMs) / 60_000 : null,
        falseAlarms: early,
      };
    }),
  };
};

type Played = {
  readonly truthFrame: number | null;
  readonly ours: number | null;
  readonly five: number | null;
  readonly eight: number | null;
  readonly falseAlarms: number;
  readonly freeMs: number;
};

const play = (
  { frames }: SmokeSequence,
  results: ReadonlyMap<string, readonly Sighted[]>,
  config: ConfirmationConfig,
): Played => {
  const seen = frames.map(({ file }) => results.get(file) ?? []);
  const first = frames.findIndex(({ hasSmoke }) => hasSmoke);
  const truthFrame = first === -1 ? null : first;
  let [state, ours, falseAlarms, freeMs] = [FIRST_STATE, null as number | null, 0, 0];
  for (const [index, { atMs, hasSmoke }] of frames.entries()) {
    const step = confirm(state, atMs, seen[index]!, config);
    state = step.state;
    const confirmed = step.changed.filter((tube) => tube.state === 'confirmed').length;
    if (confirmed > 0) ours ??= index;
    if (hasSmoke) continue;
    falseAlarms += confirmed;
    freeMs += (frames[index + 1]?.atMs ?? atMs) - atMs;
  }
  // Sizes of the pictures are not in the results, so the simple rule does without its limit on area.
  const anySize = { width: Infinity, height: Infinity };
  return {
    truthFrame,
    ours,
    five: fiveInARow(seen, anySize),
    eight: eightFrameMean(seen, anySize),
    falseAlarms,
    freeMs,
  };
};
