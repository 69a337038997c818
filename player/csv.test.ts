import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('cells with commas, quotes and line ends are quoted, numbers and nothing are not', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['x,y', 'say "hi"'],
        [3, null],
        ['two\nlines', 'Trần Phú'],
      ],
    ),
  ).toBe('\uFEFFa,b\r\n"x,y","say ""hi"""\r\n3,\r\n"two\nlines",Trần Phú\r\n');
});

test('a name that looks like a formula stays text', () => {
  expect(toCsv(['name'], [['=cmd()'], ['-1 gate']])).toBe("\uFEFFname\r\n'=cmd()\r\n'-1 gate\r\n");
});
