import type { EvidenceFile } from './evidence.ts';

/** Fine enough to name the second of a clip that was changed, coarse enough for a manifest of some kilobytes. */
export const CHUNK_BYTES = 64 * 1024;

type Sha256 = (bytes: Uint8Array) => string;

/** Hash of every part of a file; none for a file that is one part, whose own hash says the same. */
export const chunkHashes = (bytes: Uint8Array, sha256: Sha256): Pick<EvidenceFile, 'chunks'> => {
  if (bytes.length <= CHUNK_BYTES) return {};
  const hashes: string[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES)
    hashes.push(sha256(bytes.subarray(from, from + CHUNK_BYTES)));
  return { chunks: { bytes: CHUNK_BYTES, sha256: hashes } };
};

/** Byte range of a sealed file, both ends included. */
export type ByteRange = { readonly from: number; readonly to: number };

/**
 * Where a file first differs from what was sealed: one part of it, or the whole where it has none.
 * @param bytes the file as it is now, known to be another than the sealed one
 */
export const firstDifference = (
  bytes: Uint8Array,
  { bytes: sealedBytes, chunks }: Pick<EvidenceFile, 'bytes' | 'chunks'>,
  sha256: Sha256,
): ByteRange => {
  const whole = { from: 0, to: Math.max(bytes.length, sealedBytes) - 1 };
  if (!chunks) return whole;
  for (const [index, hash] of chunks.sha256.entries()) {
    const from = index * chunks.bytes;
    const end = Math.min(from + chunks.bytes, sealedBytes);
    // A part that is cut short differs at the latest where the file ends.
    if (bytes.length < end || sha256(bytes.subarray(from, end)) !== hash) return { from, to: end - 1 };
  }
  // Every sealed part is there: something was put behind them.
  return bytes.length > sealedBytes ? { from: sealedBytes, to: bytes.length - 1 } : whole;
};
