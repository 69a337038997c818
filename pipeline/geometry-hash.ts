import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { toCanonicalJson } from './canonical-json.ts';

/** SHA-256 (hex) of the canonical JSON of a value: the same zones, lines and headings always give the same text. */
export const geometryHash = (geometry: unknown): string => bytesToHex(sha256(utf8ToBytes(toCanonicalJson(geometry))));
