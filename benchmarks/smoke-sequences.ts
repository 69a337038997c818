import type { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import { parseConfig } from '../pipeline/config.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import type { SmokeView } from './smoke-material.ts';
import { configOf, MINUTE_MS, openTower, perDay, pipelineOf, RULE, turningTower } from './smoke-tower.ts';

/** What became of one real sequence; minutes since its first picture. */
export type Outcome = {
  readonly id: string;
  readonly kind: string;
  readonly pictures: number;
  readonly minutes: number;
  /** Null where there is no smoke in it. */
  readonly firstSmokeMinute: number | null;
  readonly picturesOfSmoke: number;
  /** Minutes of visible smoke; null where it was not confirmed. */
  readonly confirmedAfterMinutes: number | null;
  readonly smokeFreeMinutes: number;
  readonly falseAlarms: number;
};

/** Real sequences through detector, tracker and rule in this process, one view after the other. */
export const runSequences = async (
  views: readonly SmokeView[],
): Promise<{ readonly pictures: number; readonly views: readonly Outcome[] }> => {
  const camera = { ...turningTower(views), source: { url: 'stills://none' }, rules: [RULE] };
  const config = parseConfig(JSON.stringify(configOf(camera)));
  const tower = await openTower(config);
  const outcomes = [];
  try {
    for (const view of views) {
      const alarms: number[] = [];
      const firstAt = view.pictures[0]!.atMs;
      const take = (events: readonly WatchEvent[]): void => {
        alarms.push(...events.map(({ triggerPtsMs }) => Math.round(triggerPtsMs / MINUTE_MS)));
      };
      let pipeline: CameraPipeline | undefined;
      for (const { file, atMs } of view.pictures) {
        const { frame, detections } = await tower.look(file);
        pipeline ??= pipelineOf(config, frame);
        const when = { ptsMs: atMs - firstAt, capturedAt: atMs, poseId: view.id };
        take(pipeline.push({ ...frame, ...when }, detections).events);
      }
      take(pipeline?.finish(view.pictures.at(-1)!.atMs - firstAt) ?? []);
      outcomes.push(outcome(view, alarms));
    }
  } finally {
    await tower.close();
  }
  return { pictures: views.reduce((sum, { pictures }) => sum + pictures.length, 0), views: outcomes };
};

/** @param alarms minutes since the view's first picture, in order */
export const outcome = ({ id, kind, pictures }: SmokeView, alarms: readonly number[]): Outcome => {
  const minuteOf = (atMs: number): number => Math.round((atMs - pictures[0]!.atMs) / MINUTE_MS);
  const first = pictures.find(({ hasSmoke }) => hasSmoke);
  const smokeFrom = first === undefined ? null : minuteOf(first.atMs);
  const lastMinute = minuteOf(pictures.at(-1)!.atMs);
  const found = smokeFrom === null ? undefined : alarms.find((minute) => minute >= smokeFrom);
  return {
    ...{ id, kind, pictures: pictures.length, minutes: lastMinute },
    firstSmokeMinute: smokeFrom,
    picturesOfSmoke: pictures.filter(({ hasSmoke }) => hasSmoke).length,
    confirmedAfterMinutes: smokeFrom === null || found === undefined ? null : found - smokeFrom,
    smokeFreeMinutes: smokeFrom ?? lastMinute,
    falseAlarms: alarms.filter((minute) => smokeFrom === null || minute < smokeFrom).length,
  };
};

/** All sequences together. */
export const sumOf = (swept: { readonly pictures: number; readonly views: readonly Outcome[] }) => {
  const fires = swept.views.filter(({ firstSmokeMinute }) => firstSmokeMinute !== null);
  const freeMinutes = swept.views.reduce((sum, { smokeFreeMinutes }) => sum + smokeFreeMinutes, 0);
  const falseAlarms = swept.views.reduce((sum, view) => sum + view.falseAlarms, 0);
  return {
    ...swept,
    fires: fires.length,
    confirmed: fires.filter(({ confirmedAfterMinutes }) => confirmedAfterMinutes !== null).length,
    minutesToConfirm: fires.map(({ confirmedAfterMinutes }) => confirmedAfterMinutes),
    falseAlarms,
    ...perDay(falseAlarms, freeMinutes * MINUTE_MS),
  };
};
