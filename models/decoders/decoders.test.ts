import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Box, iou } from '../../pipeline/geometry.ts';
import { Candidates } from '../candidates.ts';
import { toClassTable } from '../classes.ts';
import { findModel, type ModelEntry } from '../manifest.ts';
import { nms } from '../nms.ts';
import type { DecodeContext, OutputTensor } from './decoder.ts';
import { DECODERS } from './families.ts';

/** Extents of what test/fixtures/tensors/scene.svg draws, in pixels of the drawing (416 × 312). */
const PERSON: Box = { x1: 322, y1: 91, x2: 368, y2: 245 };
const CAR: Box = { x1: 24, y1: 122, x2: 210, y2: 203 };

type Recording = {
  readonly outputs: readonly {
    readonly dims: readonly number[];
    readonly type: 'float32' | 'int64';
    readonly rows: Readonly<Record<string, readonly number[]>>;
  }[];
};

/** Recorded rows of a real run on the scene, at their places; all other cells are empty, as they were below 0.1. */
const recorded = (family: string): OutputTensor[] => {
  const file = new URL(`../../test/fixtures/tensors/${family}.json`, import.meta.url);
  const { outputs } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  return outputs.map(({ dims, type, rows }, i) => {
    const length = dims.reduce((product, side) => product * side, 1);
    const data = new Float32Array(length);
    for (const [row, values] of Object.entries(rows)) data.set(values, Number(row) * values.length);
    const name = `output ${i}`;
    return { name, dims, data: type === 'int64' ? BigInt64Array.from(data, (value) => BigInt(value)) : data };
  });
};

type Found = { readonly className: string; readonly score: number; readonly box: Box };
const decode = (
  family: ModelEntry['decoder'],
  outputs: readonly OutputTensor[],
  context: DecodeContext,
  { picture = 0, nmsIou = 0.5 } = {},
): Found[] => {
  const candidates = new Candidates();
  DECODERS[family].decode(outputs, picture, context, candidates);
  const { boxes, scores, classes } = candidates;
  return nms(candidates, nmsIou).map((i) => ({
    className: context.classes.names[classes[i]!]!,
    score: scores[i]!,
    box: { x1: boxes[i * 4]!, y1: boxes[i * 4 + 1]!, x2: boxes[i * 4 + 2]!, y2: boxes[i * 4 + 3]! },
  }));
};
const contextOf = (id: string, minScore: number): DecodeContext => {
  const entry = findModel(id);
  return { width: entry.input.width, height: entry.input.height, classes: toClassTable(entry), minScore };
};
const scaled = ({ x1, y1, x2, y2 }: Box, x: number, y: number): Box => ({
  x1: x1 * x,
  y1: y1 * y,
  x2: x2 * x,
  y2: y2 * y,
});

describe('decoders on recorded tensors find what was drawn', () => {
  test('yolox: the person, IoU with the drawing above 0.85', () => {
    const [best, ...others] = decode('yolox', recorded('yolox'), contextOf('yolox-nano-416', 0.2));
    expect(best?.className).toBe('person');
    expect(best?.score).toBeCloseTo(0.854, 3);
    expect(iou(best!.box, PERSON)).toBeGreaterThan(0.85);
    expect(others).toEqual([]);
  });

  test('detr: person and car, IoU with the drawing above 0.85', () => {
    // The drawing is stretched to the square input.
    const [person, car] = decode('detr', recorded('detr'), contextOf('deimv2-femto-416', 0.3));
    expect([person?.className, car?.className]).toEqual(['person', 'car']);
    expect(iou(person!.box, scaled(PERSON, 1, 416 / 312))).toBeGreaterThan(0.85);
    expect(iou(car!.box, scaled(CAR, 1, 416 / 312))).toBeGreaterThan(0.85);
  });

  test('picodet: person and a vehicle, IoU with the drawing above 0.85', () => {
    const [person, vehicle] = decode('picodet', recorded('picodet'), contextOf('picodet-s-416', 0.2));
    expect([person?.className, vehicle?.className]).toEqual(['person', 'bus']);
    expect(iou(person!.box, scaled(PERSON, 1, 416 / 312))).toBeGreaterThan(0.85);
    expect(iou(vehicle!.box, scaled(CAR, 1, 416 / 312))).toBeGreaterThan(0.85);
  });
});

