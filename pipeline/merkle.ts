import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

/** Leaves and inner nodes are told apart, so that no node can be passed off as a leaf [RFC 9162, section 2.1.1]. */
const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

const hashTree = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return sha256(concatBytes(LEAF, leaves[0]!));
  // The left half is the largest power of two below the count.
  const left = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha256(concatBytes(NODE, hashTree(leaves.slice(0, left)), hashTree(leaves.slice(left))));
};

/** Merkle tree hash [RFC 9162, section 2.1.1] over SHA-256 hashes in hex, in their order. @returns hex */
export const merkleRoot = (hashes: readonly string[]): string => bytesToHex(hashTree(hashes.map(hexToBytes)));
