import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import { type EvidenceManifest, MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { CASE_ID_PATTERN } from '../../pipeline/manifest-schema.ts';
import { casePrefix } from '../../pipeline/review.ts';
import { dataFolder } from '../data-folder.ts';
import { openSigner, type Signer } from '../storage/signer.ts';
import { type ContentsOptions, makeContents, sealingDir } from './case-contents.ts';
import { CameraChain, type ChainEntry } from './chain.ts';

export type SealOptions = ContentsOptions & {
  readonly store: EvidenceStore;
  /** By default the key pair of the data folder. */
  readonly signer?: Signer;
};

export type SealedCase = {
  /** Store key prefix of the case, without trailing slash. */
  readonly prefix: string;
  readonly manifest: EvidenceManifest;
  readonly manifestSha256: string;
};

/** Work on one case never runs twice at a time in this process; further calls wait and then find it sealed. */
const running = new Map<string, Promise<unknown>>();
const oneAtATime = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
  const mine = (running.get(key) ?? Promise.resolve()).catch(() => undefined).then(work);
  running.set(key, mine);
  try {
    return await mine;
  } finally {
    if (running.get(key) === mine) running.delete(key);
  }
};

/**
 * Makes the sealed case of an event: clip, stills, detections, manifest, signature. Idempotent by event id: however
 * often it runs and wherever it is killed, there is one case at one place in the camera's chain. The manifest is
 * written last, so a case that has one is whole.
 * @throws WatchpostError EVIDENCE_NOT_READY (a NotReadyError), EVIDENCE_GONE, EVIDENCE_UNVERIFIED, SEGMENT_BROKEN,
 *   STORE_UNAVAILABLE, SIGNING_UNAVAILABLE, DISK_FULL, FFMPEG_MISSING, JOB_MALFORMED (an id that cannot be a file name)
 */
export const sealCase = (options: SealOptions): Promise<SealedCase> => {
  const { id } = options.event;
  if (!new RegExp(CASE_ID_PATTERN).test(id))
    return Promise.reject(new WatchpostError('JOB_MALFORMED', `the event id "${id}" cannot name a case`));
  return oneAtATime(`${options.dataDir} ${id}`, () => seal(options));
};

const seal = async (options: SealOptions): Promise<SealedCase> => {
  const { event, camera, dataDir, store } = options;
  const prefix = casePrefix(event.id);
  const folder = dataFolder(dataDir);
  const chain = new CameraChain(folder.chain, camera.id);
  const inChain = <T>(work: () => Promise<T>): Promise<T> => oneAtATime(`${folder.chain} ${camera.id}`, work);
  const storeEntry = (entry: ChainEntry): Promise<void> => putSealed(store, entry);

  await inChain(() => chain.settle(storeEntry));
  const found = await readSealed(store, prefix);
  if (found) return found;

  await mkdir(sealingDir(dataDir), { recursive: true });
  const workDir = await mkdtemp(join(sealingDir(dataDir), `${event.id}.`));
  try {
    const contents = await makeContents(options, workDir);
    await Promise.all(
      contents.files.map(({ file, bytes }) => store.put(`${prefix}/${file.path}`, bytes, file.mediaType)),
    );
    const signer = options.signer ?? openSigner(folder.keys);
    return await inChain(async () => {
      for (;;) {
        const newest = await chain.settle(storeEntry);
        const sealed = await readSealed(store, prefix);
        if (sealed) return sealed;
        const manifest: EvidenceManifest = {
          ...contents.manifest,
          files: contents.files.map(({ file }) => file),
          sealedAt: Date.now(),
          chain: CameraChain.next(newest),
        };
        const text = toCanonicalJson(manifest);
        const signature = await signer.sign(Buffer.from(text));
        const { manifestSha256 } = signature;
        const entry = { index: manifest.chain.index, caseId: event.id, manifestSha256, manifest: text, signature };
        if (!(await chain.append(entry))) continue;
        await chain.settle(storeEntry);
        return { prefix, manifest, manifestSha256 };
      }
    });
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
};

/** The signature goes first: a case that has a manifest is whole. */
const putSealed = async (store: EvidenceStore, { caseId, manifest, signature }: ChainEntry): Promise<void> => {
  const prefix = casePrefix(caseId);
  await store.put(`${prefix}/${SIGNATURE_FILE}`, Buffer.from(toCanonicalJson(signature)), 'application/json');
  await store.put(`${prefix}/${MANIFEST_FILE}`, Buffer.from(manifest), 'application/json');
};

const readSealed = async (store: EvidenceStore, prefix: string): Promise<SealedCase | null> => {
  try {
    const bytes = await store.get(`${prefix}/${MANIFEST_FILE}`);
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as EvidenceManifest;
    return { prefix, manifest, manifestSha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    if (error instanceof WatchpostError && error.code === 'STORE_NOT_FOUND') return null;
    throw error;
  }
};
