import { WatchpostError } from '../../pipeline/errors.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import { runTool } from './tool.ts';

/** One frame of a clip. */
export type ClipFrame = {
  /** Presentation time in the clip's own time base. */
  readonly pts: number;
  /** The same instant on the session's stream clock. */
  readonly ptsMs: PtsMs;
  readonly isKey: boolean;
};

/** What a clip turned out to hold when it was opened. */
export type ClipFacts = {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Milliseconds per unit of `pts`. */
  readonly tickMs: number;
  readonly durationMs: number;
  /** In order of presentation. */
  readonly frames: readonly ClipFrame[];
};

type Probe = {
  streams?: { codec_name: string; width: number; height: number; time_base: string }[];
  packets?: { pts?: number; duration?: number; flags: string }[];
};

/** Times are written in milliseconds with up to three digits; a frame this close is the frame that was meant. */
const ROUNDING_MS = 1;

/**
 * The frame shown at an instant: the last one at or before it.
 * @returns null when the instant is before the first frame, or more than a frame's interval after the last
 */
export const frameAt = ({ frames, durationMs }: ClipFacts, ptsMs: PtsMs): ClipFrame | null => {
  const frame = frames.findLast((candidate) => candidate.ptsMs <= ptsMs + ROUNDING_MS);
  const endPtsMs = (frames[0]?.ptsMs ?? 0) + durationMs;
  return frame && ptsMs < endPtsMs + ROUNDING_MS ? frame : null;
};

/**
 * Opens a clip and reads every packet's time.
 * @param startPtsMs media time of the clip's first frame
 * @throws WatchpostError EVIDENCE_UNVERIFIED when it is no video
 */
export const probeClip = async (file: string, startPtsMs: PtsMs): Promise<ClipFacts> => {
  const output = await runTool(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-of', 'json', '-show_entries']
      .concat('stream=codec_name,width,height,time_base:packet=pts,duration,flags', file)
      .map(String),
    'EVIDENCE_UNVERIFIED',
  );
  const { streams, packets } = JSON.parse(output.toString()) as Probe;
  const stream = streams?.[0];
  // Packets marked D are before the clip's first key frame in presentation and are never shown.
  const shown = (packets ?? []).flatMap(({ pts, duration, flags }) =>
    pts === undefined || flags.includes('D') ? [] : [{ pts, duration: duration ?? 0, isKey: flags.startsWith('K') }],
  );
  if (!stream || shown.length === 0)
    throw new WatchpostError('EVIDENCE_UNVERIFIED', 'the clip that was cut holds no picture');
  if (!shown[0]!.isKey)
    throw new WatchpostError('EVIDENCE_UNVERIFIED', 'the clip that was cut does not start with a key frame');
  const [numerator = 1, denominator = 1] = stream.time_base.split('/').map(Number);
  const tickMs = (1_000 * numerator) / denominator;
  const sorted = shown.sort((a, b) => a.pts - b.pts);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  return {
    codec: stream.codec_name,
    width: stream.width,
    height: stream.height,
    tickMs,
    durationMs: roundMs((last.pts + last.duration - first.pts) * tickMs),
    frames: sorted.map(({ pts, isKey }) => ({ pts, isKey, ptsMs: startPtsMs + roundMs((pts - first.pts) * tickMs) })),
  };
};

const roundMs = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/**
 * Holds a clip against what it must show: the trigger instant lies in it, and it is as long as its segments say.
 * That its pictures can be decoded is proved by the stills, which are taken from around the trigger.
 * @param recordedMs duration of the segments that it was copied from, holes included
 * @throws WatchpostError EVIDENCE_UNVERIFIED
 */
export const checkClip = (facts: ClipFacts, triggerPtsMs: PtsMs, recordedMs: number): void => {
  if (!frameAt(facts, triggerPtsMs))
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `the clip from ${facts.frames[0]?.ptsMs ?? 0} ms, ${facts.durationMs} ms long, does not hold the trigger at ${triggerPtsMs} ms`,
    );
  const toleranceMs = 100 + (2 * facts.durationMs) / facts.frames.length;
  if (Math.abs(facts.durationMs - recordedMs) > toleranceMs)
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `the clip is ${facts.durationMs} ms long, its segments are ${recordedMs} ms; the recording may be damaged`,
    );
};
