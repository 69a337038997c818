import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Static, Type } from '@sinclair/typebox';
import { fromBase64, toBase64 } from './base64.ts';

/** Lies beside the manifest when an authority has confirmed when the case was there; never part of the sealed files. */
export const TIME_STAMP_FILE = 'timestamp.json';

const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, 64 hex digits.' });

/** `timestamp.json`: a time stamp token [RFC 3161] over the bytes of `manifest.json`. Canonical JSON. */
export const TimeStampFile = Type.Object(
  {
    schema: Type.Literal('watchpost/timestamp/1'),
    authority: Type.String({ description: 'Address that was asked; who signed stands in the token.' }),
    manifestSha256: Sha256,
    token: Type.String({
      pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
      description: 'The TimeStampToken, DER, base64.',
    }),
    /** The authority does not sign every byte of its token; with this a change of any of them shows. */
    tokenSha256: Sha256,
  },
  { additionalProperties: false },
);
export type TimeStampFile = Static<typeof TimeStampFile>;

/** What a time stamp proves: these bytes existed at `at`, if the authority is believed. */
export type TimeStamp = {
  /** Epoch ms, by the authority's clock. */
  readonly at: number;
  /** Half-width of the interval in which the true instant lies, as the authority states it; null when it does not. */
  readonly accuracyMs: number | null;
  /** Name in the certificate that signed. */
  readonly authority: string;
  /** Whether the certificate leads to one that was given as trusted; null when none was given to compare with. */
  readonly isTrusted: true | null;
};

/** `unchecked`: there is one, and this browser offers no cryptography to check it with. */
export type TimeStampState = TimeStamp | 'unchecked' | null;

export const toTimeStampFile = (options: {
  readonly authority: string;
  readonly document: Uint8Array;
  readonly token: Uint8Array;
}): TimeStampFile => ({
  schema: 'watchpost/timestamp/1',
  authority: options.authority,
  manifestSha256: bytesToHex(sha256(options.document)),
  token: toBase64(options.token),
  tokenSha256: bytesToHex(sha256(options.token)),
});

/**
 * Holds a time stamp against its document.
 * @param certificates trusted certificates of authorities, PEM; without any it is only checked against its own
 * @returns what it proves, or what is wrong with it
 */
export const checkTimeStamp = async (
  stamp: TimeStampFile,
  document: Uint8Array,
  certificates: readonly string[] = [],
): Promise<TimeStamp | 'unchecked' | { readonly problem: string }> => {
  const token = fromBase64(stamp.token);
  if (toBase64(token) !== stamp.token) return { problem: 'token is not in canonical base64' };
  if (bytesToHex(sha256(token)) !== stamp.tokenSha256) return { problem: 'the token was changed' };
  if (stamp.manifestSha256 !== bytesToHex(sha256(document))) return { problem: 'is of another manifest' };
  // Pages that came over plain HTTP have none.
  const { subtle } = globalThis.crypto as { readonly subtle?: unknown };
  if (subtle === undefined) return 'unchecked';
  // Loaded when there is a stamp to check: most installations have none.
  const { checkToken } = await import('./time-stamp-token.ts');
  return checkToken(token, document, certificates);
};
