import { toFractions } from './geometry.ts';
import type { LiveFrame, LiveTrack, TrackSpeed } from './live.ts';
import type { Track, TrackedFrame } from './track.ts';

const round4 = (value: number): number => Math.round(value * 10_000) / 10_000;

/** What the overlay shows of a frame: confirmed tracks only, so that flicker of the detector never reaches the picture. */
export const toLiveFrame = (
  frame: TrackedFrame,
  alertsOf: (trackId: number) => readonly string[],
  speeds: ReadonlyMap<number, TrackSpeed>,
): LiveFrame => ({
  cameraId: frame.cameraId,
  sessionId: frame.sessionId,
  ptsMs: frame.ptsMs,
  capturedAt: frame.capturedAt,
  tracks: frame.tracks
    .filter((track) => track.state === 'confirmed')
    .map((track) => toLiveTrack(track, frame, alertsOf(track.id), speeds.get(track.id))),
  ...(frame.viewMoves ? { viewMoves: true } : {}),
});

const toLiveTrack = (
  track: Track,
  { frameSize }: TrackedFrame,
  alerts: readonly string[],
  speed: TrackSpeed | undefined,
): LiveTrack => {
  const { x1, y1, x2, y2 } = toFractions(track.box, frameSize);
  return {
    id: track.id,
    className: track.className,
    score: round4(track.score),
    box: [round4(x1), round4(y1), round4(x2), round4(y2)],
    velocity: [round4(track.velocity.x / frameSize.width), round4(track.velocity.y / frameSize.height)],
    ...(speed ? { speed } : {}),
    alerts,
  };
};
