import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { merkleRoot } from './merkle.ts';

const leaf = (data: Uint8Array): Uint8Array => sha256(concatBytes(new Uint8Array([0]), data));
const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(new Uint8Array([1]), left, right));
const data = Array.from({ length: 7 }, (_, index) => sha256(new Uint8Array([index])));
const hex = data.map((one) => bytesToHex(one));

test('the tree of no leaves is the hash of nothing [RFC 9162, section 2.1.1]', () => {
  expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('seven leaves make the tree that RFC 9162, section 2.1.5, draws', () => {
  const [a, b, c, d, e, f, j] = data.map(leaf) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const k = node(node(a, b), node(c, d));
  const l = node(node(e, f), j);
  expect(merkleRoot(hex)).toBe(bytesToHex(node(k, l)));
  expect(merkleRoot(hex.slice(0, 1))).toBe(bytesToHex(a));
});

test('every leaf and every order gives another root', () => {
  const roots = new Set(hex.map((_, index) => merkleRoot(hex.filter((_, at) => at !== index))));
  expect(roots.size).toBe(7);
  expect(merkleRoot([...hex].reverse())).not.toBe(merkleRoot(hex));
});
