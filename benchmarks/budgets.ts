import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Floor } from './floor.ts';
import type { Saturation } from './saturation.ts';
import type { Spread } from './stages.ts';

/** Name of a ratio → the most it may be. All ratios are of one run, so they hold on any machine. */
export const Budgets = Type.Record(
  Type.String(),
  Type.Object({ most: Type.Number({ exclusiveMinimum: 0 }), what: Type.String() }, { additionalProperties: false }),
);
export type Budgets = Static<typeof Budgets>;

export type Measured = {
  readonly floor: Floor;
  readonly run: Saturation;
  readonly enqueue: { readonly enqueue: Spread; readonly roundTrip: Spread };
  /** Pictures of the clip per analysed one. */
  readonly step: number;
};

/** Each stage against its floor, or against inference where it has none. */
export const ratiosOf = ({ floor, run, enqueue, step }: Measured): Readonly<Record<string, number>> => {
  const { stages } = run;
  const inference = stages.inference?.p50 ?? Number.NaN;
  const decodeCpuMs = floor.decodeCpuMs * step;
  const against = (spread: Spread | undefined): number => (spread?.p50 ?? Number.NaN) / inference;
  return {
    decode: run.ffmpegCpuMs / decodeCpuMs,
    pipe: (run.ownCpuMs - floor.inferenceCpuMs) / floor.inferenceCpuMs,
    inference: inference / floor.inferenceMs.p50,
    preprocess: against(stages.preprocess),
    outputs: against(stages.outputs),
    tracking: against(stages.tracking),
    rules: against(stages.rules),
    enqueue: enqueue.enqueue.p50 / enqueue.roundTrip.p50,
    whole: (run.ownCpuMs + run.ffmpegCpuMs) / (floor.inferenceCpuMs + decodeCpuMs),
  };
};

export type Excess = { readonly stage: string; readonly ratio: number; readonly most: number; readonly what: string };

/** @throws TypeError when the budgets do not fit their schema */
export const parseBudgets = (data: unknown): Budgets => Value.Parse(Budgets, data);

/** Ratios over their budget, or not measured at all though there is a budget. */
export const overBudget = (ratios: Readonly<Record<string, number>>, budgets: Budgets): readonly Excess[] =>
  Object.entries(budgets).flatMap(([stage, { most, what }]) => {
    const ratio = ratios[stage] ?? Number.NaN;
    return ratio <= most ? [] : [{ stage, ratio, most, what }];
  });
