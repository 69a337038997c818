import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { CHUNK_BYTES, chunkHashes, firstDifference } from './chunk-hashes.ts';

const hash = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));
const file = Uint8Array.from({ length: 3 * CHUNK_BYTES + 100 }, (_, index) => (index * 31) % 256);
const sealed = { bytes: file.length, ...chunkHashes(file, hash) };
const changed = (at: number): Uint8Array => {
  const bytes = file.slice();
  bytes[at]! ^= 1;
  return bytes;
};

describe('the first part that differs', () => {
  test.each([
    [0, 0],
    [CHUNK_BYTES - 1, 0],
    [CHUNK_BYTES, 1],
    [2 * CHUNK_BYTES + 5, 2],
    [file.length - 1, 3],
  ])('of a file changed at byte %i is part %i', (at, part) => {
    const from = part * CHUNK_BYTES;
    expect(firstDifference(changed(at), sealed, hash)).toEqual({
      from,
      to: Math.min(from + CHUNK_BYTES, file.length) - 1,
    });
  });

  test('of a file that was cut is the one in which it now ends', () => {
    const range = firstDifference(file.subarray(0, CHUNK_BYTES + 10), sealed, hash);
    expect(range).toEqual({ from: CHUNK_BYTES, to: 2 * CHUNK_BYTES - 1 });
  });

  test('of a file with something behind its end is what was put there', () => {
    const longer = new Uint8Array([...file, 1, 2, 3]);
    expect(firstDifference(longer, sealed, hash)).toEqual({ from: file.length, to: file.length + 2 });
  });

  test('of a small file is all of it: its own hash is the only one', () => {
    expect(chunkHashes(file.subarray(0, CHUNK_BYTES), hash)).toEqual({});
    expect(firstDifference(new Uint8Array([1, 2]), { bytes: 2 }, hash)).toEqual({ from: 0, to: 1 });
  });
});
