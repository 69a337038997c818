import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { explain } from '../../pipeline/explanation.ts';
import type { Size } from '../../pipeline/geometry.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import type { RecordingSession } from '../../pipeline/segment.ts';
import type { Track } from '../../pipeline/track.ts';
import type { DryRunResult } from '../contract/setup.ts';

const MINUTE_MS = 60_000;
/** Requests of others are served after so many frames. */
const FRAMES_AT_A_TIME = 200;
const MOST_EVENTS = 500;
/** Rules that need more than tracks: lamps are read from the picture, heads by a model of their own. */
const NEED_PICTURES: ReadonlySet<string> = new Set(['red_light', 'stop_line', 'no_helmet']);

type Span = { readonly from: number; readonly to: number };
type StoredSession = { readonly session: RecordingSession; readonly frames: AsyncIterable<LiveFrame> };

/** Sessions of a camera whose tracks are stored, oldest first. @param folder `recordings/<camera>` */
const sessionsOf = async (folder: string, { from, to }: Span): Promise<StoredSession[]> => {
  const names = await readdir(folder).catch(() => []);
  const read = await Promise.all(
    names.sort().map(async (name): Promise<StoredSession[]> => {
      const text = await readFile(join(folder, name, 'session.json'), 'utf8').catch(() => null);
      if (text === null) return [];
      const session = JSON.parse(text) as RecordingSession;
      if (session.clock.anchorAt >= to) return [];
      return [{ session, frames: framesOf(join(folder, name, 'tracks'), session, { from, to }) }];
    }),
  );
  return read.flat();
};

const framesOf = async function* (folder: string, { clock }: RecordingSession, { from, to }: Span) {
  const minutes = (await readdir(folder).catch(() => []))
    .map((name) => Number(/^(\d+)\.ndjson$/.exec(name)?.[1] ?? NaN))
    .filter((minute) => clock.anchorAt + (minute + 1) * MINUTE_MS > from && clock.anchorAt + minute * MINUTE_MS < to)
    .sort((a, b) => a - b);
  for (const minute of minutes)
    for (const line of (await readFile(join(folder, `${minute}.ndjson`), 'utf8').catch(() => '')).split('\n')) {
      const frame = toFrame(line);
      if (frame && frame.capturedAt >= from && frame.capturedAt < to) yield frame;
    }
};

/** The last line may still be written. */
const toFrame = (line: string): LiveFrame | null => {
  if (line === '') return null;
  try {
    return JSON.parse(line) as LiveFrame;
  } catch {
    return null;
  }
};

/** Tracks as the rules take them. Stored frames hold confirmed tracks only, which are those that rules look at. */
const toTracks = (frame: LiveFrame, { width, height }: Size, firstSeen: Map<number, number>): Track[] =>
  frame.tracks.map(({ id, className, score, box: [x1, y1, x2, y2], velocity }) => {
    if (!firstSeen.has(id)) firstSeen.set(id, frame.ptsMs);
    return {
      ...{ id, className, score, state: 'confirmed', observed: true },
      box: { x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height },
      velocity: { x: velocity[0] * width, y: velocity[1] * height },
      firstPtsMs: firstSeen.get(id) ?? frame.ptsMs,
      lastObservedPtsMs: frame.ptsMs,
    };
  });

const withoutPictures = (camera: CameraConfig): CameraConfig => {
  // Signals may stay: without pictures they are never read, and an illegal stop holds as if its signal were dark.
  return { ...camera, rules: camera.rules.filter(({ kind }) => !NEED_PICTURES.has(kind)) };
};

const opener =
  (camera: CameraConfig, timeZone: string) =>
  ({ clock, width, height }: RecordingSession): CameraPipeline =>
    new CameraPipeline({
      camera: withoutPictures(camera),
      clock,
      frameSize: { width, height },
      provenance: { softwareVersion: 'dry-run', configHash: '', models: [] },
      timeZone,
    });

/** The same act under the same rule, whatever was changed of the rule. */
const actOf = ({ ruleId, subjects, triggerAt }: WatchEvent): string =>
  `${ruleId} ${subjects.map(({ trackId }) => trackId).join('+') || Math.round(triggerAt / MINUTE_MS)}`;

/**
 * Lets the rules of a changed camera, and those in effect, see the tracks that were stored with the recording.
 * @param before the camera as it runs now; null when it is new
 * @param folder `recordings/<camera>`
 */
export const dryRun = async (options: {
  readonly before: CameraConfig | null;
  readonly after: CameraConfig;
  readonly folder: string;
  readonly span: Span;
  readonly timeZone: string;
}): Promise<DryRunResult> => {
  const { before, after, folder, span, timeZone } = options;
  const found = { before: [] as WatchEvent[], after: [] as WatchEvent[] };
  let frames = 0;
  let fromAt: number | null = null;
  let toAt: number | null = null;
  for (const { session, frames: stored } of await sessionsOf(folder, span)) {
    const size = { width: session.width, height: session.height };
    const firstSeen = new Map<number, number>();
    const runs = [
      { pipeline: opener(after, timeZone)(session), events: found.after },
      ...(before ? [{ pipeline: opener(before, timeZone)(session), events: found.before }] : []),
    ];
    let lastPtsMs = 0;
    for await (const frame of stored) {
      const tracks = toTracks(frame, size, firstSeen);
      for (const { pipeline, events } of runs) events.push(...pipeline.pushTracks(frame, tracks).events);
      lastPtsMs = frame.ptsMs;
      fromAt ??= frame.capturedAt;
      toAt = frame.capturedAt;
      if (++frames % FRAMES_AT_A_TIME === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { pipeline, events } of runs) events.push(...pipeline.finish(lastPtsMs));
  }
  const known = new Set(found.before.map(actOf));
  const count = (events: readonly WatchEvent[], ruleId: string): number =>
    events.filter((event) => event.ruleId === ruleId).length;
  const ruleIds = [...new Set([...after.rules, ...(before?.rules ?? [])].map(({ id }) => id))];
  const tried = withoutPictures(after).rules.map(({ id }) => id);
  return {
    frames,
    fromAt,
    toAt,
    events: found.after
      .filter(({ disposition }) => disposition === 'case')
      .slice(0, MOST_EVENTS)
      .map((event) => ({
        at: event.triggerAt,
        ruleId: event.ruleId,
        kind: event.kind,
        disposition: event.disposition,
        className: event.subjects[0]?.className ?? null,
        explanation: explain(event),
        isNew: !known.has(actOf(event)),
      })),
    counts: ruleIds.map((ruleId) => ({
      ruleId,
      before: count(found.before, ruleId),
      after: count(found.after, ruleId),
    })),
    skipped: after.rules.map(({ id }) => id).filter((id) => !tried.includes(id)),
  };
};
