import { expect, test } from 'vitest';
import { parseCocoResults, parseCocoTruth } from './coco.ts';
import { evaluateDetections } from './detection.ts';

const TRUTH = {
  images: [{ id: 7, file_name: 'day/a.jpg', width: 100, height: 100 }],
  categories: [{ id: 3, name: 'car' }],
  annotations: [
    { id: 1, image_id: 7, category_id: 3, bbox: [0, 0, 50, 50], area: 900, iscrowd: 0 },
    { id: 2, image_id: 7, category_id: 3, bbox: [50, 0, 50, 50], iscrowd: 1 },
  ],
};
const truth = parseCocoTruth(JSON.stringify(TRUTH), 'truth.json');

test('annotations become boxes with names, crowds and the stated area', () => {
  const box = { x1: 0, y1: 0, x2: 50, y2: 50 };
  expect(truth.images).toEqual(['a.jpg']);
  expect(truth.boxes[0]).toEqual({ image: 'a.jpg', className: 'car', box, crowd: false, ignored: false, area: 900 });
  expect(truth.boxes[1]).toMatchObject({ crowd: true });
});

test('results are matched by name, whatever their numbers and folders, or else by number', () => {
  const bbox = [0, 0, 50, 50];
  const results = [
    { image_id: 1, file_name: 'elsewhere/a.jpg', category_id: 9, category_name: 'car', bbox, score: 0.9 },
    { image_id: 7, category_id: 3, bbox, score: 0.8 },
  ];
  const boxes = parseCocoResults(JSON.stringify(results), 'results.json', truth);
  expect(boxes.map(({ image, className }) => [image, className])).toEqual([
    ['a.jpg', 'car'],
    ['a.jpg', 'car'],
  ]);
  expect(evaluateDetections(truth.boxes, boxes, { images: truth.images }).ap50).toBe(1);
});

test('a number that the truth does not know is refused with its place', () => {
  const results = JSON.stringify([{ image_id: 8, category_id: 3, bbox: [0, 0, 1, 1], score: 1 }]);
  expect(() => parseCocoResults(results, 'results.json', truth)).toThrow(
    'results.json: /0: image 8 is not in the truth',
  );
});

test('a box of three numbers is refused with its place', () => {
  const results = JSON.stringify([{ file_name: 'a.jpg', category_name: 'car', bbox: [0, 0, 1], score: 1 }]);
  expect(() => parseCocoResults(results, 'results.json', truth)).toThrow('results.json: /0/bbox');
});
