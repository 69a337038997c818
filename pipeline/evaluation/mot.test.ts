import { describe, expect, test } from 'vitest';
import { evaluateMot, evaluateMotSequences } from './evaluate-mot.ts';
import { type MotRow, parseMot, toMotText } from './mot-text.ts';

/** A box of 10 × 10 px at x; shifted by 2 px it overlaps by 8/12, by 5 px by 5/15. */
const at = (frame: number, id: number, x: number, score = 1): MotRow => ({
  frame,
  id,
  score,
  box: { x1: x, y1: 0, x2: x + 10, y2: 10 },
});
const frames = (count: number, row: (frame: number) => readonly MotRow[]): readonly MotRow[] =>
  Array.from({ length: count }, (_, index) => row(index + 1)).flat();

describe('text', () => {
  test('what is written is read back', () => {
    const rows = [at(1, 7, 3.25, 0.5), at(12, 8, 400)];
    expect(toMotText(rows)).toBe('1,7,3.25,0,10,10,0.5,-1,-1,-1\n12,8,400,0,10,10,1,-1,-1,-1\n');
    expect(parseMot(toMotText(rows))).toEqual(rows);
  });

  test('Windows line ends, blanks and missing scores are read', () => {
    expect(parseMot('1, 2, 3, 0, 10, 10\r\n\r\n2 2 3 0 10 10 0.5\r\n')).toEqual([at(1, 2, 3), at(2, 2, 3, 0.5)]);
  });

  test('a file without lines holds nothing', () => {
    expect(parseMot('')).toEqual([]);
  });

  test.each([
    ['1,1,0,0,10', 'a.txt:2: expected frame,id,x,y,width,height,score, found 5 field(s): "1,1,0,0,10"'],
    ['1,1,0,zero,10,10,1', 'a.txt:2: y is not a number: "zero"'],
    ['1,1,0,,10,10,1', 'a.txt:2: y is not a number: ""'],
    ['1.5,1,0,0,10,10,1', 'a.txt:2: frame must be a whole number from 0 on, found 1.5'],
    ['1,1,0,0,-10,10,1', 'a.txt:2: width and height cannot be negative, found -10 × 10'],
    ['1,5,0,0,10,10,1', 'a.txt:2: id 5 stands twice in frame 1'],
  ])('"%s" is refused with file and line', (line, message) => {
    expect(() => parseMot(`1,5,0,0,10,10,1\n${line}\n`, 'a.txt')).toThrow(message);
  });
});

describe('scores', () => {
  const truth = frames(4, (frame) => [at(frame, 1, 0)]);

  test('the truth against itself is perfect', () => {
    expect(evaluateMot(truth, truth)).toMatchObject({ hota: 1, deta: 1, assa: 1, loca: 1, mota: 1, motp: 1, idf1: 1 });
  });

  test('one track under two identities: half the association', () => {
    const result = frames(4, (frame) => [at(frame, frame <= 2 ? 1 : 2, 0)]);
    const scores = evaluateMot(truth, result);
    // Each TP: 2 shared boxes of 4 true and 2 of the result, 2 / (4 + 2 − 2). Identity: 2 right, 2 wrong, 2 missing.
    expect(scores).toMatchObject({ idsw: 1, fp: 0, fn: 0, mota: 0.75, assa: 0.5, deta: 1, idtp: 2, idf1: 0.5 });
    expect(scores.hota).toBeCloseTo(Math.SQRT1_2, 12);
  });

  test('a box 2 px off counts as found up to the threshold 0.65', () => {
    const result = frames(4, (frame) => [at(frame, 1, 2)]);
    const scores = evaluateMot(truth, result);
    expect(scores.motp).toBeCloseTo(8 / 12, 12);
    expect(scores.mota).toBe(1);
    // 13 of the 19 thresholds lie at or below 2/3.
    expect(scores.hota).toBeCloseTo(13 / 19, 12);
    expect(scores.loca).toBeCloseTo((13 * (8 / 12) + 6) / 19, 12);
  });

  test('an overlap of exactly a half is a match', () => {
    const half = [{ ...at(1, 1, 0), box: { x1: 0, y1: 0, x2: 5, y2: 10 } }];
    expect(evaluateMot([at(1, 1, 0)], half)).toMatchObject({ tp: 1, mota: 1 });
  });

  test('a miss and a false box are counted, a result may be worse than nothing', () => {
    expect(evaluateMot([at(1, 1, 0)], [at(1, 1, 50), at(1, 2, 80)])).toMatchObject({ fp: 2, fn: 1, mota: -2, idf1: 0 });
  });

  test('the pair of the frame before is kept although another overlaps more', () => {
    const result = [at(1, 1, 0), at(2, 1, 2), at(2, 2, 0)];
    expect(evaluateMot([at(1, 1, 0), at(2, 1, 0)], result)).toMatchObject({ idsw: 0, fp: 1 });
  });

  test('an identity that comes back after a gap is no switch but a fragment', () => {
    const result = truth.filter(({ frame }) => frame !== 2);
    expect(evaluateMot(truth, result)).toMatchObject({ idsw: 0, frag: 1, fn: 1, mostlyTracked: 0, mostlyLost: 0 });
  });

  test('a switch counts against the last identity ever held, across a gap', () => {
    expect(evaluateMot(truth, [at(1, 1, 0), at(4, 2, 0)])).toMatchObject({ idsw: 1, frag: 1 });
  });

  test('more than 80 % is mostly tracked, less than 20 % mostly lost', () => {
    const ten = frames(10, (frame) => [at(frame, 1, 0), at(frame, 2, 100), at(frame, 3, 200)]);
    const result = ten.filter(({ id, frame }) => (id === 1 ? frame <= 9 : id === 2 ? frame <= 8 : frame <= 1));
    expect(evaluateMot(ten, result)).toMatchObject({ truthTracks: 3, mostlyTracked: 1, mostlyLost: 1 });
  });

  test('truth marked with 0 is not scored', () => {
    expect(evaluateMot([...truth, at(1, 9, 300, 0)], truth)).toMatchObject({ mota: 1, truth: 4 });
  });

  test('no result: all missed, nothing divides by zero', () => {
    expect(evaluateMot(truth, [])).toMatchObject({ hota: 0, mota: 0, idf1: 0, fn: 4, motp: 0 });
    expect(evaluateMot([], [])).toMatchObject({ hota: 0, mota: 0, idf1: 0 });
  });

  test('sequences are added up, not averaged: the longer one weighs more', () => {
    const long = frames(8, (frame) => [at(frame, 1, 0)]);
    const together = evaluateMotSequences([
      { truth: long, result: long },
      { truth: truth.slice(0, 2), result: [] },
    ]);
    expect(together).toMatchObject({ mota: 0.8, assa: 1, truth: 10, truthTracks: 2 });
    expect(together.deta).toBeCloseTo(0.8, 12);
    expect(together.idf1).toBeCloseTo(16 / 18, 12);
    expect(together.hota).toBeCloseTo(Math.sqrt(0.8), 12);
  });
});
