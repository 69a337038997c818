import { type ClipPlan, planClip } from '../../pipeline/clip-window.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { RecordingGap, SegmentRecord } from '../../pipeline/segment.ts';
import { toCapturedAt } from '../../pipeline/time.ts';
import { cutClip, joinSegments } from './clip.ts';
import { NotReadyError } from './not-ready.ts';
import type { RecordingPart } from './recording.ts';
import { readClip } from './read-clip.ts';
import type { ClipFacts } from './verify-clip.ts';

export type RollSettings = Pick<Config['evidence'], 'preRollMs' | 'postRollMs' | 'maxClipMs'>;

export type EventClip = { readonly plan: Extract<ClipPlan, { state: 'ready' }>; readonly facts: ClipFacts };

/**
 * Cuts an event's clip out of the recording; a damaged segment is left out and written down as a gap, and the plan made
 * anew without it.
 * @throws WatchpostError EVIDENCE_NOT_READY (a NotReadyError), EVIDENCE_GONE, EVIDENCE_UNVERIFIED, SEGMENT_BROKEN
 */
export const cutEventClip = async (
  event: WatchEvent,
  roll: RollSettings,
  recording: RecordingPart,
  target: string,
): Promise<EventClip> => {
  const { session, sessionDir, grewAt } = recording;
  const damaged: SegmentRecord[] = [];
  for (;;) {
    const plan = planClip({
      ...{ event, roll, clock: session.clock },
      segments: recording.segments.filter((segment) => !damaged.includes(segment)),
      gaps: [...recording.gaps, ...damaged.map((segment) => toGap(segment, session.clock))],
      // A damaged segment will not come again: with one left out, the recording is as long as it gets there.
      sessionEnded: recording.sessionEnded || damaged.length > 0,
    });
    if (plan.state === 'not-ready')
      throw new NotReadyError(
        `the recording of ${event.cameraId} must go on for ${Math.round(plan.missingMs)} ms`,
        grewAt + plan.missingMs,
      );
    if (plan.state === 'gone') throw new WatchpostError('EVIDENCE_GONE', `${event.id}: ${plan.reason}`);
    const joined = `${target}.joined`;
    const broken = await joinSegments(sessionDir, session, plan.segments, joined);
    damaged.push(...broken);
    if (broken.length > 0) continue;
    await cutClip(joined, target);
    return { plan, facts: await readClip(target, plan.segments[0]!.startPtsMs) };
  }
};

const toGap = (segment: SegmentRecord, clock: RecordingPart['session']['clock']): RecordingGap => ({
  cameraId: segment.cameraId,
  fromAt: toCapturedAt(clock, segment.startPtsMs),
  toAt: toCapturedAt(clock, segment.startPtsMs + segment.durationMs),
  cause: 'segment-damaged',
});
