import { type Passage, PASSAGE_CLASSES } from '../../pipeline/passages/passage.ts';
import { parsePlate } from '../../pipeline/plates/parse.ts';
import { plateSymbols } from '../../pipeline/passages/plate-pattern.ts';

const DAY_MS = 24 * 3_600_000;
const FROM = Date.UTC(2026, 10, 1);
const DAYS = 30;
const CAMERAS = 200;

/** Where most vehicles of a city come from; the others share the rest. */
const PROVINCES: readonly (readonly [code: number, share: number])[] = [
  ...[29, 30].map((code) => [code, 0.22] as const),
  ...[99, 89, 88, 90, 34, 17, 18, 36].map((code) => [code, 0.04] as const),
  ...[14, 15, 19, 20, 37, 51, 59, 61, 98, 43].map((code) => [code, 0.024] as const),
];
const CAR_LETTERS = 'ABCDEFGHKLMN';
const LETTERS = 'ABCDEFHKLMNPSTUVXYZ';
const CONFUSED: Readonly<Record<string, string>> = {
  8: '3',
  3: '8',
  0: '9',
  9: '0',
  1: '7',
  7: '1',
  5: '6',
  6: '5',
  2: '7',
  4: '1',
};

/** xorshift32, 0–1: the same rows on every machine. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

const hash = (value: number): number => Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0 || 1;

/** The plate of a vehicle of the city, by its number: three motorbikes to one car, as it is. */
const vehicle = (number: number): { readonly text: string; readonly className: Passage['className'] } => {
  const next = random(hash(number + 1));
  next();
  let share = next();
  const province = PROVINCES.find(([, part]) => (share -= part) < 0)?.[0] ?? 30;
  const digits = String(1 + Math.floor(next() * 99_998)).padStart(5, '0');
  const printed = `${digits.slice(0, 3)}.${digits.slice(3)}`;
  const pick = (letters: string): string => letters[Math.floor(next() * letters.length)]!;
  if (next() < 0.25) {
    const className = PASSAGE_CLASSES[next() < 0.85 ? 1 : next() < 0.3 ? 2 : 3];
    return { className, text: `${province}${pick(CAR_LETTERS)}-${printed}` };
  }
  const series = next() < 0.7 ? `${pick(LETTERS)}${1 + Math.floor(next() * 9)}` : `${pick('ABCDEF')}${pick(LETTERS)}`;
  return { className: 'motorcycle', text: `${province}${series}-${printed}` };
};

/**
 * One passage of a month in a city of 1.5 million vehicles, some of which come every day and many once: nine of ten read,
 * one of seven with a second candidate.
 */
export const passageRow = (index: number, total: number): Passage => {
  const next = random(hash(index + 77));
  next();
  const { text, className } = vehicle(Math.floor(next() ** 2 * 1_500_000));
  const cameraId = `camera-${String(Math.floor(next() ** 1.5 * CAMERAS)).padStart(3, '0')}`;
  const at = Math.floor(FROM + (index / total) * DAYS * DAY_MS + next() * 60_000);
  const isRead = next() < 0.9;
  const isSure = next() < 0.86;
  const confidence = isSure ? 0.99 : 0.8;
  const last = text.at(-1)!;
  const second = `${text.slice(0, -1)}${CONFUSED[last] ?? last}`;
  const candidates = [{ text, probability: confidence }, ...(isSure ? [] : [{ text: second, probability: 0.15 }])];
  const id = index.toString(16).padStart(26, '0');
  return {
    ...{ id, cameraId, at, className, lane: null, direction: 'in' },
    colour: next() < 0.9 ? 'white' : next() < 0.8 ? 'yellow' : 'blue',
    plate: isRead
      ? {
          ...{ text, kind: 'car', confidence, raw: text, framesUsed: 5, framesAgreeing: 5, heightPx: 40 },
          characters: Array.from(plateSymbols(text), (symbol) => ({ symbol, confidence })),
          ...{ grade: isSure ? 'evidence' : 'needs-human-reading', doubts: [] },
        }
      : null,
    unread: isRead ? null : 'no-plate-found',
    candidates: isRead ? candidates : [],
    vehicleCrop: 'x',
    plateCrop: isRead ? 'x' : null,
  };
};

export const SPAN = { after: FROM, before: FROM + (DAYS + 1) * DAY_MS };

/** A plate that passed. Checked, so that the benchmark cannot look for what no plate says. */
export const passedPlate = (index: number, total: number): string | null => {
  const { plate } = passageRow(index, total);
  if (plate && parsePlate(plate.text).status === 'invalid') throw new TypeError(`${plate.text} is no plate`);
  return plate && plateSymbols(plate.text);
};
