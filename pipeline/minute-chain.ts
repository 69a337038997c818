import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { toCanonicalJson } from './canonical-json.ts';
import type { EvidenceManifest, ManifestSignature } from './evidence.ts';
import { merkleRoot } from './merkle.ts';
import type { SegmentRecord } from './segment.ts';
import { checkSignature, type VerifyOptions } from './verify.ts';

export const MINUTE_MS = 60_000;
export const FIRST_MINUTE = '0'.repeat(64);

/** A recorded segment as its minute vouches for it. */
export type MinuteSegment = Pick<SegmentRecord, 'sessionId' | 'sequence' | 'sha256'>;

/**
 * What a camera recorded in one minute, sealed when the minute is over. The next record names this one by its hash. A
 * minute in which the recorder was started again has several records.
 */
export type MinuteRecord = {
  readonly schema: 'watchpost/minute/1';
  readonly cameraId: string;
  /** Place in the camera's chain, from 0. */
  readonly index: number;
  /** SHA-256 of the canonical JSON of the record before; 64 zeros at place 0. */
  readonly previous: string;
  /** Start of the minute by the session's clock, epoch ms. */
  readonly minuteAt: number;
  /** In the order of recording. */
  readonly segments: readonly MinuteSegment[];
  /** Merkle tree hash [RFC 9162] over the SHA-256 of the segments. */
  readonly root: string;
};

/** One line of `minutes/<camera>/<day>.ndjson`. */
export type SealedMinute = { readonly record: MinuteRecord; readonly signature: ManifestSignature };

/** Stands in the place of a day's minutes that were removed because no case was cut from them; bridges the chain. */
export type MinutesRemoved = {
  readonly schema: 'watchpost/minutes-removed/1';
  readonly cameraId: string;
  /** Places of the first and of the last record that were here. */
  readonly fromIndex: number;
  readonly toIndex: number;
  /** What the first record named as the one before it. */
  readonly previous: string;
  /** SHA-256 of the canonical JSON of the last record. */
  readonly last: string;
  readonly removedAt: number;
};

/** The one line of a day's file whose minutes are gone. */
export type SealedRemoval = { readonly removed: MinutesRemoved; readonly signature: ManifestSignature };

export const minuteHash = (record: MinuteRecord): string =>
  bytesToHex(sha256(new TextEncoder().encode(toCanonicalJson(record))));

const segmentKey = ({ sessionId, sequence, sha256: hash }: MinuteSegment): string => `${sessionId} ${sequence} ${hash}`;

export type MinuteVerification = {
  readonly records: number;
  readonly segments: number;
  /** Records that were removed by retention, and are bridged by a signed line. */
  readonly removed: number;
  /** `place`: file and line, or a case. */
  readonly problems: readonly { readonly place: string; readonly problem: string }[];
};

/**
 * Checks a camera's chain of minutes: signatures, roots, order, nothing left out between the first and the last line; and
 * that every segment which the given cases were cut from was sealed when it was recorded.
 * @param lines in the order of the files and of the lines in them
 */
export const verifyMinutes = (
  lines: readonly { readonly place: string; readonly text: string }[],
  cases: readonly Pick<EvidenceManifest, 'caseId' | 'clip' | 'clock'>[] = [],
  options: VerifyOptions = {},
): MinuteVerification => {
  const problems: { place: string; problem: string }[] = [];
  const sealed = new Set<string>();
  let before: { index: number; hash: string } | null = null;
  let records = 0;
  let removed = 0;
  for (const { place, text } of lines) {
    const report = (problem: string): void => void problems.push({ place, problem });
    try {
      const line = JSON.parse(text) as SealedMinute | SealedRemoval;
      if (toCanonicalJson(line) !== text) report('is not in canonical form');
      const { signature } = line;
      const document = new TextEncoder().encode(toCanonicalJson('removed' in line ? line.removed : line.record));
      for (const { problem } of checkSignature(
        { document, signature, ...options },
        { document: 'record', signature: 'signature' },
      ))
        report(problem);
      const { index, previous } = placeOf(line);
      if (before && index !== before.index + 1) report(`has place ${index} in the chain, expected ${before.index + 1}`);
      else if (before && previous !== before.hash) report('does not continue the record before it');
      if ('removed' in line) {
        const { fromIndex, toIndex, last } = line.removed;
        removed += toIndex - fromIndex + 1;
        before = { index: toIndex, hash: last };
        continue;
      }
      const { record } = line;
      if (merkleRoot(record.segments.map((one) => one.sha256)) !== record.root)
        report('its root is not that of its segments');
      for (const segment of record.segments) sealed.add(segmentKey(segment));
      before = { index: record.index, hash: minuteHash(record) };
      records++;
    } catch {
      report('is not a sealed minute');
    }
  }
  for (const { caseId, clip, clock } of cases)
    for (const segment of clip.segments)
      if (!sealed.has(segmentKey({ sessionId: clock.sessionId, ...segment })))
        problems.push({ place: caseId, problem: `segment ${segment.file} was not sealed when it was recorded` });
  return { records, segments: sealed.size, removed, problems };
};

const placeOf = (line: SealedMinute | SealedRemoval): Pick<MinuteRecord, 'index' | 'previous'> =>
  'removed' in line ? { index: line.removed.fromIndex, previous: line.removed.previous } : line.record;
