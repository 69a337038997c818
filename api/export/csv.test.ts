import { expect, test } from 'vitest';
import { csvLine } from './csv.ts';

test('quotes what would end a cell or a line', () => {
  expect(csvLine(['a,b', 'say "no"', 'two\nlines', null, 5, 'Hà Nội'])).toBe(
    '"a,b","say ""no""","two\nlines",,5,Hà Nội\r\n',
  );
});

test('no text becomes a formula', () => {
  expect(csvLine(['=cmd()', '+1', '-1', '@x', '\tx', 'a=b', -1])).toBe("'=cmd(),'+1,'-1,'@x,'\tx,a=b,-1\r\n");
});
