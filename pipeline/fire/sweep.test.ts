import { describe, expect, test } from 'vitest';
import { Value } from '@sinclair/typebox/value';
import { DrawnPanorama } from '../../test/drawn-tower.ts';
import { planLetterbox } from '../letterbox.ts';
import type { PtzPosition } from './ptz.ts';
import { SweepConfig } from './sweep-config.ts';
import { watchSweep } from './sweep.ts';

const SIZE = { width: 192, height: 108 };
const letterbox = planLetterbox({ source: SIZE, target: SIZE, fit: 'letterbox', padPosition: 'top-left' });
const panorama = new DrawnPanorama(5);
const FIELD_DEG = 40;
const poses = ['n', 'e', 's', 'w'].map((id, index) => ({ id, azimuthDeg: 90 * index, fieldOfViewDeg: FIELD_DEG }));

const sweep = (given: object = {}): SweepConfig => {
  const config = Value.Default(SweepConfig, { poses, ...given });
  Value.Assert(SweepConfig, config);
  return config;
};
const view = (azimuthDeg: number) => panorama.view({ azimuthDeg, fieldOfViewDeg: FIELD_DEG }, SIZE);
const VIEWS = poses.map(({ azimuthDeg }) => view(azimuthDeg));

/** What is said of a frame a second of a sweep that looks at these poses in turn, 16 s each. */
const said = (config: SweepConfig, order: readonly number[], startAt = 0, dwellS = 16): (string | null)[] => {
  const watch = watchSweep(config);
  return order.flatMap((pose, stop) =>
    Array.from({ length: dwellS }, (_, second) => {
      const ptsMs = (stop * dwellS + second) * 1000;
      // The camera is half way to its pose in the first second.
      const pixels = second === 0 && stop > 0 ? view(poses[pose]!.azimuthDeg - 45) : VIEWS[pose]!;
      return watch.look({ ptsMs, capturedAt: startAt + ptsMs, pixels, letterbox });
    }),
  );
};
/** Looks at one view for 16 s at a time. */
const looking = (config: SweepConfig): ((pixels: Uint8Array<ArrayBuffer>) => (string | null)[]) => {
  const watch = watchSweep(config);
  let ptsMs = 0;
  return (pixels) =>
    Array.from({ length: 16 }, () => {
      const said = watch.look({ ptsMs, capturedAt: ptsMs, pixels, letterbox });
      ptsMs += 1000;
      return said;
    });
};
/** The pose said of each stop. */
const stops = (frames: readonly (string | null)[], dwellS = 16) =>
  Array.from({ length: frames.length / dwellS }, (_, stop) => {
    const own = frames.slice(stop * dwellS, (stop + 1) * dwellS);
    return [...new Set(own.filter((id) => id !== null))].join('+') || 'none';
  });

describe('a sweep by the clock', () => {
  test('a round begins with the first frame where no start is given, and frames that settle have no pose', () => {
    const frames = said(sweep(), [0, 1, 2, 3, 0]);
    expect(stops(frames)).toEqual(['n', 'e', 's', 'w', 'n']);
    expect(frames.slice(16, 19)).toEqual([null, null, 'e']);
  });

  test('with a start the pose follows the wall clock, whatever the session began with', () => {
    const startAt = Date.parse('2026-11-21T06:00:00+07:00');
    const config = sweep({ startAt: '2026-11-21T06:00:00+07:00' });
    expect(stops(said(config, [2, 3, 0], startAt + 1000 * 64_000 + 32_000))).toEqual(['s', 'w', 'n']);
    // Before that instant too: the sweep ran already.
    expect(stops(said(config, [3, 0], startAt - 16_000))).toEqual(['w', 'n']);
  });

  test('poses may stay for different times', () => {
    const config = sweep({ poses: poses.map((pose, index) => ({ ...pose, dwellMs: index === 0 ? 32_000 : 16_000 })) });
    expect(stops(said(config, [0, 0, 1, 2, 3, 0]))).toEqual(['n', 'n', 'e', 's', 'w', 'n']);
  });
});

