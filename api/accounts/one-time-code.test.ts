import { describe, expect, test } from 'vitest';
import { codeOfCounter, findStep, stepAt, toBase32, toKeyUri } from './one-time-code.ts';

const SECRET = Buffer.from('12345678901234567890');

test('counters 0 to 9 give the codes of RFC 4226, appendix D', () => {
  expect(Array.from({ length: 10 }, (_, counter) => codeOfCounter(SECRET, counter))).toEqual([
    ...['755224', '287082', '359152', '969429', '338314'],
    ...['254676', '287922', '162583', '399871', '520489'],
  ]);
});

describe('RFC 6238, appendix B', () => {
  const secretOf = { sha1: 20, sha256: 32, sha512: 64 } as const;
  test.each([
    [59, 'sha1', '94287082'],
    [59, 'sha256', '46119246'],
    [59, 'sha512', '90693936'],
    [1_111_111_109, 'sha1', '07081804'],
    [1_111_111_109, 'sha256', '68084774'],
    [1_111_111_109, 'sha512', '25091201'],
    [1_111_111_111, 'sha1', '14050471'],
    [1_111_111_111, 'sha256', '67062674'],
    [1_111_111_111, 'sha512', '99943326'],
    [1_234_567_890, 'sha1', '89005924'],
    [1_234_567_890, 'sha256', '91819424'],
    [1_234_567_890, 'sha512', '93441116'],
    [2_000_000_000, 'sha1', '69279037'],
    [2_000_000_000, 'sha256', '90698825'],
    [2_000_000_000, 'sha512', '38618901'],
    [20_000_000_000, 'sha1', '65353130'],
    [20_000_000_000, 'sha256', '77737706'],
    [20_000_000_000, 'sha512', '47863826'],
  ] as const)('at %i s with %s: %s', (seconds, hash, code) => {
    const secret = Buffer.from('1234567890'.repeat(7).slice(0, secretOf[hash]));
    expect(codeOfCounter(secret, stepAt(seconds * 1000), { digits: 8, hash })).toBe(code);
  });
});

describe('a typed code', () => {
  const at = 1_763_700_000_000;
  const step = stepAt(at);
  const code = (offset: number): string => codeOfCounter(SECRET, step + offset);
  test('counts in its own step and in the one before and after', () => {
    expect([-2, -1, 0, 1, 2].map((offset) => findStep(SECRET, code(offset), at, 0))).toEqual([
      null,
      step - 1,
      step,
      step + 1,
      null,
    ]);
  });
  test('counts once: its step and older ones are refused from then on', () => {
    expect(findStep(SECRET, code(0), at, step)).toBeNull();
    expect(findStep(SECRET, code(-1), at, step)).toBeNull();
    expect(findStep(SECRET, code(1), at, step)).toBe(step + 1);
  });
  test('may hold spaces, and is refused when it is shorter or something else', () => {
    expect(findStep(SECRET, `${code(0).slice(0, 3)} ${code(0).slice(3)} `, at, 0)).toBe(step);
    for (const wrong of ['', code(0).slice(1), `${code(0)}0`, 'abcdef', '１２３４５６'])
      expect(findStep(SECRET, wrong, at, 0)).toBeNull();
  });
});

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('"%s" is %s in base 32 [RFC 4648, section 10]', (text, encoded) => {
  expect(toBase32(Buffer.from(text))).toBe(encoded);
});

test('the key URI names site and person', () => {
  expect(toKeyUri('Hà Nội', 'lan.anh', Buffer.from('foobar'))).toBe(
    'otpauth://totp/H%C3%A0%20N%E1%BB%99i:lan.anh?secret=MZXW6YTBOI&issuer=H%C3%A0%20N%E1%BB%99i',
  );
});
