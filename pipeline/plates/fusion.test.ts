import { describe, expect, test } from 'vitest';
import { bestPath, logLikelihood, READER_CLASSES, type ReaderOutput, toClasses } from './ctc.ts';
import { fusePlate, isSettled, type PlateLook } from './fusion.ts';
import { plateBeam } from './plate-beam.ts';
import { likeliestLines } from './prefix-beam.ts';
import { degradedTrack, outputOf, randomPlate } from './reader-simulation.ts';
import { seeded } from './seeded.ts';

const look = (output: ReaderOutput, heightPx = 40): PlateLook => ({ output, heightPx, sharpness: 1 });

describe('connectionist temporal classification', () => {
  test('the probabilities of all texts of two steps add up to one', () => {
    const random = seeded(1);
    const output = outputOf([], random, { steps: 2, noise: 3 });
    const symbols = Array.from({ length: READER_CLASSES - 1 }, (_, i) => i + 1);
    const texts = [[], ...symbols.map((a) => [a]), ...symbols.flatMap((a) => symbols.map((b) => [a, b]))];
    const sum = texts.reduce((all, classes) => all + Math.exp(logLikelihood(output, classes)), 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  test('a doubled symbol needs a blank between its two', () => {
    const random = seeded(2);
    const output = outputOf([['5', '5', '9'], []], random, { noise: 0.2 });
    expect(bestPath(output).map(({ symbol }) => symbol)).toEqual(['5', '5', '9']);
    expect(logLikelihood(output, toClasses('559'))).toBeGreaterThan(logLikelihood(output, toClasses('59')));
  });
});

describe('reading under the grammar', () => {
  test('a letter where the layouts want a digit becomes the digit that looks most like it to the reader', () => {
    const random = seeded(3);
    // B is a little more probable than 8, but no plate has a letter there.
    const output = outputOf(
      [
        ['5', '9', 'T', '1'],
        ['1', ['B', '8'], '4', '1', '7'],
      ],
      random,
      { noise: 0.2 },
    );
    expect(
      bestPath(output)
        .map(({ symbol }) => symbol)
        .join(''),
    ).toBe('59T11B417');
    expect(plateBeam(output)[0]?.symbols).toBe('59T118417');
  });

  test('a province that was never issued is not read', () => {
    const random = seeded(4);
    const output = outputOf([[['1', '4'], '3', 'A', '1', '2', '3', '4', '5'], []], random, { noise: 0.2 });
    const verdict = fusePlate([look(output)]);
    expect(verdict.text).toBe('43A-123.45');
    expect(verdict.edits).toEqual([{ at: 0, from: '1', to: '4' }]);
    expect(verdict.raw).toBe('13A12345');
    expect(verdict.grade).toBe('needs-human-reading');
  });

  test('what is no plate is not forced into one', () => {
    const random = seeded(5);
    const output = outputOf([['H', 'E', 'L', 'L', 'O'], []], random, { noise: 0.2 });
    const verdict = fusePlate([look(output), look(output), look(output)]);
    expect(verdict).toMatchObject({ text: null, grade: 'needs-human-reading' });
    expect(verdict.doubts).toContain('nothing-read');
  });

  test('without grammar the text of all alignments is read, not that of the best path', () => {
    // Each step's best is a blank, and yet some 1 stands there almost surely.
    const steps = 8;
    const logProbabilities = new Float32Array(steps * READER_CLASSES).fill(Math.log(1e-6));
    for (let step = 0; step < steps; step++) logProbabilities[step * READER_CLASSES] = Math.log(step < 4 ? 0.6 : 0.999);
    for (let step = 0; step < 4; step++) logProbabilities[step * READER_CLASSES + toClasses('1')[0]!] = Math.log(0.4);
    const output = { steps, logProbabilities };
    expect(bestPath(output)).toEqual([]);
    expect(likeliestLines(output)).toEqual(['1', '']);
  });

  test('an empty crop and no crop at all read nothing', () => {
    const empty = outputOf([[], []], seeded(6), { noise: 0.2 });
    expect(fusePlate([look(empty)])).toMatchObject({ text: null, raw: '' });
    expect(fusePlate([])).toMatchObject({ text: null, framesUsed: 0 });
  });
});

describe('one verdict from many looks', () => {
  test('five clear looks that agree are evidence, two are not', () => {
    const random = seeded(7);
    const clear = () =>
      look(
        outputOf(
          [
            ['5', '9', 'T', '1'],
            ['1', '5', '4', '1', '7'],
          ],
          random,
          { noise: 0.5 },
        ),
      );
    const five = fusePlate([clear(), clear(), clear(), clear(), clear()]);
    expect(five).toMatchObject({ text: '59T1-154.17', grade: 'evidence', doubts: [], framesAgreeing: 5, lines: 2 });
    expect(isSettled(five)).toBe(true);
    expect(fusePlate([clear(), clear()])).toMatchObject({ text: '59T1-154.17', doubts: ['few-frames'] });
  });

  test('a plate of too few pixels is never evidence', () => {
    const random = seeded(8);
    const looks = [1, 2, 3].map(() =>
      look(
        outputOf(
          [
            ['5', '9', 'T', '1'],
            ['1', '5', '4', '1', '7'],
          ],
          random,
          { noise: 0.5 },
        ),
        18,
      ),
    );
    expect(fusePlate(looks)).toMatchObject({ grade: 'needs-human-reading', doubts: ['too-small'] });
  });

  test('a plate that can be a car or an old motorbike is left to a person until the vehicle is known', () => {
    const random = seeded(9);
    const looks = [1, 2, 3].map(() => look(outputOf([Array.from('30A12345'), []], random, { noise: 0.3 })));
    expect(fusePlate(looks, { lines: 2 }).doubts).toContain('ambiguous');
    expect(fusePlate(looks, { lines: 1 })).toMatchObject({ text: '30A-123.45', grade: 'evidence' });
  });

  test('a private plate on red ground contradicts itself', () => {
    const random = seeded(10);
    const looks = [1, 2, 3].map(() => look(outputOf([Array.from('30A12345'), []], random, { noise: 0.3 })));
    expect(fusePlate(looks, { colour: 'white-on-red' }).doubts).toContain('colour-contradicts');
  });

  test('a picture of all frames joined is no further frame that agrees', () => {
    const random = seeded(13);
    const lines = [Array.from('59T1'), Array.from('15417')];
    const clear = (): PlateLook => look(outputOf(lines, random, { noise: 0.5 }));
    const verdict = fusePlate([clear(), clear(), { ...clear(), joined: 2 }]);
    expect(verdict).toMatchObject({ text: '59T1-154.17', framesUsed: 2, framesAgreeing: 2, doubts: ['few-frames'] });
  });

  test('a joined picture that shows a symbol decides what no frame shows alone', () => {
    const random = seeded(14);
    const lines = (symbol: readonly string[]) => [Array.from('59T1'), ['1', '5', symbol, '1', '7']];
    const doubtful = Array.from({ length: 4 }, (_, i) =>
      look(outputOf(lines(i % 2 ? ['8', '3'] : ['3', '8']), random, { noise: 0.5 })),
    );
    const joined = { ...look(outputOf(lines(['8']), random, { noise: 0.5 })), joined: 4 };
    expect(fusePlate([...doubtful, joined])).toMatchObject({ text: '59T1-158.17', grade: 'needs-human-reading' });
  });

  test('the order of the looks does not matter', () => {
    const random = seeded(11);
    const looks = degradedTrack(randomPlate(random), 8, random);
    const forwards = fusePlate(looks);
    const backwards = fusePlate([...looks].reverse());
    expect(backwards.text).toBe(forwards.text);
    expect(backwards.confidence).toBeCloseTo(forwards.confidence, 9);
  });

  test('ten degraded looks together are right at least 15 points more often than the best of them alone', () => {
    const random = seeded(12);
    const tracks = 16;
    let together = 0;
    let alone = 0;
    let falseEvidence = 0;
    for (let i = 0; i < tracks; i++) {
      const plate = randomPlate(random);
      const looks = degradedTrack(plate, 10, random);
      const symbols = ({ characters }: ReturnType<typeof fusePlate>) => characters.map(({ symbol }) => symbol).join('');
      const whole = fusePlate(looks);
      if (symbols(whole) === plate.symbols) together++;
      else if (whole.grade === 'evidence') falseEvidence++;
      // The best single look is the one that is surest of itself.
      const singles = looks.map((single) => fusePlate([single])).sort((a, b) => b.confidence - a.confidence);
      if (symbols(singles[0]!) === plate.symbols) alone++;
    }
    expect(together / tracks).toBeGreaterThanOrEqual(alone / tracks + 0.15);
    expect(falseEvidence).toBe(0);
  }, 120_000);
});
