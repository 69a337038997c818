import { withoutDiacritics } from '../fire/short-alert.ts';

/** Characters that GSM-7 has, one septet each [3GPP TS 23.038 §6.2.1]. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** These take two: an escape stands before them. */
const EXTENDED = new Set('\f^{}\\[~]|€');

/** How a text travels: `units` are septets or UTF-16 code units, `parts` how many messages are charged for. */
export type SmsShape = { readonly encoding: 'gsm-7' | 'ucs-2'; readonly units: number; readonly parts: number };

const ONE = { 'gsm-7': 160, 'ucs-2': 70 } as const;
/** A part of several gives up six octets to the header that joins them [3GPP TS 23.040 §9.2.3.24.1]. */
const OF_SEVERAL = { 'gsm-7': 153, 'ucs-2': 67 } as const;

/** One character outside GSM-7 makes the whole text UCS-2, and room for 160 becomes room for 70. */
export const smsShape = (text: string): SmsShape => {
  const characters = Array.from(text);
  const isGsm = characters.every((character) => BASIC.has(character) || EXTENDED.has(character));
  const encoding = isGsm ? 'gsm-7' : 'ucs-2';
  const widths = characters.map((character) => (isGsm ? (EXTENDED.has(character) ? 2 : 1) : character.length));
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= ONE[encoding]) return { encoding, units, parts: 1 };
  // A character of two units is never split between parts.
  let [parts, used] = [1, 0];
  for (const width of widths) {
    if (used + width > OF_SEVERAL[encoding]) [parts, used] = [parts + 1, 0];
    used += width;
  }
  return { encoding, units, parts };
};

/** Vietnamese without diacritics in GSM-7: what phones of any age show, and 160 of it fit into one message. */
export const toGsm = (text: string): string =>
  Array.from(withoutDiacritics(text), (character) => (smsShape(character).encoding === 'gsm-7' ? character : '?')).join(
    '',
  );

/** The longest of the texts, best first, that fits one message; the last one cut when none does. All become GSM-7. */
export const firstThatFits = (texts: readonly [string, ...string[]]): string => {
  const plain = texts.map(toGsm);
  const fits = (text: string): boolean => smsShape(text).parts === 1;
  let text = plain.find(fits) ?? plain.at(-1)!;
  while (!fits(text)) text = text.slice(0, -1);
  return text;
};
