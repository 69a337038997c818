import { describe, expect, test } from 'vitest';
import { type ConfirmationConfig, DEFAULT_CONFIRMATION } from '../fire/confirmation.ts';
import { evaluateSmoke, parseSmokeResults, parseSmokeTruth } from './smoke.ts';

const config: ConfirmationConfig = { ...DEFAULT_CONFIRMATION, neutralScore: 0.28, confirmAt: 1.9 };
const truth = (smokeFrom: number) =>
  parseSmokeTruth(
    [
      'sequence,frame_index,file,offset_s,smoke_label_by_filename',
      ...Array.from({ length: 12 }, (_, i) => `s,${i},${i}.jpg,${(i - 6) * 60},${i >= smokeFrom ? 1 : 0}`),
    ].join('\n'),
    'labels.csv',
  );
const results = (from: number) =>
  parseSmokeResults(
    JSON.stringify(
      Array.from({ length: 12 - from }, (_, i) => ({
        file_name: `${from + i}.jpg`,
        category_name: 'smoke',
        bbox: [100, 100 - 5 * i, 40 + 4 * i, 40 + 5 * i],
        score: 0.7,
      })),
    ),
    'results.json',
  );

describe('evaluation of smoke sequences', () => {
  test('a fire seen from its first frame is found in its third, in minutes', () => {
    const found = evaluateSmoke(truth(6), results(6), config);
    expect(found.ours).toMatchObject({ f1: 1, falsePositiveRate: 0, medianDelayFrames: 2 });
    expect(found.sequences[0]).toMatchObject({ confirmedFile: '8.jpg', minutesToConfirm: 2, falseAlarms: 0 });
    expect(found.falseAlarmsPerCameraDay).toBe(0);
    expect(found.fiveInARow.medianDelayFrames).toBe(4);
  });

  test('a confirmation before the smoke is a false alarm, counted per day of smoke-free frames', () => {
    const found = evaluateSmoke(truth(6), results(0), config);
    expect(found.ours).toMatchObject({ f1: 0, recall: 0 });
    expect(found.sequences[0]).toMatchObject({ minutesToConfirm: null, falseAlarms: 1 });
    expect(found.falseAlarmsPerCameraDay).toBeCloseTo(24 * 10, 6);
  });

  test('truth without a column and results that are no boxes say what is wrong', () => {
    expect(() => parseSmokeTruth('sequence,file\na,b\n', 't.csv')).toThrow(/column "offset_s" expected/);
    expect(() => parseSmokeResults('[{"file_name":1}]', 'r.json')).toThrow(/r.json: \/0/);
  });
});
