import type { WatchEvent } from './event.ts';
import type { RecordingGap, SegmentRecord } from './segment.ts';
import type { PtsMs, SessionClock } from './time.ts';

/** One file of a case. `derived` files can be made again from originals and never replace them. */
export type EvidenceFile = {
  /** Relative path inside the case, `/`-separated, no `..`. */
  readonly path: string;
  readonly role:
    'clip' | 'still-before' | 'still-at' | 'still-after' | 'plate-crop' | 'detections' | 'event' | 'preview';
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly origin: 'original' | 'derived';
  /** Media time of a still. */
  readonly ptsMs?: PtsMs;
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
