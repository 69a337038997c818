import { type Static, Type } from '@sinclair/typebox';
import { parseJsonAs } from '../pipeline/evaluation/check-input.ts';
import { HEAD_METHODS, type HeadPassage, riskOf, decidedShare } from '../pipeline/evaluation/helmets.ts';
import { type Box, boxArea, boxHeight, intersectionArea } from '../pipeline/geometry.ts';
import type { TrackedFrame } from '../pipeline/track.ts';

/** Riders' heads as the truth has them: seconds, box of the machine with its riders in fractions. */
const HeadTruth = Type.Object({
  helmets: Type.Optional(
    Type.Array(
      Type.Object({
        t: Type.Number(),
        box: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
        helmet: Type.String(),
        certainty: Type.Optional(Type.String()),
      }),
    ),
  ),
});
type TrueHead = NonNullable<Static<typeof HeadTruth>['helmets']>[number];

/** Share of a person's box inside the machine's that makes a rider, and least height against it. */
const INSIDE = 0.7;
const TALL = 0.35;
const WINDOW_MS = 2_000;
const STEP_MS = 1_000;

/**
 * Looks at the heads of riders whose helmets the truth is sure of, in windows of two seconds that begin every second. Who
 * rides in the true box must be plain: exactly one person with readings.
 * @param truth text of the clip's truth @param name of its file, for messages
 */
export const headPassages = (truth: string, name: string, frames: readonly TrackedFrame[]): readonly HeadPassage[] => {
  const heads = (parseJsonAs(HeadTruth, truth, name).helmets ?? []).filter(
    ({ helmet, certainty }) => ['helmet', 'no_helmet'].includes(helmet) && certainty === 'sure',
  );
  const read = new Set(frames.flatMap((frame) => (frame.heads ?? []).map(({ trackId }) => trackId)));
  const riders = new Map(
    heads.flatMap((head) => {
      const id = riderOf(head, frames, read);
      return id === null ? [] : [[id, head.helmet === 'no_helmet'] as const];
    }),
  );
  return [...riders].flatMap(([id, bare]) => {
    const looks = frames.flatMap(({ ptsMs, heads: readings = [] }) =>
      readings.filter(({ trackId }) => trackId === id).map((reading) => ({ ptsMs, reading })),
    );
    const [from, to] = [looks[0]!.ptsMs, looks.at(-1)!.ptsMs];
    const starts = Array.from(
      { length: 1 + Math.max(0, Math.floor((to - from) / STEP_MS)) },
      (_, at) => from + at * STEP_MS,
    );
    return starts.flatMap((start): readonly HeadPassage[] => {
      const own = looks.filter(({ ptsMs }) => ptsMs >= start && ptsMs < start + WINDOW_MS);
      return own.length > 0 ? [{ bare, weight: 1, looks: own }] : [];
    });
  });
};

const riderOf = ({ t, box }: TrueHead, frames: readonly TrackedFrame[], read: ReadonlySet<number>): number | null => {
  const [frame] = [...frames].sort((a, b) => Math.abs(a.ptsMs - t * 1000) - Math.abs(b.ptsMs - t * 1000));
  if (!frame) return null;
  const { width, height } = frame.frameSize;
  const whole: Box = { x1: box[0] * width, y1: box[1] * height, x2: box[2] * width, y2: box[3] * height };
  const inside = frame.tracks.filter(
    ({ id, className, box: person }) =>
      className === 'person' &&
      read.has(id) &&
      intersectionArea(person, whole) >= INSIDE * boxArea(person) &&
      boxHeight(person) >= TALL * boxHeight(whole),
  );
  return inside.length === 1 ? inside[0]!.id : null;
};

const percent = (share: number): number => Math.round(share * 1000) / 10;

/** Per cent wrong of each method, at the shares that may be answered, and on average over all of them. */
export const headScores = (passages: readonly HeadPassage[]) => ({
  windows: passages.length,
  bare: passages.filter(({ bare }) => bare).length,
  decided: percent(decidedShare(passages)),
  wrong: Object.fromEntries(
    Object.entries(HEAD_METHODS).map(([name, method]) => {
      const risk = riskOf(method, passages);
      const at = Object.fromEntries([50, 70, 80, 90, 100].map((share) => [share, percent(risk.at(share / 100))]));
      return [name, { ...at, mean: percent(risk.area) }];
    }),
  ),
});
