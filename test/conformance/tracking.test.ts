import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evaluateMot, type MotScores } from '../../pipeline/evaluation/evaluate-mot.ts';
import { parseMot } from '../../pipeline/evaluation/mot-text.ts';
import { hasShared, needs, sharedFile } from '../shared.ts';

/** Truth and a tracker's output, handed on by py-motmetrics with scores computed elsewhere. */
const score = (sequence: string): MotScores => {
  const read = (name: string) => parseMot(readFileSync(sharedFile('mot', 'conformance', sequence, name), 'utf8'));
  return evaluateMot(read('gt.txt'), read('test.txt'));
};
const percent = (value: number): string => (value * 100).toFixed(1);
const available = hasShared('mot', 'conformance');
const why = needs('mot', 'conformance');

describe('the tracking measures equal the reference on its own output', () => {
  test.skipIf(!available)(`TUD-Campus${why}`, () => {
    const { mota, idf1, fp, fn, idsw } = score('TUD-Campus');
    expect({ mota: percent(mota), idf1: percent(idf1), fp, fn, idsw }).toEqual({
      mota: '52.6',
      idf1: '55.8',
      fp: 13,
      fn: 150,
      idsw: 7,
    });
  });

  test.skipIf(!available)(`TUD-Stadtmitte${why}`, () => {
    const { mota, idf1 } = score('TUD-Stadtmitte');
    expect({ mota: percent(mota), idf1: percent(idf1) }).toEqual({ mota: '56.4', idf1: '64.5' });
  });
});
