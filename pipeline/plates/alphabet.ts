/**
 * Letters of Vietnamese civil plates [QCVN 08:2024/BCA, Circular 79/2024; sets from secondary sources].
 * `I J O Q W` stand on no civil plate; `G` only comes first, `R` only second.
 */
export const FIRST_LETTERS = 'ABCDEFGHKLMNPSTUVXYZ';
export const SECOND_LETTERS = 'ABCDEFHKLMNPRSTUVXYZ';
export const NEVER_USED_LETTERS = 'IJOQW';
/** First letters of army plates. */
export const ARMY_LETTERS = 'ABCDHKPQTV';
/** Series letters of state bodies (blue plates). */
export const BLUE_LETTERS = 'ABCDEFGHKLM';

/** Special series, tried before the motorbike rule; they say nothing of the vehicle's class. */
export const SPECIAL_SERIES = ['CD', 'RM', 'MK', 'HC', 'KT', 'LD', 'DA', 'TĐ', 'LB', 'CT', 'KL', 'LA', 'R'] as const;
export const DIPLOMATIC_SERIES = ['NG', 'QT', 'CV', 'NN'] as const;

export const isDigit = (symbol: string): boolean => symbol >= '0' && symbol <= '9' && symbol.length === 1;
export const isLetter = (symbol: string): boolean => (symbol >= 'A' && symbol <= 'Z') || symbol === 'Đ';

/** Cyrillic and Greek letters that look like Latin ones; folding one is an edit. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  У: 'Y',
  Х: 'X',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
};

/** What a letter read in a digit's place was, most likely. Strong ones repair, weak ones only suggest. */
export const TO_DIGIT: Readonly<Record<string, { readonly digit: string; readonly strong: boolean }>> = {
  O: { digit: '0', strong: true },
  Q: { digit: '0', strong: true },
  D: { digit: '0', strong: true },
  I: { digit: '1', strong: true },
  L: { digit: '1', strong: true },
  Z: { digit: '2', strong: true },
  S: { digit: '5', strong: true },
  B: { digit: '8', strong: true },
  G: { digit: '6', strong: true },
  T: { digit: '7', strong: false },
  A: { digit: '4', strong: false },
};

/** What a digit read in a letter's place was. One letter repairs, several only suggest. */
export const TO_LETTERS: Readonly<Record<string, readonly string[]>> = {
  '2': ['Z'],
  '5': ['S'],
  '8': ['B'],
  '6': ['G'],
  '4': ['A'],
  '0': ['D', 'U'],
  '1': ['L', 'T'],
};

/** Letters that a never-used letter may have been; suggestions only, a letter is never repaired into a letter. */
export const INSTEAD_OF_NEVER_USED: Readonly<Record<string, readonly string[]>> = {
  I: ['L', 'T'],
  O: ['D', 'U'],
  Q: ['D', 'U'],
  J: [],
  W: [],
};
