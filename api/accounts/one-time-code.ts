import { createHmac, timingSafeEqual } from 'node:crypto';

/** What authenticator apps take without being told otherwise [RFC 6238, section 4]: six digits, 30 s, SHA-1. */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Codes of one step before and after count too: telephones' clocks drift, and people type slowly [section 5.2]. */
const WINDOW_STEPS = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** HOTP value of a counter [RFC 4226, section 5.3]; RFC 6238 allows other hashes and lengths than the default. */
export const codeOfCounter = (
  secret: Uint8Array,
  counter: number,
  { digits = DIGITS, hash = 'sha1' }: { digits?: number; hash?: 'sha1' | 'sha256' | 'sha512' } = {},
): string => {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(hash, secret).update(message).digest();
  const offset = mac[mac.length - 1]! & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits).padStart(digits, '0');
};

/** Time step of an instant (epoch ms). */
export const stepAt = (at: number): number => Math.floor(at / STEP_MS);

/**
 * @param typed as typed, spaces allowed
 * @param lastStep newest step whose code was taken; that one and older ones are refused [RFC 6238, section 5.2]
 * @returns the step that the code belongs to, or null when it is wrong, too old, too new or used already
 */
export const findStep = (secret: Uint8Array, typed: string, at: number, lastStep: number): number | null => {
  const code = Buffer.from(typed.replaceAll(/\s/g, ''));
  const now = stepAt(at);
  let found: number | null = null;
  // Every step is compared, so that the time taken does not say which one fits.
  for (let step = now - WINDOW_STEPS; step <= now + WINDOW_STEPS; step++) {
    const expected = Buffer.from(codeOfCounter(secret, step));
    if (code.length === expected.length && timingSafeEqual(code, expected) && step > lastStep) found = step;
  }
  return found;
};

/** RFC 4648 base 32 without padding, as authenticator apps take it. */
export const toBase32 = (bytes: Uint8Array): string => {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32.charAt((value >>> (bits - 5)) & 31);
    value &= 0xff;
  }
  return bits > 0 ? text + BASE32.charAt((value << (5 - bits)) & 31) : text;
};

/** Key URI that authenticator apps read from a QR code. */
export const toKeyUri = (issuer: string, username: string, secret: Uint8Array): string => {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(username)}`;
  return `otpauth://totp/${label}?secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}`;
};
