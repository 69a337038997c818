import { createHash, randomBytes } from 'node:crypto';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { MANIFEST_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { checkTimeStamp, TIME_STAMP_FILE, type TimeStampFile, toTimeStampFile } from '../../pipeline/time-stamp.ts';
import { hasNonce, makeRequest, readResponse } from '../../pipeline/time-stamp-token.ts';

export type Authority = {
  readonly url: string;
  /** Trusted certificates, PEM: the authority's own must lead to one of them. */
  readonly certificates: readonly string[];
};

/** An authority answers within a second; one that does not has the next attempt. */
const TIMEOUT_MS = 15_000;

/**
 * Asks an authority for a time stamp over the document and checks what it answers.
 * @throws WatchpostError TIMESTAMP_UNAVAILABLE, TIMESTAMP_INVALID
 */
export const fetchTimeStamp = async (
  { url, certificates }: Authority,
  document: Uint8Array,
): Promise<TimeStampFile> => {
  const nonce = randomBytes(8);
  const token = readResponse(await post(url, await makeRequest(document, nonce)));
  const stamp = toTimeStampFile({ authority: url, document, token });
  const found = await checkTimeStamp(stamp, document, certificates);
  if (found === 'unchecked') throw new TypeError('Node offers no cryptography');
  if ('problem' in found) throw new WatchpostError('TIMESTAMP_INVALID', `answer of ${url}: ${found.problem}`);
  if (!hasNonce(token, nonce))
    throw new WatchpostError('TIMESTAMP_INVALID', `answer of ${url}: it belongs to another request`);
  return stamp;
};

const post = async (url: string, body: Uint8Array): Promise<Uint8Array> => {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    const { message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
    throw new WatchpostError(
      'TIMESTAMP_UNAVAILABLE',
      `the time stamp authority ${url} cannot be asked: ${cause?.code ?? message}`,
      { cause: error },
    );
  }
};

/**
 * Puts a time stamp beside the manifest of a sealed case; one that is there and holds stays.
 * @throws WatchpostError TIMESTAMP_UNAVAILABLE, TIMESTAMP_INVALID, STORE_*, EVIDENCE_UNVERIFIED when the stored manifest is
 *   not the one that was sealed: it is not stamped
 */
export const stampCase = async (options: {
  readonly store: EvidenceStore;
  readonly prefix: string;
  readonly manifestSha256: string;
  readonly authority: Authority;
}): Promise<void> => {
  const { store, prefix, manifestSha256, authority } = options;
  const manifest = await store.get(`${prefix}/${MANIFEST_FILE}`);
  if (createHash('sha256').update(manifest).digest('hex') !== manifestSha256)
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `${prefix}/${MANIFEST_FILE} is not the one that was sealed`);
  const key = `${prefix}/${TIME_STAMP_FILE}`;
  if (await isThere(store, key)) return;
  const stamp = await fetchTimeStamp(authority, manifest);
  await store.put(key, Buffer.from(toCanonicalJson(stamp)), 'application/json');
};

const isThere = async (store: EvidenceStore, key: string): Promise<boolean> => {
  try {
    await store.stat(key);
    return true;
  } catch (error) {
    if (error instanceof WatchpostError && error.code === 'STORE_NOT_FOUND') return false;
    throw error;
  }
};
