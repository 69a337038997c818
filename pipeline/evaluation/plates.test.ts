import { expect, test } from 'vitest';
import { formatCsv, parseCsv } from './csv.ts';
import { evaluatePlates } from './plates.ts';

const truth = [
  { file: 'images/a.jpg', text: '59T115417', lines: '2' },
  { file: 'images/b.jpg', text: '30A12345', lines: '1' },
  { file: 'images/c.jpg', text: '29MĐ112345', lines: '2' },
  { file: 'images/d.jpg', text: '51F07973', lines: '1' },
];
const reading = (file: string, text: string, raw: string, confidence: number) => ({ file, text, raw, confidence });

test('separators and folders do not count, Đ and D are different symbols', () => {
  const score = evaluatePlates(truth, [
    reading('a.jpg', '59T1-154.17', '59T1/I5417', 0.99),
    reading('b.jpg', '30A-123.46', '30A12345', 0.97),
    reading('c.jpg', '29MD1-123.45', '29MD1/12345', 0.5),
    reading('d.jpg', '', '5F0', 0.1),
  ]);
  expect(score['all']).toMatchObject({ plates: 4, exact: 0.25, exactRaw: 0.25, silent: 0.25, wrongButConfident: 0.25 });
  expect(score['2-line']).toMatchObject({ plates: 2, exact: 0.5, exactRaw: 0 });
  // One wrong symbol, one wrong symbol, and eight that were not read, of 35.
  expect(score['all']?.characterErrorRate).toBeCloseTo(10 / 35, 9);
});

test('a picture without any reading counts as silent, one with several by the nearest', () => {
  const score = evaluatePlates(truth.slice(0, 2), [
    reading('a.jpg', '51F-079.73', '', 0.9),
    reading('a.jpg', '59T1-154.17', '59T115417', 0.9),
  ]);
  expect(score['all']).toMatchObject({ exact: 0.5, silent: 0.5, wrongButConfident: 0 });
});

test('cells with commas, quotes and line breaks come back from CSV as they were', () => {
  const rows = [
    ['file', 'text'],
    ['a,"b".jpg', '59T1\n15417'],
    ['c.jpg', ''],
  ];
  expect(parseCsv(formatCsv(rows), 'x.csv', ['file'])).toEqual([
    { file: 'a,"b".jpg', text: '59T1\n15417' },
    { file: 'c.jpg', text: '' },
  ]);
});

test('a table without a needed column is refused by name', () => {
  expect(() => parseCsv('image,words\na.jpg,x\n', 'x.csv', ['text'])).toThrow(/x\.csv: no column "text"/);
});
