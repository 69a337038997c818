import { describe, expect, test } from 'vitest';
import { type DrawnView, drawHills } from '../../test/drawn-hills.ts';
import type { Size } from '../geometry.ts';
import { planLetterbox } from '../letterbox.ts';
import { greyOf, type GreyPicture } from './landmarks.ts';
import { angleBetweenDeg, type Pose, toBearing } from './lens.ts';
import { MastWatch, type ReferencePictures, referenceKey } from './mast-watch.ts';
import { corrected, register, type Registration, unrolled } from './registration.ts';

/** Of the camera, four times the analysis frame. */
const FULL: Size = { width: 1920, height: 1080 };
const SMALL: Size = { width: 480, height: 270 };
const POSE: Pose = { id: 'n', azimuthDeg: 20, tiltDeg: -2, fieldOfViewDeg: 54, k1: -0.08, errorDeg: 0.1 };
const letterbox = planLetterbox({ source: FULL, target: SMALL, fit: 'letterbox', padPosition: 'top-left' });

const shown = (view: Omit<DrawnView, 'pose'> & { readonly pose?: Partial<Pose> } = {}) => ({
  pixels: drawHills({ ...view, pose: { ...POSE, ...view.pose } }, SMALL),
  letterbox,
});
const picture = (view?: Parameters<typeof shown>[0]): GreyPicture => greyOf(shown(view));
const REFERENCE = picture();
const registered = (view: Parameters<typeof shown>[0]): Registration => register(REFERENCE, picture(view), POSE, FULL);
const found = (registration: Registration) => {
  if (registration.kind !== 'found') throw new Error(`unsure: ${registration.reason}`);
  return registration;
};

describe('a camera that does not stand as it was calibrated', () => {
  test.each([
    ['stands still', 0, 0, 0],
    ['is turned a little', 0.8, -0.3, 0],
    ['is turned the other way', -0.43, 0.21, 0],
    ['has a mast that leans', 0.2, 0.1, 0.9],
    ['is turned by a tenth of its view', 5.4, 0, 0],
    ['is turned and tilted far', -4, -2.5, -0.6],
  ])('one that %s is told to a fiftieth of a degree, under another sky and half the light', (_, turn, tilt, roll) => {
    const view = {
      pose: { azimuthDeg: POSE.azimuthDeg + turn, tiltDeg: POSE.tiltDeg + tilt },
      ...{ rollDeg: roll, light: 0.5, sky: 5 },
    };
    const { azimuthDeg, tiltDeg, rollDeg, errorDeg } = found(registered(view));
    expect([azimuthDeg - turn, tiltDeg - tilt].map(Math.abs).every((off) => off < 0.02)).toBe(true);
    expect(Math.abs(rollDeg - roll)).toBeLessThan(0.06);
    expect(errorDeg).toBeLessThan(0.05);
  });

  test('the bearing of a plume is right again, at the edge of the picture too', () => {
    const moved = { ...POSE, azimuthDeg: POSE.azimuthDeg + 1.2, tiltDeg: POSE.tiltDeg - 0.4 };
    const registration = registered({ pose: moved, rollDeg: 0.7 });
    for (const x of [100, 960, 1820]) {
      // Where a camera without roll would show it, and where this one, which leans, does.
      const level = { x, y: 600 };
      const leaning = unrolled(level, { ...found(registration), rollDeg: -0.7 }, FULL);
      const truth = toBearing(level, moved, FULL);
      const seen = toBearing(unrolled(leaning, registration, FULL), corrected(POSE, registration), FULL);
      expect(Math.abs(angleBetweenDeg(seen.azimuthDeg, truth.azimuthDeg))).toBeLessThan(0.04);
      expect(Math.abs(seen.elevationDeg - truth.elevationDeg)).toBeLessThan(0.04);
    }
  });

  test('half of the view in fog is enough', () => {
    const { azimuthDeg } = found(registered({ pose: { azimuthDeg: POSE.azimuthDeg + 0.6 }, fog: 0.5 }));
    expect(azimuthDeg).toBeCloseTo(0.6, 1);
  });

  test.each<[string, Parameters<typeof shown>[0], string]>([
    ['fog all over', { fog: 1 }, 'few-landmarks'],
    ['a night', { light: 0.02 }, 'few-landmarks'],
    ['another view', { pose: { azimuthDeg: POSE.azimuthDeg + 120 } }, 'few-landmarks'],
    ['a lens that was zoomed', { pose: { fieldOfViewDeg: 52.9 } }, 'zoomed'],
  ])('%s is not guessed at', (_, view, reason) => {
    expect(registered(view)).toEqual({ kind: 'unsure', reason });
  });

  test('eight pictures of other views are never taken for this one', () => {
    const taken = Array.from({ length: 8 }, (_, index) =>
      registered({ pose: { azimuthDeg: POSE.azimuthDeg + 60 + 30 * index }, sky: index }),
    ).filter(({ kind }) => kind === 'found');
    expect(taken).toEqual([]);
  });
});

describe('the watch over a mast', () => {
  const kept = (): ReferencePictures & { readonly keys: () => string[] } => {
    const pictures = new Map<string, GreyPicture>();
    return {
      get: (key) => pictures.get(key),
      set: (key, one) => void pictures.set(key, one),
      keys: () => [...pictures.keys()],
    };
  };
  const watch = (references: ReferencePictures, pose = POSE) =>
    new MastWatch(new Map([[undefined, pose]]), FULL, references);

  test('the first clear picture of a pose is what later ones are held against, after a restart too', () => {
    const references = kept();
    const first = watch(references);
    expect(first.look(undefined, 0, shown({ fog: 1 }))).toBeUndefined();
    expect(first.look(undefined, 15_000, shown())).toMatchObject({ kind: 'found' });
    const second = watch(references).look(undefined, 0, shown({ pose: { azimuthDeg: POSE.azimuthDeg - 1 } }));
    expect(second?.kind === 'found' && second.azimuthDeg).toBeCloseTo(-1, 1);
  });

  test('a pose that is calibrated anew starts anew', () => {
    const references = kept();
    watch(references).look(undefined, 0, shown());
    const moved = { ...POSE, azimuthDeg: POSE.azimuthDeg + 1 };
    const fact = watch(references, moved).look(undefined, 0, shown({ pose: moved }));
    expect(fact?.kind === 'found' && Math.abs(fact.azimuthDeg)).toBeLessThan(0.02);
    expect(references.keys()).toEqual([referenceKey(POSE, FULL), referenceKey(moved, FULL)]);
  });

  test('at night it says that it cannot see, and what it saw before still holds', () => {
    const references = kept();
    const mast = watch(references);
    mast.look(undefined, 0, shown());
    mast.look(undefined, 15_000, shown({ pose: { azimuthDeg: POSE.azimuthDeg + 1 } }));
    const night = mast.look(undefined, 30_000, shown({ light: 0.02 }));
    expect(night).toMatchObject({ kind: 'unsure', reason: 'few-landmarks', before: { kind: 'found' } });
    expect(night?.kind === 'unsure' && night.before?.azimuthDeg).toBeCloseTo(1, 1);
    const later = mast.look(undefined, 30_000 + 13 * 3_600_000, shown({ light: 0.02 }));
    expect(later).toEqual({ kind: 'unsure', reason: 'few-landmarks' });
  });
});
