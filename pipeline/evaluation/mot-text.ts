import { WatchpostError } from '../errors.ts';
import type { Box } from '../geometry.ts';

/** One line of a MOT Challenge file: a box of one frame, with its identity when it has one. */
export type MotRow = {
  /** Counts from 1, or from 0 where the file does. */
  readonly frame: number;
  /** −1 in files of detections: no identity. */
  readonly id: number;
  /** Pixels, as written in the file (MOT Challenge counts the first pixel as 1; nothing here depends on it). */
  readonly box: Box;
  /** Detections: the detector's score, on its own scale. Truth: 0 marks a box that is not to be scored. */
  readonly score: number;
};

const FIELDS = ['frame', 'id', 'x', 'y', 'width', 'height', 'score'] as const;
const LEAST_FIELDS = 6;

/**
 * Reads MOT Challenge text: `frame,id,x,y,width,height[,score[,…]]`, one box a line [arXiv 1504.01942, §3.3]. Commas or
 * blanks part the fields, empty lines are skipped, fields after the seventh are not read, a missing score is 1.
 * @param name of the file, for messages
 * @throws WatchpostError INPUT_UNREADABLE naming file and line
 */
export const parseMot = (text: string, name = 'MOT text'): readonly MotRow[] => {
  const seen = new Set<string>();
  const rows: MotRow[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const fail = (problem: string): never => {
      throw new WatchpostError('INPUT_UNREADABLE', `${name}:${index + 1}: ${problem}`);
    };
    const fields = line.split(/\s*[,;]\s*|\s+/).slice(0, FIELDS.length);
    if (fields.length < LEAST_FIELDS)
      fail(`expected frame,id,x,y,width,height,score, found ${fields.length} field(s): "${line.slice(0, 60)}"`);
    const values = fields.map((field) => (field === '' ? Number.NaN : Number(field)));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) fail(`${FIELDS[bad]!} is not a number: "${fields[bad]!}"`);
    const [frame, id, x, y, width, height, score = 1] = values as [number, number, number, number, number, number];
    if (!Number.isInteger(frame) || frame < 0) fail(`frame must be a whole number from 0 on, found ${frame}`);
    if (!Number.isInteger(id)) fail(`id must be a whole number, found ${id}`);
    if (width < 0 || height < 0) fail(`width and height cannot be negative, found ${width} × ${height}`);
    if (id >= 0) {
      const key = `${frame}/${id}`;
      if (seen.has(key)) fail(`id ${id} stands twice in frame ${frame}`);
      seen.add(key);
    }
    rows.push({ frame, id, box: { x1: x, y1: y, x2: x + width, y2: y + height }, score });
  }
  return rows;
};

/** Shortest text of a number with at most so many decimals; the same on every machine. */
const decimal = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** MOT Challenge result text, ten fields a line: the last three stand for the unknown place in the world. */
export const toMotText = (rows: readonly MotRow[]): string =>
  rows
    .map(({ frame, id, box, score }) =>
      [
        frame,
        id,
        decimal(box.x1, 3),
        decimal(box.y1, 3),
        decimal(box.x2 - box.x1, 3),
        decimal(box.y2 - box.y1, 3),
        decimal(score, 4),
        '-1,-1,-1\n',
      ].join(','),
    )
    .join('');
