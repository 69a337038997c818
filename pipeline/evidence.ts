import type { WatchEvent } from './event.ts';
import type { PlateDoubt } from './plates/fusion.ts';
import type { PlateEdit } from './plates/symbols.ts';
import type { RecordingGap, SegmentRecord } from './segment.ts';
import type { PtsMs, SessionClock } from './time.ts';

/** One file of a case. `derived` files can be made again from originals and never replace them. */
export type EvidenceFile = {
  /** Relative path inside the case, `/`-separated, no `..`. */
  readonly path: string;
  readonly role:
    | 'clip'
    | 'still-before'
    | 'still-at'
    | 'still-after'
    | 'original-still'
    | 'plate-crop'
    /** A plume through time, always the same part of the view. */
    | 'plume-crop'
    | 'detections'
    | 'event'
    | 'preview';
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly origin: 'original' | 'derived';
  /** Of files over 64 KiB: SHA-256 of each part of so many bytes in order, so that a change can be placed. */
  readonly chunks?: { readonly bytes: number; readonly sha256: readonly string[] };
  /** Media time of a still. */
  readonly ptsMs?: PtsMs;
};

/**
 * What the plate of one vehicle of the case was read as. A suggestion to the officer, who decides; `text` is null when it
 * cannot be read. Shares and probabilities 0–1.
 */
export type PlateReading = {
  readonly trackId: number;
  /** Display form, e.g. `30A-123.45`. */
  readonly text: string | null;
  readonly kind: string | null;
  readonly confidence: number;
  readonly characters: readonly { readonly symbol: string; readonly confidence: number }[];
  /** Best first, the chosen one included. */
  readonly candidates: readonly { readonly text: string; readonly kind: string; readonly probability: number }[];
  /** The best single look without any knowledge of plates, `/` between the lines. */
  readonly raw: string;
  /** Every symbol in which the text differs from `raw`; null when their lengths differ. */
  readonly edits: readonly PlateEdit[] | null;
  readonly framesUsed: number;
  readonly framesAgreeing: number;
  readonly heightPx: number;
  readonly grade: 'evidence' | 'needs-human-reading';
  /** Why a person must read. */
  readonly doubts: readonly PlateDoubt[];
  /** Path of the crop among the case's files; null when no plate was found. */
  readonly crop: string | null;
};

/**
 * The sealed content of a case. Signed as canonical JSON (RFC 8785) with Ed25519 and chained to the previous
 * manifest of the same camera. Field by field in docs/evidence-format.md.
 */
export type EvidenceManifest = {
  readonly schema: 'watchpost/evidence/1';
  readonly caseId: string;
  readonly camera: { readonly id: string; readonly name: string; readonly place: string };
  readonly event: WatchEvent;
  readonly clip: {
    readonly file: string;
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    /** Media time of the clip's first frame; clip time = media time − this. */
    readonly startPtsMs: PtsMs;
    readonly durationMs: number;
    readonly frameCount: number;
    /** The recorded segments that the clip's packets were copied from. */
    readonly segments: readonly Pick<
      SegmentRecord,
      'file' | 'sequence' | 'startPtsMs' | 'durationMs' | 'bytes' | 'sha256'
    >[];
    readonly initSha256: string;
  };
  readonly clock: SessionClock;
  /** Gaps of the recording inside the wanted window, with their causes; empty when it is whole. */
  readonly gaps: readonly Pick<RecordingGap, 'fromAt' | 'toAt' | 'cause'>[];
  readonly files: readonly EvidenceFile[];
  /** One for each vehicle of the event that was looked at; absent when none was. */
  readonly plates?: readonly PlateReading[];
  readonly sealedAt: number;
  readonly software: string;
  readonly chain: {
    /** Position in the camera's chain, from 0. */
    readonly index: number;
    /** SHA-256 of the previous manifest's canonical JSON, or 64 zeros for the first. */
    readonly previous: string;
  };
};

/** `signature.json`: signature over the canonical JSON bytes of `manifest.json`. */
export type ManifestSignature = {
  readonly algorithm: 'Ed25519';
  /** First 16 hex digits of the SHA-256 of the raw public key. */
  readonly keyId: string;
  /** Raw 32-byte public key, base64. */
  readonly publicKey: string;
  readonly manifestSha256: string;
  /** Base64. */
  readonly signature: string;
};

export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'signature.json';