describe('decoders on tensors worked out by hand', () => {
  const classes = toClassTable({ classes: ['bird', 'car', 'person'], classMap: { car: 'car', person: 'person' } });
  const context: DecodeContext = { width: 64, height: 64, classes, minScore: 0.25 };
  const tensor = (dims: readonly number[], values: readonly number[]): OutputTensor => ({
    name: 'output',
    dims,
    data: Float32Array.from(values),
  });

  test('yolox: offset and size are in strides, size is exponential, score is objectness times class', () => {
    const cells = 8 * 8 + 4 * 4 + 2 * 2;
    const values = new Float32Array(cells * 8);
    // Stride 16, cell (2, 1): centre (2.5, 1.5) × 16, size (e^0, e^ln 2) × 16.
    values.set([0.5, 0.5, 0, Math.log(2), 0.8, 0, 0.5, 0.1], (64 + 1 * 4 + 2) * 8);
    const [only] = decode('yolox', [{ name: 'o', dims: [1, cells, 8], data: values }], context);
    expect(only?.className).toBe('car');
    expect(only?.score).toBeCloseTo(0.4, 6);
    expect(only?.box).toEqual({ x1: 32, y1: 8, x2: 48, y2: expect.closeTo(40, 4) as number });
  });

  test('yolox with every class of a cell: one box per class that reaches the lowest score', () => {
    const cells = 8 * 8 + 4 * 4 + 2 * 2;
    const values = new Float32Array(cells * 8);
    values.set([0.5, 0.5, 0, 0, 0.8, 0, 0.6, 0.4], 70 * 8);
    const all = decode('yolox', [{ name: 'o', dims: [1, cells, 8], data: values }], { ...context, multiLabel: true });
    expect(all.map(({ className, score }) => [className, Math.round(score * 100)])).toEqual([
      ['car', 48],
      ['person', 32],
    ]);
  });

  test('yolov5: centre and size in pixels, objectness times class', () => {
    const rows = [
      [20, 30, 10, 20, 0.9, 0.1, 0.2, 0.7],
      [50, 50, 4, 4, 0.2, 0, 1, 0],
    ];
    const [only, ...none] = decode('yolov5', [tensor([1, 2, 8], rows.flat())], context);
    expect(only).toEqual({
      className: 'person',
      score: expect.closeTo(0.63, 6) as number,
      box: { x1: 15, y1: 20, x2: 25, y2: 40 },
    });
    expect(none).toEqual([]);
  });

  test('yolov8: channels first, no objectness', () => {
    // Two anchors: columns are anchors, rows cx cy w h bird car person.
    const values = [20, 50, 30, 50, 10, 4, 20, 4, 0.9, 0.1, 0.3, 0.2, 0.1, 0.1];
    const [only, ...none] = decode('yolov8', [tensor([1, 7, 2], values)], context);
    // Bird is dropped by the map: the best of the kept classes counts.
    expect(only).toEqual({
      className: 'car',
      score: expect.closeTo(0.3, 6) as number,
      box: { x1: 15, y1: 20, x2: 25, y2: 40 },
    });
    expect(none).toEqual([]);
  });

  test('ssd: corners in fractions, y first, classes from 1', () => {
    const outputs = [
      tensor([1, 2, 4], [0.25, 0.5, 0.75, 1, 0, 0, 1, 1]),
      tensor([1, 2], [3, 1]),
      tensor([1, 2], [0.9, 0.8]),
    ];
    const found = decode('ssd', outputs, context);
    expect(found).toEqual([
      { className: 'person', score: expect.closeTo(0.9, 6) as number, box: { x1: 32, y1: 16, x2: 64, y2: 48 } },
    ]);
  });

  test('picodet: a side is the mean of its distribution, in strides, from the cell’s centre', () => {
    const cells = [64, 16, 4, 1];
    const outputs = [
      ...cells.map((n) =>
        tensor(
          [1, n, 3],
          Array.from({ length: n * 3 }, () => 0),
        ),
      ),
      ...cells.map((n) =>
        tensor(
          [1, n, 32],
          Array.from({ length: n * 32 }, () => 0),
        ),
      ),
    ];
    // Stride 8, cell (4, 3): centre (36, 28). Left: all in bin 2; top: half 1, half 2; right, bottom: flat, mean 3.5.
    (outputs[0]!.data as Float32Array)[(3 * 8 + 4) * 3 + 2] = 0.7;
    const sides = outputs[4]!.data as Float32Array;
    const at = (3 * 8 + 4) * 32;
    sides[at + 2] = 100;
    sides[at + 8 + 1] = 100;
    sides[at + 8 + 2] = 100;
    const [only, ...none] = decode('picodet', outputs, context);
    expect(only?.className).toBe('person');
    expect(only?.box).toEqual({ x1: 20, y1: 16, x2: 64, y2: 56 });
    expect(none).toEqual([]);
  });

  test('detr: dropped classes and low scores leave nothing', () => {
    const labels: OutputTensor = { name: 'labels', dims: [1, 2], data: BigInt64Array.of(0n, 1n) };
    const outputs = [labels, tensor([1, 2, 4], [0, 0, 9, 9, 0, 0, 9, 9]), tensor([1, 2], [0.9, 0.1])];
    expect(decode('detr', outputs, context)).toEqual([]);
  });

  test('centernet: corners in pixels, score, class; dropped classes, low scores and NaN leave nothing', () => {
    const rows = [
      [15, 20, 25, 40, 0.7, 2],
      [0, 0, 9, 9, 0.9, 0],
      [0, 0, 9, 9, NaN, 1],
      [0, 0, 9, 9, 0.2, 1],
    ];
    expect(decode('centernet', [tensor([1, 4, 6], rows.flat())], context)).toEqual([
      { className: 'person', score: expect.closeTo(0.7, 6) as number, box: { x1: 15, y1: 20, x2: 25, y2: 40 } },
    ]);
  });

  test.each(['yolov5', 'yolov8', 'detr', 'ssd', 'centernet'] as const)(
    '%s: the second picture of a batch is its own',
    (family) => {
      const two: Record<typeof family, OutputTensor[]> = {
        yolov5: [tensor([2, 1, 8], [1, 1, 1, 1, 0, 0, 0, 0, 20, 30, 10, 20, 1, 0, 0, 0.7])],
        yolov8: [tensor([2, 7, 1], [1, 1, 1, 1, 0, 0, 0, 20, 30, 10, 20, 0, 0, 0.7])],
        detr: [
          { name: 'labels', dims: [2, 1], data: BigInt64Array.of(0n, 2n) },
          tensor([2, 1, 4], [0, 0, 0, 0, 15, 20, 25, 40]),
          tensor([2, 1], [0, 0.7]),
        ],
        centernet: [tensor([2, 1, 6], [0, 0, 0, 0, 0, 0, 15, 20, 25, 40, 0.7, 2])],
        ssd: [
          tensor([2, 1, 4], [0, 0, 0, 0, 20 / 64, 15 / 64, 40 / 64, 25 / 64]),
          tensor([2, 1], [1, 3]),
          tensor([2, 1], [0, 0.7]),
        ],
      };
      expect(decode(family, two[family], context, { picture: 0 })).toEqual([]);
      expect(decode(family, two[family], context, { picture: 1 })).toEqual([
        { className: 'person', score: expect.closeTo(0.7, 6) as number, box: { x1: 15, y1: 20, x2: 25, y2: 40 } },
      ]);
    },
  );
});
