import type { SourceFault } from './source-fault.ts';
import type { PtsMs } from './time.ts';

/**
 * One analysed frame as the live overlay shows it. Sent on the Redis channel `watchpost:live:<cameraId>` and through
 * the API as a server-sent event; appended to the session's side-car `tracks-<minute>.ndjson`.
 */
export type LiveFrame = {
  readonly cameraId: string;
  readonly sessionId: string;
  readonly ptsMs: PtsMs;
  /** Same clock as EXT-X-PROGRAM-DATE-TIME of the camera's playlist, so both join exactly. */
  readonly capturedAt: number;
  readonly tracks: readonly LiveTrack[];
  /** Set while the camera itself moves and the rules on places wait. */
  readonly viewMoves?: true;
};

/** Box in fractions of the frame, rounded to 1/10,000. */
export type LiveTrack = {
  readonly id: number;
  readonly className: string;
  readonly score: number;
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Velocity in fractions of the frame per second. */
  readonly velocity: readonly [x: number, y: number];
  /** As measured until now on the calibrated road of a speed rule, with half its 95 % interval; always indicative. */
  readonly speed?: TrackSpeed;
  /** Kinds of rules that this track is part of a match of, for colouring. */
  readonly alerts: readonly string[];
};

export type TrackSpeed = { readonly kmh: number; readonly marginKmh: number };

/** State of a camera, sent on `watchpost:state` whenever it changes and every 2 s. */
export type CameraState = {
  readonly cameraId: string;
  readonly state: 'connecting' | 'watching' | 'degraded' | 'blind' | 'ended';
  /** Machine-readable cause of degraded and blind, an error code or drop reason; a sentence beside it. */
  readonly cause: string | null;
  readonly detail: string | null;
  /** Why a source could not be opened, where `cause` is SOURCE_OPEN. */
  readonly fault?: SourceFault;
  readonly since: number;
  readonly sessionId: string | null;
  readonly frames: {
    readonly received: number;
    readonly analysed: number;
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly lastFrameAt: number | null;
  readonly segments: number;
};

export const liveChannel = (cameraId: string): string => `watchpost:live:${cameraId}`;
export const STATE_CHANNEL = 'watchpost:state';
/** Hash of cameraId → CameraState JSON, for whoever joins later. One per reporting process. */
export const stateKey = (process: 'record' | 'analyze'): string => `watchpost:states:${process}`;
/** Channel on which the API tells pages that a case was added or changed: `{caseId, state}`. */
export const CASES_CHANNEL = 'watchpost:cases';
/**
 * Redis stream of events with disposition `statistic`: field `event` holds the WatchEvent as JSON. The API adds them up
 * by quarter hour; an event that is delivered twice counts once, by its id.
 */
export const STATISTICS_STREAM = 'watchpost:statistics';
/** Redis stream of minutes for statistics: field `tally` holds a Tally (tally.ts) as JSON. */
export const TALLIES_STREAM = 'watchpost:tallies';
/** Channel on which the API tells pages that a passage fitted a watch list: WatchAlert of api/contract/passages.ts. */
export const WATCH_CHANNEL = 'watchpost:watch';
/** Channel on which the API tells pages which plate a track carries: LivePlate of api/contract/live.ts. */
export const PLATES_CHANNEL = 'watchpost:plates';
