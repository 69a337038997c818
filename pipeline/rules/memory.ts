import { type Static, Type } from '@sinclair/typebox';

/** What lets a rule know in the next session what it has learnt of its place in this one. */
export type RuleMemory<State> = {
  /** Another one when what was learnt holds no more: another place, another way of measuring. */
  readonly key: string;
  /** Plain data that survive JSON, of bounded size. */
  keep(state: State): unknown;
  /** A first state that knows it; null when the data are not what `keep` gives. */
  restore(learnt: unknown): State | null;
};

/**
 * What the rules of one camera have learnt, by rule. Sessions end at every reconnect and restart; recurrence over days and
 * usual counts of an hour must not. Replays are given none, so that they stay exact.
 */
export const CameraMemory = Type.Object({
  version: Type.Literal(1),
  rules: Type.Record(Type.String(), Type.Object({ key: Type.String(), learnt: Type.Unknown() })),
});
export type CameraMemory = Static<typeof CameraMemory>;
