import { statSync, writeFileSync } from 'node:fs';
import { didYouMean } from '../../pipeline/did-you-mean.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type DetectionTruth, parseCocoResults, parseCocoTruth } from '../../pipeline/evaluation/coco.ts';
import { evaluateDetections } from '../../pipeline/evaluation/detection.ts';
import { parseReports } from '../../pipeline/evaluation/event-reports.ts';
import { parseEventTruth } from '../../pipeline/evaluation/event-truth.ts';
import { evaluateEvents } from '../../pipeline/evaluation/events.ts';
import { evaluateMot } from '../../pipeline/evaluation/evaluate-mot.ts';
import { DEFAULT_CONFIRMATION } from '../../pipeline/fire/confirmation.ts';
import { evaluateSmoke, parseSmokeResults, parseSmokeTruth } from '../../pipeline/evaluation/smoke.ts';
import { parseCsv } from '../../pipeline/evaluation/csv.ts';
import { parseMot } from '../../pipeline/evaluation/mot-text.ts';
import { evaluatePlates } from '../../pipeline/evaluation/plates.ts';
import { readInput } from './read-input.ts';
import { readYoloTruth } from './yolo-truth.ts';

type Evaluation = (truthFile: string, resultFile: string) => object;

const readDetectionTruth = (file: string): DetectionTruth =>
  statSync(file, { throwIfNoEntry: false })?.isDirectory()
    ? readYoloTruth(file)
    : parseCocoTruth(readInput(file), file);

const EVALUATIONS: Readonly<Record<string, Evaluation>> = {
  mot: (truthFile, resultFile) =>
    evaluateMot(parseMot(readInput(truthFile), truthFile), parseMot(readInput(resultFile), resultFile)),
  detect: (truthFile, resultFile) => {
    const truth = readDetectionTruth(truthFile);
    const results = parseCocoResults(readInput(resultFile), resultFile, truth);
    return evaluateDetections(truth.boxes, results, truth);
  },
  plates: (truthFile, resultFile) =>
    evaluatePlates(
      parseCsv(readInput(truthFile), truthFile, ['text']).map(({ file, image, text = '', lines = '' }) => ({
        file: file ?? image ?? '',
        text,
        lines,
      })),
      parseCsv(readInput(resultFile), resultFile, ['file', 'text']).map(
        ({ file = '', text = '', raw, confidence }) => ({
          file,
          text,
          raw: raw ?? text,
          confidence: Number(confidence ?? 1),
        }),
      ),
    ),
  events: (truthFile, resultFile) =>
    evaluateEvents(parseEventTruth(readInput(truthFile), truthFile), parseReports(readInput(resultFile), resultFile)),
  smoke: (truthFile, resultFile) =>
    evaluateSmoke(
      parseSmokeTruth(readInput(truthFile), truthFile),
      parseSmokeResults(readInput(resultFile), resultFile),
      DEFAULT_CONFIRMATION,
    ),
};

/** Prints the measures as JSON, ratios 0–1. @returns 0 */
export const evaluate = (
  what: string,
  truthFile: string,
  resultFile: string,
  options: { readonly out?: string },
): number => {
  const evaluation = EVALUATIONS[what];
  if (!evaluation) {
    const names = Object.keys(EVALUATIONS);
    const near = didYouMean(what, names);
    throw new WatchpostError(
      'INPUT_UNREADABLE',
      `nothing to evaluate is called "${what}"; ${near ? `did you mean "${near}"?` : `there is ${names.join(', ')}`}`,
    );
  }
  const text = `${JSON.stringify(evaluation(truthFile, resultFile), null, 2)}\n`;
  if (options.out === undefined) process.stdout.write(text);
  else writeFileSync(options.out, text);
  return 0;
};
