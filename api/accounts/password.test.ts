import { describe, expect, test } from 'vitest';
import { checkNewPassword, hashPassword, isPassword, randomPassword } from './password.ts';

test('a password fits its own hash only, and no two hashes are the same', async () => {
  const [one, two] = await Promise.all([hashPassword('mật khẩu dài'), hashPassword('mật khẩu dài')]);
  expect(one).not.toBe(two);
  expect(await isPassword('mật khẩu dài', one)).toBe(true);
  expect(await isPassword('mật khẩu dàj', one)).toBe(false);
});

test('the same letters typed on another keyboard are the same password', async () => {
  const hash = await hashPassword('Hà Nội mùa thu'.normalize('NFC'));
  expect(await isPassword('Hà Nội mùa thu'.normalize('NFD'), hash)).toBe(true);
});

test.each(['', 'plain', 'scrypt$1$2$3', 'bcrypt$1$1$1$AAAA$AAAA'])('hash "%s" lets nobody in', async (hash) => {
  expect(await isPassword('', hash)).toBe(false);
});

test('random passwords have four groups without letters that look alike', () => {
  for (let index = 0; index < 100; index++)
    expect(randomPassword()).toMatch(/^[a-hjkmnp-z2-9]{5}(-[a-hjkmnp-z2-9]{5}){3}$/);
});

describe('a new password is refused when it', () => {
  test.each([
    ['is short', 'elevenchars'],
    ['is the present one', 'the present one'],
    ['contains the user name', 'xx-Minh-2026-xx'],
    ['repeats a few characters', 'abababababababab'],
  ])('%s', (_why, next) => {
    expect(() => checkNewPassword(next, { username: 'minh', current: 'the present one' })).toThrow(/choose 12 or more/);
  });
  test('and taken otherwise', () => {
    expect(() => checkNewPassword('bốn mùa đều xanh', { username: 'minh', current: 'x' })).not.toThrow();
  });
});
