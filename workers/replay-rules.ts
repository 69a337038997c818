import { type Static, Type } from '@sinclair/typebox';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Config } from '../pipeline/config-schema.ts';
import type { CameraConfig } from '../pipeline/config/camera.ts';
import { WatchpostError } from '../pipeline/errors.ts';
import { parseJsonAs } from '../pipeline/evaluation/check-input.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import type { TrackedFrame } from '../pipeline/track.ts';
import { configHash, SOFTWARE_VERSION } from './provenance.ts';

/** What a line of tracks.ndjson must have before rules may look at it; the rest is trusted, `replay` wrote it. */
const TrackLine = Type.Object({
  cameraId: Type.String(),
  sessionId: Type.String(),
  ptsMs: Type.Number(),
  capturedAt: Type.Number(),
  frameSize: Type.Object({ width: Type.Number(), height: Type.Number() }),
  tracks: Type.Array(
    Type.Object({
      id: Type.Number(),
      className: Type.String(),
      state: Type.String(),
      box: Type.Object({ x1: Type.Number(), y1: Type.Number(), x2: Type.Number(), y2: Type.Number() }),
      observed: Type.Boolean(),
    }),
  ),
});

export type RulesReplay = {
  readonly frames: number;
  readonly mediaMs: number;
  readonly events: readonly WatchEvent[];
};

/**
 * Runs a camera's rules over stored tracks, without video and without a model: geometry and thresholds can be tried on
 * yesterday's traffic. The tracks that `replay` wrote give the events that it found, save that no model stands in their
 * provenance.
 * @param lines of tracks.ndjson, in order
 * @param name of their file, for messages
 * @throws WatchpostError INPUT_UNREADABLE naming file and line, CONFIG_REFERENCE, CONFIG_INVALID
 */
export const replayRules = (
  lines: Iterable<string>,
  name: string,
  { config, camera }: { readonly config: Config; readonly camera: CameraConfig },
): RulesReplay => {
  const detector = camera.analysis && config.detectors[camera.analysis.detector];
  const events: WatchEvent[] = [];
  let pipeline: CameraPipeline | null = null;
  let [frames, mediaMs, at] = [0, 0, 0];
  for (const line of lines) {
    at++;
    if (line.trim() === '') continue;
    const frame = toFrame(parseJsonAs(TrackLine, line, `${name}:${String(at)}`));
    pipeline ??= new CameraPipeline({
      camera,
      clock: {
        sessionId: frame.sessionId,
        anchorAt: frame.capturedAt - frame.ptsMs,
        source: 'given',
        uncertaintyMs: 0,
      },
      frameSize: frame.frameSize,
      provenance: {
        softwareVersion: SOFTWARE_VERSION,
        configHash: detector ? configHash(camera, detector) : '',
        models: [],
      },
      timeZone: config.site.timeZone,
    });
    events.push(...pipeline.pushTracks(frame, frame.tracks).events);
    frames++;
    mediaMs = frame.ptsMs;
  }
  if (!pipeline)
    throw new WatchpostError('INPUT_UNREADABLE', `${name}: no frames; expected the tracks.ndjson of a replay`);
  return { frames, mediaMs, events: [...events, ...pipeline.finish(mediaMs)] };
};

/** `replay` writes whole frames; what the schema does not name is taken as it is. */
const toFrame = (line: Static<typeof TrackLine>): TrackedFrame => line as unknown as TrackedFrame;
