import { randomInt, scrypt, timingSafeEqual, randomBytes } from 'node:crypto';
import { WatchpostError } from '../../pipeline/errors.ts';

/** OWASP's scrypt choice of 32 MiB (N = 2^15, r = 8, p = 3), written into each hash so that it can be raised later. */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const KEY_BYTES = 32;
const MAX_MEMORY = 64 * 1024 * 1024;
/** Hashing runs on the thread pool that also reads files: a rush of log-ins may take half of it, not all. */
const MAX_PARALLEL = 2;
export const MIN_PASSWORD_LENGTH = 12;

let running = 0;
const queue: (() => void)[] = [];
const derive = async (password: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> => {
  if (running >= MAX_PARALLEL) await new Promise<void>((resolve) => queue.push(resolve));
  running++;
  try {
    return await new Promise((resolve, reject) =>
      scrypt(password.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem: MAX_MEMORY }, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      }),
    );
  } finally {
    running--;
    queue.shift()?.();
  }
};

/** @returns `scrypt$N$r$p$salt$key`, salt and key in base64url */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
};

export const isPassword = async (password: string, hash: string): Promise<boolean> => {
  const [scheme, N, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === found.length && timingSafeEqual(expected, found);
};

/** Without letters and digits that look alike, so that it can be read out over the telephone. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of five characters, 99 bits. */
export const randomPassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')).join(
    '-',
  );

/** Two groups of five characters, 49 bits: each counts once, and guesses lock the account. */
export const randomRecoveryCode = (): string => randomPassword().slice(0, 11);

/** @throws WatchpostError PASSWORD_WEAK with what would be accepted */
export const checkNewPassword = (next: string, { username, current }: { username: string; current: string }): void => {
  const refuse = (why: string): never => {
    throw new WatchpostError(
      'PASSWORD_WEAK',
      `The new password ${why}; choose ${MIN_PASSWORD_LENGTH} or more characters that are not easy to guess`,
    );
  };
  if (next.length < MIN_PASSWORD_LENGTH) refuse(`has fewer than ${MIN_PASSWORD_LENGTH} characters`);
  if (next === current) refuse('is the same as the present one');
  if (next.toLowerCase().includes(username)) refuse('contains the user name');
  if (new Set(next).size < 5) refuse('repeats a few characters');
};
