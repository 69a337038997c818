import { codeOfCounter, stepAt } from '../../api/accounts/one-time-code.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const fromBase32 = (text: string): Buffer => {
  const bits = Array.from(text, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
};

/** What the authenticator app on a telephone shows at an instant. */
export const appCode = (secret: string, at: number): string => codeOfCounter(fromBase32(secret), stepAt(at));
