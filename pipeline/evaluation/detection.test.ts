import { describe, expect, test } from 'vitest';
import { evaluateDetections, type ResultBox, type TruthBox } from './detection.ts';

const box = (x: number, width = 50, height = 50) => ({ x1: x, y1: 0, x2: x + width, y2: height });
const thing = (image: string, x: number, more: Partial<TruthBox> = {}): TruthBox => ({
  image,
  className: 'car',
  box: box(x),
  ...more,
});
const seen = (image: string, x: number, score: number, more: Partial<ResultBox> = {}): ResultBox => ({
  image,
  className: 'car',
  box: box(x),
  score,
  ...more,
});

describe('average precision', () => {
  test('everything found exactly is 1 at every overlap', () => {
    const scores = evaluateDetections([thing('a', 0), thing('b', 100)], [seen('a', 0, 0.9), seen('b', 100, 0.3)]);
    expect(scores).toMatchObject({ ap: 1, ap50: 1, ap75: 1, recall: 1, images: 2, truth: 2, detections: 2 });
  });

  test('hit, miss, hit of three: precision 1 up to a third, 2/3 up to two thirds, then nothing', () => {
    const truth = [thing('a', 0), thing('a', 100), thing('a', 200)];
    const scores = evaluateDetections(truth, [seen('a', 0, 0.9), seen('a', 400, 0.8), seen('a', 100, 0.7)]);
    // Recalls 0 … 0.33 are 34 points, 0.34 … 0.66 are 33.
    expect(scores.ap50).toBeCloseTo((34 * 1 + 33 * (2 / 3)) / 101, 12);
  });

  test('an overlap of 0.6 counts at 0.5, 0.55 and 0.6 only', () => {
    // 40 of 50 px wide and inside would be 0.8; 30 of 50 is 0.6.
    const scores = evaluateDetections([thing('a', 0)], [seen('a', 0, 0.9, { box: box(0, 30) })]);
    expect(scores).toMatchObject({ ap50: 1, ap75: 0 });
    expect(scores.ap).toBeCloseTo(0.3, 12);
  });

  test('a second box on the same thing is false', () => {
    const scores = evaluateDetections(
      [thing('a', 0), thing('a', 100)],
      [seen('a', 0, 0.9), seen('a', 2, 0.8), seen('a', 100, 0.7)],
    );
    expect(scores.ap50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  test('a box of another class or another image finds nothing', () => {
    const scores = evaluateDetections([thing('a', 0)], [seen('a', 0, 0.9, { className: 'bus' }), seen('b', 0, 0.9)]);
    expect(scores.ap50).toBe(0);
    expect(scores.classes['bus']).toMatchObject({ ap: null, truth: 0, detections: 1 });
  });

  test('classes count alike, however many boxes they have', () => {
    const truth = [thing('a', 0), thing('a', 100), thing('a', 200, { className: 'bus' })];
    const scores = evaluateDetections(truth, [seen('a', 0, 0.9), seen('a', 100, 0.9)]);
    expect(scores.ap50).toBe(0.5);
  });

  test('only the best so many boxes of an image and class are looked at', () => {
    const results = [seen('a', 400, 0.9), seen('a', 0, 0.8)];
    expect(evaluateDetections([thing('a', 0)], results, { maxDetections: 1 }).ap50).toBe(0);
  });

  test('no truth and no results give no score', () => {
    expect(evaluateDetections([], [])).toMatchObject({ ap: null, ap50: null, recall: null, images: 0, classes: {} });
  });
});

describe('what is not asked for', () => {
  test('an ignored thing is neither missed nor false', () => {
    const truth = [thing('a', 0), thing('a', 100, { ignored: true })];
    expect(evaluateDetections(truth, [seen('a', 100, 0.9), seen('a', 0, 0.8)])).toMatchObject({ ap: 1, truth: 1 });
    expect(evaluateDetections(truth, [seen('a', 0, 0.8)])).toMatchObject({ ap: 1 });
  });

  test('a crowd swallows any number of boxes inside it', () => {
    const truth = [thing('a', 0), thing('a', 100, { crowd: true, box: box(100, 300) })];
    const results = [seen('a', 120, 0.9), seen('a', 200, 0.9), seen('a', 300, 0.9), seen('a', 0, 0.1)];
    expect(evaluateDetections(truth, results).ap50).toBe(1);
  });

  test('an unmatched box half inside an ignore region is dropped, less than half is false', () => {
    const region = { image: 'a', box: { x1: 225, y1: 0, x2: 400, y2: 100 } };
    const ap50 = (x: number): number | null =>
      evaluateDetections([thing('a', 0)], [seen('a', x, 0.9), seen('a', 0, 0.5)], { ignoreRegions: [region] }).ap50;
    expect(ap50(200)).toBe(1);
    expect(ap50(199)).toBe(0.5);
  });

  test('a labelled thing inside an ignore region still counts', () => {
    const region = { image: 'a', box: { x1: 0, y1: 0, x2: 400, y2: 100 } };
    const scores = evaluateDetections([thing('a', 0)], [], { ignoreRegions: [region] });
    expect(scores).toMatchObject({ ap50: 0, truth: 1 });
  });

  test('a region of another class drops nothing', () => {
    const region = { image: 'a', className: 'bus', box: box(200) };
    const results = [seen('a', 200, 0.9), seen('a', 0, 0.5)];
    expect(evaluateDetections([thing('a', 0)], results, { ignoreRegions: [region] }).ap50).toBe(0.5);
  });

  test('areas part small, medium and large; boxes of other sizes do not disturb', () => {
    const truth = [
      thing('a', 0, { box: box(0, 20, 20) }),
      thing('a', 100),
      thing('a', 300, { box: box(300, 200, 200) }),
    ];
    const results = [seen('a', 100, 0.9), seen('a', 300, 0.9, { box: box(300, 200, 200) }), seen('a', 600, 0.95)];
    const scores = evaluateDetections(truth, results);
    expect(scores).toMatchObject({ apSmall: 0, apLarge: 1 });
    expect(scores.apMedium).toBeCloseTo(0.5, 12);
  });
});

describe('recall at a fixed rate of false boxes', () => {
  const truth = [thing('a', 0), thing('b', 0), thing('c', 0), thing('d', 0)];
  const results = [seen('a', 0, 0.9), seen('a', 300, 0.8), seen('b', 0, 0.7), seen('b', 300, 0.6), seen('c', 0, 0.5)];
  const recallAt = (falsePerImage: number, images = ['a', 'b', 'c', 'd']): number | null | undefined =>
    evaluateDetections(truth, results, { images, falsePerImage: [falsePerImage] }).classes['car']!
      .recallAtFalsePerImage[String(falsePerImage)];

  test('none, one and two false boxes in four images', () => {
    expect([recallAt(0), recallAt(0.25), recallAt(0.5)]).toEqual([0.25, 0.5, 0.75]);
  });

  test('images without anything raise the number of false boxes allowed', () => {
    expect(recallAt(0.25, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])).toBe(0.75);
  });

  test('boxes of one score pass the threshold together', () => {
    const tied = evaluateDetections([thing('a', 0)], [seen('a', 0, 0.5), seen('a', 300, 0.5)], { falsePerImage: [0] });
    expect(tied.classes['car']!.recallAtFalsePerImage['0']).toBe(0);
  });
});