describe('a sweep by what the picture shows', () => {
  const config = sweep({ by: 'scene' });

  test('each turn goes to the next pose, and frames of the turn have none', () => {
    const frames = said(config, [0, 1, 2, 3, 0, 1]);
    expect(stops(frames)).toEqual(['n', 'e', 's', 'w', 'n', 'e']);
    expect(frames.slice(16, 20).filter((id) => id === null).length).toBeGreaterThanOrEqual(2);
  });

  test('a controller that runs slow does not move the poses', () => {
    expect(stops(said(config, [0, 1, 2, 3, 0, 1, 2], 0, 19), 19)).toEqual(['n', 'e', 's', 'w', 'n', 'e', 's']);
  });

  test('a pose that is left out, or gone back to, is recognised once all were seen', () => {
    expect(stops(said(config, [0, 1, 2, 3, 0, 2, 3, 1, 2]))).toEqual(['n', 'e', 's', 'w', 'n', 's', 'w', 'e', 's']);
  });

  test('a bird before the lens does not turn the camera', () => {
    expect(stops(said(config, [0, 0]))).toEqual(['n', 'n']);
  });

  test('a view that is in no table has no pose until a known one comes back', () => {
    const look = looking(config);
    VIEWS.forEach((pixels) => look(pixels));
    expect(new Set(look(view(200)))).toEqual(new Set([null]));
    expect(look(VIEWS[2]!).at(-1)).toBe('s');
  });

  test('a camera that stands where it should turn has no pose: nobody knows which it is', () => {
    const look = looking(config);
    expect(look(VIEWS[0]!).at(-1)).toBe('n');
    look(VIEWS[0]!);
    expect(new Set(look(VIEWS[0]!))).toEqual(new Set([null]));
  });
});

test('a pose that the source names is taken if it is in the table', () => {
  const watch = watchSweep(sweep({ by: 'source' }));
  const look = (poseId?: string) =>
    watch.look({ ptsMs: 0, capturedAt: 0, ...(poseId === undefined ? {} : { poseId }) });
  expect([look('s'), look('attic'), look()]).toEqual(['s', null, null]);
});

describe('a sweep by what the camera says of its mast', () => {
  const told = poses.map((pose, index) => ({ ...pose, ptz: { pan: -1 + 0.5 * index, tilt: 0.1 } }));
  const given = { by: 'onvif', onvif: 'http://tower/onvif/device_service', poses: told };
  const stands = (index: number, isMoving = false): PtzPosition => ({
    pan: -1 + 0.5 * index + 0.001,
    tilt: 0.1,
    zoom: 0,
    isMoving,
  });

  /** One frame a second. */
  const asked = (config: SweepConfig, frames: readonly (PtzPosition | undefined)[], shown?: readonly number[]) => {
    const watch = watchSweep(config);
    return frames.map((ptz, second) =>
      watch.look({
        ...{ ptsMs: second * 1000, capturedAt: second * 1000, pixels: VIEWS[shown?.[second] ?? 0]!, letterbox },
        ...(ptz ? { ptz } : {}),
      }),
    );
  };

  test('each preset is its pose, in whatever order, and a mast that moves or has just arrived has none', () => {
    const between: PtzPosition = { pan: -0.75, tilt: 0.1, zoom: 0, isMoving: false };
    const frames = [
      stands(0),
      stands(0),
      stands(0),
      stands(0, true),
      stands(2),
      stands(2),
      stands(2),
      between,
      between,
      between,
    ];
    expect(asked(sweep(given), frames)).toEqual([null, null, 'n', null, null, null, 's', null, null, null]);
  });

  test('a view that changed before the camera told of it is a turn already', () => {
    const frames = [stands(0), stands(0), stands(0), stands(0), stands(1), stands(1), stands(1)];
    expect(asked(sweep(given), frames, [0, 0, 0, 1, 1, 1, 1])).toEqual([null, null, 'n', null, null, null, 'e']);
  });

  test('while it does not answer the schedule holds, and without one there is no pose', () => {
    const frames = [stands(0), stands(0), stands(0), undefined, undefined, stands(0), stands(0), stands(0)];
    const startAt = new Date(-16_000).toISOString();
    expect(asked(sweep({ ...given, startAt }), frames)).toEqual([null, null, 'n', 'e', 'e', null, null, 'n']);
    expect(asked(sweep(given), frames)).toEqual([null, null, 'n', null, null, null, null, 'n']);
  });
});
