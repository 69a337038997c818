import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import { readClip } from './read-clip.ts';
import type { RecordingPart } from './recording.ts';
import { runTool } from './tool.ts';
import type { ClipFacts } from './verify-clip.ts';

/** An original picture of the case. */
export type OriginalStill = { readonly record: SegmentRecord; readonly bytes: Buffer };

export type StillsClip = {
  readonly stills: readonly OriginalStill[];
  /** Of the time-lapse that was made of them. */
  readonly facts: ClipFacts;
};

/** The first ones, where it began, and the ones before the trigger: a person sees how it grew. */
const FIRST = 4;
const LAST = 20;
const LAST_SHOWN_MS = 1_000;

/**
 * Takes the pictures of an event's pose from its first sighting to its trigger, each held against the hash that the
 * recorder wrote down, and makes a time-lapse of them with their own times.
 * @param target path of the time-lapse
 * @throws WatchpostError EVIDENCE_GONE when the picture at the trigger is not on disk as it was recorded
 */
export const makeStillsClip = async (
  event: WatchEvent,
  recording: RecordingPart,
  target: string,
): Promise<StillsClip> => {
  const pose = event.decision.facts['pose'];
  const ofPose = recording.segments.filter(
    ({ poseId, startPtsMs }) =>
      (poseId === undefined || poseId === pose) && startPtsMs >= event.startPtsMs && startPtsMs <= event.triggerPtsMs,
  );
  const chosen = ofPose.length <= FIRST + LAST ? ofPose : [...ofPose.slice(0, FIRST), ...ofPose.slice(-LAST)];
  const stills: OriginalStill[] = [];
  for (const record of chosen) {
    const bytes = await readFile(join(recording.sessionDir, record.file)).catch(() => null);
    if (bytes && createHash('sha256').update(bytes).digest('hex') === record.sha256) stills.push({ record, bytes });
  }
  const last = stills.at(-1);
  if (!last || last.record.startPtsMs !== event.triggerPtsMs)
    throw new WatchpostError(
      'EVIDENCE_GONE',
      `${event.id}: the picture at the trigger, ${String(event.triggerPtsMs)} ms, is not on disk as it was recorded`,
    );
  const { width, height } = recording.session;
  await makeTimeLapse(
    stills.map(({ record }) => ({ ...record, path: join(recording.sessionDir, record.file) })),
    { width, height },
    target,
  );
  return { stills, facts: await readClip(target, stills[0]!.record.startPtsMs) };
};

/** H.264, one frame a picture at its own media time, so that browsers play it and boxes meet their picture. */
const makeTimeLapse = async (
  pictures: readonly { readonly path: string; readonly startPtsMs: number }[],
  { width, height }: { readonly width: number; readonly height: number },
  target: string,
): Promise<void> => {
  const list = `${target}.ffconcat`;
  // Shown for a moment longer, or players stop before the last one.
  const shown = [...pictures, { ...pictures.at(-1)!, startPtsMs: pictures.at(-1)!.startPtsMs + LAST_SHOWN_MS }];
  const lines = shown.flatMap(({ path, startPtsMs }, index) => [
    `file '${path.replaceAll("'", "'\\''")}'`,
    'option framerate 1000',
    `duration ${String(((shown[index + 1]?.startPtsMs ?? startPtsMs + 1) - startPtsMs) / 1_000)}`,
  ]);
  await writeFile(list, ['ffconcat version 1.0', ...lines].join('\n'));
  await runTool(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-y', '-f', 'concat', '-safe', '0', '-i', list],
      ...[
        '-vf',
        `scale=${String(width - (width % 2))}:${String(height - (height % 2))},setsar=1`,
        '-fps_mode',
        'passthrough',
      ],
      ...[
        '-enc_time_base',
        '1:1000',
        '-video_track_timescale',
        '1000',
        '-c:v',
        'libx264',
        '-preset',
        'veryfast',
        '-bf',
        '0',
      ],
      ...['-crf', '20', '-pix_fmt', 'yuv420p', '-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact'],
      ...['-threads', '1', '-movflags', '+faststart', '-f', 'mp4', target],
    ],
    'EVIDENCE_UNVERIFIED',
  );
};
