import { expect, test } from 'vitest';
import { diffLines } from './line-diff.ts';

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

test('nothing changed gives nothing', () => {
  expect(diffLines('a\nb', 'a\nb')).toBe('');
});

test('a change is shown with two lines around it, distant ones apart', () => {
  const after = lines(20);
  after[3] = 'changed';
  after.splice(15, 1);
  expect(diffLines(lines(20).join('\n'), after.join('\n')).split('\n')).toEqual([
    '  line 1',
    '  line 2',
    '- line 3',
    '+ changed',
    '  line 4',
    '  line 5',
    '…',
    '  line 13',
    '  line 14',
    '- line 15',
    '  line 16',
    '  line 17',
  ]);
});
