import { Value } from '@sinclair/typebox/value';
import { expect, test } from 'vitest';
import { PassagesConfig } from '../config/passages.ts';
import type { Track, TrackedFrame } from '../track.ts';
import type { VehiclePass } from './passage.ts';
import { PassageWatch } from './passage-watch.ts';

const frameSize = { width: 1000, height: 1000 };
const clock = { sessionId: 's1', anchorAt: 1_000_000, source: 'given', uncertaintyMs: 0 } as const;
const camera = {
  id: 'gate',
  zones: {
    left: [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ],
    right: [
      [0.5, 0],
      [1, 0],
      [1, 1],
      [0.5, 1],
    ],
  },
  lines: {
    gate: [
      [1, 0.5],
      [0, 0.5],
    ],
  },
} satisfies ConstructorParameters<typeof PassageWatch>[0]['camera'];

const watch = (passages: Partial<PassagesConfig> = {}): PassageWatch =>
  new PassageWatch({
    ...{ camera, clock, frameSize },
    passages: Value.Default(PassagesConfig, { ...passages }) as PassagesConfig,
  });

type Drawn = {
  readonly id: number;
  readonly x: number;
  readonly bottom: number;
  readonly side?: number;
  readonly className?: string;
};

const track = ({ id, x, bottom, side = 100, className = 'car' }: Drawn): Track => ({
  ...{ id, className, state: 'confirmed', score: 0.9, observed: true, velocity: { x: 0, y: 0 } },
  ...{
    box: { x1: x - side / 2, y1: bottom - side, x2: x + side / 2, y2: bottom },
    firstPtsMs: 0,
    lastObservedPtsMs: 0,
  },
});
const frame = (ptsMs: number, drawn: readonly Drawn[]): TrackedFrame => ({
  ...{ cameraId: 'gate', sessionId: 's1', ptsMs, capturedAt: clock.anchorAt + ptsMs, frameSize },
  tracks: drawn.map(track),
});

/** Down the picture from 100 px by 100 px every 200 ms, then gone. */
const drive = (passing: PassageWatch, x: number, className = 'car'): VehiclePass[] => {
  const passes = Array.from({ length: 9 }, (_, i) =>
    passing.push(frame(i * 200, [{ id: 1, x, bottom: 100 + i * 100, side: 50 + i * 20, className }])),
  );
  return [...passes.flat(), ...passing.push(frame(2_000, []))];
};

test('a vehicle that crosses the picture is one passage, at its largest view', () => {
  expect(drive(watch(), 300)).toMatchObject([
    { className: 'car', trackId: 1, ptsMs: 1_600, at: 1_001_600, direction: 'approaching', lane: null },
  ]);
});

test('over a line it is told once, with the instant and direction of the crossing', () => {
  const passes = drive(watch({ line: 'gate' }), 300);
  // 500 px lie on the line itself; it is crossed when the wheels are below it.
  expect(passes).toMatchObject([{ ptsMs: 800, direction: 'out' }]);
});

test('the lane is the zone under the wheels', () => {
  expect(drive(watch({ lanes: ['left', 'right'] }), 300)[0]?.lane).toBe('left');
  expect(drive(watch({ lanes: ['left', 'right'] }), 700)[0]?.lane).toBe('right');
});

test('who keeps out of the zone has not passed', () => {
  expect(drive(watch({ zone: 'left' }), 300)).toHaveLength(1);
  expect(drive(watch({ zone: 'left' }), 700)).toEqual([]);
});

test('persons and bicycles have no plate', () => {
  expect(drive(watch(), 300, 'person')).toEqual([]);
  expect(drive(watch(), 300, 'bicycle')).toEqual([]);
});

test('a parked car is one passage, however long it stands', () => {
  const passing = watch();
  const passes = Array.from({ length: 600 }, (_, i) => passing.push(frame(i * 200, [{ id: 3, x: 300, bottom: 500 }])));
  expect([...passes.flat(), ...passing.finish()]).toHaveLength(1);
});

test('the end of a session tells who is still in the picture, and the same tracks give the same ids', () => {
  const once = (): VehiclePass[] => {
    const passing = watch();
    passing.push(frame(0, [{ id: 1, x: 300, bottom: 500 }]));
    return [...passing.finish()];
  };
  expect(once()).toHaveLength(1);
  expect(once()).toEqual(once());
});
