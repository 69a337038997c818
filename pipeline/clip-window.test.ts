import { describe, expect, test } from 'vitest';
import { planClip, wantedWindow } from './clip-window.ts';
import type { RecordingGap, SegmentRecord } from './segment.ts';

const ANCHOR = 1_000_000;
const clock = { sessionId: 's1', anchorAt: ANCHOR, source: 'given', uncertaintyMs: 0 } as const;
const roll = { preRollMs: 4_000, postRollMs: 4_000, maxClipMs: 60_000 };

/** Segments of 2 s, by number. */
const segments = (...numbers: number[]): SegmentRecord[] =>
  numbers.map((sequence) => ({
    ...{ cameraId: 'gate', sessionId: 's1', sequence, file: `${sequence}.m4s`, bytes: 1, sha256: '' },
    ...{
      startPtsMs: sequence * 2_000,
      durationMs: 2_000,
      startAt: ANCHOR + sequence * 2_000,
      startsWithKeyframe: true,
    },
  }));
const upTo = (end: number): SegmentRecord[] => segments(...Array.from({ length: end }, (_, n) => n));
const eventAt = (triggerPtsMs: number, lastsMs = 0) => ({
  ...{ startPtsMs: triggerPtsMs, triggerPtsMs, endPtsMs: triggerPtsMs + lastsMs },
  keyPtsMs: { before: triggerPtsMs - 400, at: triggerPtsMs, after: triggerPtsMs + 400 },
});
const plan = (options: Partial<Parameters<typeof planClip>[0]>) =>
  planClip({ event: eventAt(11_000), roll, clock, segments: upTo(20), gaps: [], sessionEnded: false, ...options });
const numbers = (result: ReturnType<typeof planClip>): number[] =>
  result.state === 'ready' ? result.segments.map(({ sequence }) => sequence) : [];

describe('the wanted window', () => {
  test('is the event with its rolls', () => {
    expect(wantedWindow(eventAt(11_000, 1_000), roll)).toEqual({ fromPtsMs: 7_000, toPtsMs: 16_000 });
  });
  test('does not begin before the recording does', () => {
    expect(wantedWindow(eventAt(1_000), roll).fromPtsMs).toBe(0);
  });
  test('of a long event is the part around the trigger', () => {
    expect(wantedWindow(eventAt(100_000, 300_000), roll)).toEqual({ fromPtsMs: 96_000, toPtsMs: 156_000 });
    expect(wantedWindow({ ...eventAt(100_000, 300_000), startPtsMs: 0 }, roll)).toEqual({
      fromPtsMs: 70_000,
      toPtsMs: 130_000,
    });
  });
});

describe('the plan of a clip', () => {
  test('takes the segments from the key frame before the pre-roll to the end of the post-roll', () => {
    expect(numbers(plan({ event: eventAt(11_900) }))).toEqual([3, 4, 5, 6, 7]);
  });

  test('ends with a segment, up to a quarter of the post-roll early, and calls that no gap', () => {
    expect(numbers(plan({ event: eventAt(11_000) }))).toEqual([3, 4, 5, 6]);
    expect(plan({ event: eventAt(11_000) })).toMatchObject({ gaps: [] });
    expect(numbers(plan({ event: eventAt(11_001) }))).toEqual([3, 4, 5, 6, 7]);
  });

  test('waits for the recording, and says for how long', () => {
    expect(plan({ segments: upTo(6) })).toEqual({ state: 'not-ready', missingMs: 2_000 });
    expect(plan({ segments: upTo(7) }).state).toBe('ready');
  });

  test('does not wait for more than the third still when there is no post-roll', () => {
    expect(plan({ segments: upTo(6), roll: { ...roll, postRollMs: 0 } }).state).toBe('ready');
    expect(plan({ segments: upTo(5), roll: { ...roll, postRollMs: 0 } }).state).toBe('not-ready');
  });

  test('is made of what there is when the session ended, and says what is missing', () => {
    const ended = plan({ segments: upTo(6), sessionEnded: true });
    expect(numbers(ended)).toEqual([3, 4, 5]);
    expect(ended).toMatchObject({ gaps: [{ fromAt: ANCHOR + 12_000, toAt: ANCHOR + 15_000, cause: 'session-end' }] });
  });

  test('is not there when no segment holds the trigger', () => {
    expect(plan({ segments: [], sessionEnded: true }).state).toBe('gone');
    expect(plan({ segments: segments(3, 4, 6, 7, 8) })).toMatchObject({ state: 'gone', reason: /trigger at 11000/ });
    expect(plan({ segments: upTo(20).slice(8) }).state).toBe('gone');
  });

  test('tells a hole in the recording with the cause that the recorder wrote down', () => {
    const gap: RecordingGap = {
      cameraId: 'gate',
      fromAt: ANCHOR + 8_000,
      toAt: ANCHOR + 10_000,
      cause: 'SOURCE_STALLED',
    };
    const holed = plan({ segments: segments(2, 3, 5, 6, 7, 8), gaps: [gap] });
    expect(numbers(holed)).toEqual([3, 5, 6]);
    expect(holed).toMatchObject({ gaps: [{ fromAt: gap.fromAt, toAt: gap.toAt, cause: 'SOURCE_STALLED' }] });
  });

  test('divides what is missing between the known gap and what came before it', () => {
    const gap: RecordingGap = { cameraId: 'gate', fromAt: ANCHOR - 500, toAt: ANCHOR + 1_000, cause: 'SOURCE_ENDED' };
    const late = segments(1, 2, 3, 4, 5).map((segment) => ({ ...segment, sequence: segment.sequence - 1 }));
    const result = plan({ event: eventAt(3_000), segments: late, gaps: [gap] });
    expect(result).toMatchObject({
      gaps: [
        { fromAt: ANCHOR, toAt: ANCHOR + 1_000, cause: 'SOURCE_ENDED' },
        { fromAt: ANCHOR + 1_000, toAt: ANCHOR + 2_000, cause: 'session-start' },
      ],
    });
  });

  test('a pre-roll that the ring has removed is a gap of that cause', () => {
    expect(plan({ segments: upTo(20).slice(5) })).toMatchObject({
      gaps: [{ fromAt: ANCHOR + 7_000, toAt: ANCHOR + 10_000, cause: 'recording-removed' }],
    });
  });

  test('begins at a key frame: a segment without one is never the first', () => {
    const odd = upTo(20).map((segment) => ({ ...segment, startsWithKeyframe: segment.sequence % 5 === 0 }));
    expect(numbers(plan({ segments: odd }))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('holes shorter than a late frame are none', () => {
    const loose = upTo(20).map((segment) => ({ ...segment, durationMs: 1_960 }));
    expect(plan({ segments: loose })).toMatchObject({ state: 'ready', gaps: [] });
    expect(plan({ segments: loose, event: eventAt(11_980) }).state).toBe('ready');
  });

  test('is the same whatever the order of the segments and however much came later', () => {
    const early = plan({ segments: upTo(7) });
    expect(plan({ segments: upTo(7).reverse() })).toEqual(early);
    expect(plan({ segments: upTo(8) })).toEqual(plan({ segments: upTo(200) }));
  });
});
