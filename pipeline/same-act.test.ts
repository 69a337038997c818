import { describe, expect, test } from 'vitest';
import type { RuleMatch } from './event.ts';
import type { DisposedMatch } from './rules/rule-set.ts';
import { SameAct } from './same-act.ts';
import type { Track, TrackedFrame } from './track.ts';

const track = (id: number, x: number, y: number, more: Partial<Track> = {}): Track => ({
  id,
  className: 'motorcycle',
  state: 'confirmed',
  box: { x1: x - 20, y1: y - 40, x2: x + 20, y2: y + 40 },
  score: 0.5,
  observed: true,
  velocity: { x: 0, y: 100 },
  firstPtsMs: 0,
  lastObservedPtsMs: 0,
  ...more,
});
const frame = (ptsMs: number, ...tracks: Track[]): TrackedFrame => ({
  ...{ cameraId: 'c', sessionId: 's', ptsMs, capturedAt: ptsMs, frameSize: { width: 1000, height: 1000 } },
  tracks,
});
const match = (trackId: number, ruleId = 'wrong-way', direction?: string): DisposedMatch => ({
  disposition: 'case',
  match: {
    decision: { ruleId, facts: direction === undefined ? {} : { direction } },
    subjects: [{ trackId }],
  } as unknown as RuleMatch,
});
/** Runs frames of 200 ms; at the last one each given track matches, in turn. */
const run = (
  frames: readonly TrackedFrame[],
  firedAt: readonly (readonly [ptsMs: number, trackId: number])[],
): number[] => {
  const sameAct = new SameAct();
  return frames.flatMap((each) =>
    sameAct
      .filter(
        firedAt.filter(([ptsMs]) => ptsMs === each.ptsMs).map(([, trackId]) => match(trackId)),
        each,
      )
      .map((kept) => kept.match.subjects[0]!.trackId),
  );
};
const instants = [0, 200, 400, 600, 800, 1000];

describe('one act is one match', () => {
  test('rider and motorbike that go together are one offender', () => {
    const frames = instants.map((t) => frame(t, track(1, 100, t / 5), track(2, 104, t / 5 - 30)));
    expect(run(frames, [[600, 1], [800, 2]])).toEqual([1]); // prettier-ignore
  });

  test('a motorcycle that passes close beside a car is not the car', () => {
    const car = { className: 'car', box: { x1: 0, y1: 0, x2: 200, y2: 150 } };
    const frames = instants.map((t) => frame(t, track(1, 160, t / 8), track(2, 0, 0, car)));
    expect(run(frames, [[600, 1], [800, 2]])).toEqual([1, 2]); // prettier-ignore
  });

  test('two motorbikes abreast are two', () => {
    const frames = instants.map((t) => frame(t, track(1, 100, t / 5), track(2, 150, t / 5)));
    expect(run(frames, [[600, 1], [800, 2]])).toEqual([1, 2]); // prettier-ignore
  });

  test('a track that takes over where the offender was lost is no second act', () => {
    const frames = [
      ...[0, 200, 400].map((t) => frame(t, track(1, 100, t / 10))),
      frame(600),
      ...[800, 1000, 1200].map((t) => frame(t, track(2, 100, t / 10))),
    ];
    expect(run(frames, [[400, 1], [1200, 2]])).toEqual([1]); // prettier-ignore
  });

  test('somebody who comes along the same way four seconds later is another', () => {
    const frames = [
      ...[0, 200, 400].map((t) => frame(t, track(1, 100, t / 10))),
      ...[4600, 4800, 5000].map((t) => frame(t, track(2, 100, (t - 4600) / 10))),
    ];
    expect(run(frames, [[400, 1], [5000, 2]])).toEqual([1, 2]); // prettier-ignore
  });

  test('crossing a line out after in is not the same act', () => {
    const sameAct = new SameAct();
    const both = frame(0, track(1, 100, 100), track(2, 100, 100));
    expect(sameAct.filter([match(1, 'flow', 'in'), match(2, 'flow', 'out')], both)).toHaveLength(2);
    expect(sameAct.filter([match(2, 'flow', 'in')], both)).toHaveLength(0);
  });
});
