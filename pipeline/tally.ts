import type { Point } from './geometry.ts';
import type { LiveFrame, LiveTrack } from './live.ts';
import { isInside } from './polygon.ts';

/** What one camera saw in one minute of media time besides events, for statistics. */
export type Tally = {
  /** Of camera, session and first frame: one that is told twice counts once. */
  readonly id: string;
  readonly cameraId: string;
  /** Instant of the minute's last frame, epoch ms. */
  readonly at: number;
  /** Vehicles that left the picture in this minute, each with the last estimate of its mean speed; indicative. */
  readonly speeds: readonly { readonly className: string; readonly kmh: number }[];
  /** People in the area of a crowding rule: the most at once, and the mean over the minute's frames. */
  readonly crowds: readonly { readonly ruleId: string; readonly most: number; readonly mean: number }[];
};

/** An area in which people are counted; corners in fractions of the frame. */
export type CrowdArea = {
  readonly ruleId: string;
  readonly classes: readonly string[];
  readonly corners: readonly Point[];
};

const MINUTE_MS = 60_000;
/** A vehicle that was not seen for so long has left; the tracker's own memory is shorter. */
const GONE_MS = 5_000;

type Vehicle = { readonly className: string; readonly kmh: number; readonly seenPtsMs: number };
type Minute = {
  readonly sessionId: string;
  readonly minute: number;
  readonly fromPtsMs: number;
  at: number;
  frames: number;
  readonly speeds: { className: string; kmh: number }[];
  readonly crowds: { most: number; sum: number }[];
};

/** Adds the frames of one camera up by minutes. */
export class MinuteTally {
  readonly #areas: readonly CrowdArea[];
  readonly #vehicles = new Map<number, Vehicle>();
  #cameraId = '';
  #open: Minute | null = null;

  constructor(areas: readonly CrowdArea[]) {
    this.#areas = areas;
  }

  /** @returns the minute before this frame's, when the frame begins a new one */
  push(live: LiveFrame): Tally | null {
    const minute = Math.floor(live.ptsMs / MINUTE_MS);
    const isNew = this.#open?.sessionId !== live.sessionId || this.#open.minute !== minute;
    const done = isNew ? this.#close(this.#open?.sessionId !== live.sessionId) : null;
    this.#cameraId = live.cameraId;
    this.#open ??= {
      ...{ sessionId: live.sessionId, minute, fromPtsMs: live.ptsMs, at: live.capturedAt, frames: 0, speeds: [] },
      crowds: this.#areas.map(() => ({ most: 0, sum: 0 })),
    };
    this.#add(this.#open, live);
    return done;
  }

  /** @returns the last minute */
  finish(): Tally | null {
    return this.#close(true);
  }

  #add(open: Minute, { tracks, ptsMs, capturedAt }: LiveFrame): void {
    open.at = capturedAt;
    open.frames++;
    for (const { id, className, speed } of tracks)
      if (speed) this.#vehicles.set(id, { className, kmh: speed.kmh, seenPtsMs: ptsMs });
      else if (this.#vehicles.has(id)) this.#vehicles.set(id, { ...this.#vehicles.get(id)!, seenPtsMs: ptsMs });
    for (const [id, vehicle] of this.#vehicles) if (ptsMs - vehicle.seenPtsMs > GONE_MS) this.#leave(open, id, vehicle);
    for (const [index, { classes, corners }] of this.#areas.entries()) {
      const count = tracks.filter((track) => classes.includes(track.className) && stands(track, corners)).length;
      const crowd = open.crowds[index]!;
      crowd.most = Math.max(crowd.most, count);
      crowd.sum += count;
    }
  }

  #leave(open: Minute, id: number, { className, kmh }: Vehicle): void {
    this.#vehicles.delete(id);
    open.speeds.push({ className, kmh });
  }

  #close(isLast: boolean): Tally | null {
    const open = this.#open;
    if (!open) return null;
    // Track numbers begin anew with the next session: who is still there is counted now.
    if (isLast) for (const [id, vehicle] of this.#vehicles) this.#leave(open, id, vehicle);
    this.#open = null;
    const { sessionId, fromPtsMs, at, frames, speeds } = open;
    if (speeds.length === 0 && this.#areas.length === 0) return null;
    return {
      ...{ id: `${this.#cameraId}/${sessionId}/${Math.round(fromPtsMs)}`, cameraId: this.#cameraId, at, speeds },
      crowds: open.crowds.map(({ most, sum }, index) => ({
        ...{ ruleId: this.#areas[index]!.ruleId, most },
        mean: Math.round((sum / frames) * 100) / 100,
      })),
    };
  }
}

const stands = ({ box: [x1, , x2, y2] }: LiveTrack, corners: readonly Point[]): boolean =>
  isInside({ x: (x1 + x2) / 2, y: y2 }, corners);
