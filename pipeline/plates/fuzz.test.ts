import { expect, test } from 'vitest';
import { NEVER_ISSUED } from './provinces.ts';
import { parsePlate } from './parse.ts';
import { seeded } from './seeded.ts';

/** Strings of one run. `WATCHPOST_FUZZ=1000000` before a release, half a minute. */
const STRINGS = Number(process.env['WATCHPOST_FUZZ'] ?? 100_000);
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ';
const SEPARATORS = ['-', '.', ' ', '/', ' / ', '–', ''];

// The grammar a second time, written down from Circular 79/2024 as one expression, so that the parser is held to something
// that shares no line with it.
const PROVINCE = `(?!${NEVER_ISSUED.join('|')})[1-9][0-9](?<!10)`;
const [FIRST, SECOND] = ['[A-HK-NPS-VX-Z]', '[A-FHK-NPR-VX-Z]'];
const SPECIAL = '(?:CD|RM|MK|HC|KT|LD|DA|TĐ|LB|CT|KL|LA|R)';
const FOREIGN = '(?:NG|QT|CV|NN)';
const NUMBER = '(?!0+$)[0-9]';
const ANY_PLATE = new RegExp(
  [
    `${PROVINCE}(?:${FIRST}|${FIRST}[1-9]|${SPECIAL})${NUMBER}{4,5}`,
    `${PROVINCE}(?:${FIRST}${SECOND}|MĐ[1-9]?)${NUMBER}{5}`,
    `${PROVINCE}(?:[0-9]{3}${FOREIGN}|${FOREIGN}[0-9]{3})(?!00)[0-9]{2}`,
    `[A-DHKPQTV][A-Z]${NUMBER}{4}`,
  ]
    .map((one) => `(?:^${one}$)`)
    .join('|'),
  'u',
);

const SHAPES = [
  'ddFddddd',
  'ddFdddd',
  'ddFndddd',
  'ddFnddddd',
  'ddFSddddd',
  'dddddXXdd',
  'ddXXddddd',
  'ddMĐnddddd',
].concat(['AAdddd', 'ddLDddddd', 'ddRMdddd', 'ddTĐddddd']);
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  d: Array.from('0123456789'),
  n: Array.from('123456789'),
  F: Array.from('ABCDEFGHKLMNPSTUVXYZ'),
  S: Array.from('ABCDEFHKLMNPRSTUVXYZ'),
  X: ['N', 'G', 'Q', 'T', 'C', 'V'],
};

const plain = (text: string): string => text.replace(/[^0-9A-ZĐ]/gu, '');
/** Diplomatic plates are shown with the country first, however they are printed. */
const inOneOrder = (symbols: string): string => symbols.replace(/^(\d\d)(NG|QT|CV|NN)(\d{3})(\d\d)$/u, '$1$3$2$4');

test('of random strings none crashes, none is a false plate, and no plate becomes another one unsaid', () => {
  const random = seeded(2026);
  const pick = <T>(among: ArrayLike<T>): T => among[Math.floor(random() * among.length)]!;
  const anything = (): string => Array.from({ length: Math.floor(random() * 13) }, () => pick(ALPHABET)).join('');
  /** Nearly a plate: of one of the shapes, up to two symbols wrong, lost or doubled. */
  const nearly = (): string => {
    const symbols = Array.from(pick(SHAPES), (slot) => pick(CLASSES[slot] ?? [slot]));
    for (let errors = Math.floor(random() * 3); errors > 0; errors--)
      symbols.splice(
        Math.floor(random() * symbols.length),
        Math.floor(random() * 2),
        ...(random() < 0.8 ? [pick(ALPHABET)] : []),
      );
    return symbols.join('');
  };
  const parted = (symbols: string): string =>
    Array.from(symbols, (symbol) => (random() < 0.15 ? pick(SEPARATORS) : '') + symbol).join('');
  const failures: string[] = [];
  const counts = { valid: 0, repaired: 0, ambiguous: 0, invalid: 0 };
  for (let round = 0; round < STRINGS; round++) {
    const symbols = random() < 0.3 ? anything() : nearly();
    const raw = random() < 0.4 ? parted(symbols) : symbols;
    const { status, candidates } = parsePlate(raw);
    counts[status]++;
    const isPlate = ANY_PLATE.test(symbols);
    const [first] = candidates;
    const told = inOneOrder(symbols);
    if (status === 'valid' && (!isPlate || inOneOrder(plain(first!.text)) !== told)) failures.push(`${raw}: valid`);
    if (status === 'repaired') {
      const mended = Array.from(symbols);
      for (const { at, from, to } of first!.edits) mended[at] = mended[at] === from ? to : '!';
      const means = mended.join('');
      // Only the lost bar of Đ may change what would be a plate by its symbols alone.
      if (isPlate && !means.includes('Đ') && raw === symbols) failures.push(`${raw}: repaired, and was a plate`);
      if (!ANY_PLATE.test(means) || inOneOrder(means) !== inOneOrder(plain(first!.text)))
        failures.push(`${raw}: edits`);
    }
    if (status === 'invalid' && isPlate && raw === symbols) failures.push(`${raw}: invalid`);
    if (status === 'ambiguous' && candidates.some(({ text }) => !ANY_PLATE.test(plain(text))))
      failures.push(`${raw}: open`);
  }
  expect(failures).toEqual([]);
  // Each outcome was met often enough to mean something.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(STRINGS / 100);
}, 120_000);
