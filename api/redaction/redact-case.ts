import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import type { EvidenceManifest } from '../../pipeline/evidence.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { redactPlane } from './mosaic.ts';
import { redactClip } from './redact-clip.ts';
import { type Redaction, redactionPlan } from './regions.ts';

/** `redacted/redaction.json`: what the copies were made from, how, and what they may still show. */
export type RedactionNote = {
  readonly schema: 'watchpost/redaction/1';
  readonly caseId: string;
  readonly manifestSha256: string;
  readonly origin: 'derived';
  readonly method: string;
  readonly limits: string;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    /** The sealed file that it was made from. */
    readonly source: string;
    readonly sourceSha256: string;
  }[];
};

export const REDACTION_FILE = 'redacted/redaction.json';
/** Signature over the bytes of the note, in the form of `signature.json`; where the copies go out by themselves. */
export const REDACTION_SIGNATURE_FILE = 'redacted/redaction-signature.json';

const METHOD =
  'Mosaic of at most 4 squares across the shorter side over the head (upper 38 %) of every tracked person and over every ' +
  'tracked vehicle that is no subject of the event, both 10 % larger than their boxes. Boxes from detections.json, ' +
  'between analysed frames in straight lines, held 0.8 s before and after. Clip H.264, at most 1280 px wide, frames evenly spaced.';
const LIMITS =
  'Only what the analysis tracked is hidden: people and plates that it missed stay to be seen, and so does what lies ' +
  "inside the subject vehicle's box. A person must look through the copies before they are handed out.";

/**
 * Makes copies of clip and stills with heads and other vehicles hidden. The sealed files stay as they are.
 * @returns files by path under `redacted/`
 * @throws WatchpostError EVIDENCE_UNVERIFIED when nothing is known of what the picture shows, or it cannot be decoded
 */
export const redactCase = async (options: {
  readonly store: EvidenceStore;
  readonly prefix: string;
  readonly manifest: EvidenceManifest;
  readonly manifestSha256: string;
}): Promise<ReadonlyMap<string, Uint8Array>> => {
  const { store, prefix, manifest, manifestSha256 } = options;
  const detections = manifest.files.find(({ role }) => role === 'detections');
  const frames = detections
    ? (JSON.parse(Buffer.from(await store.get(`${prefix}/${detections.path}`)).toString('utf8')) as LiveFrame[])
    : [];
  // A copy with nothing hidden would be taken for one in which there was nothing to hide.
  if (frames.every(({ tracks }) => tracks.length === 0))
    throw new WatchpostError(
      'EVIDENCE_UNVERIFIED',
      `Case "${manifest.caseId}" holds no detections, so nothing says where to hide what; redact it by hand`,
    );
  const plan = redactionPlan(frames, new Set(manifest.event.subjects.map(({ trackId }) => trackId)));
  const files = new Map<string, Uint8Array>();
  const sources: RedactionNote['files'][number][] = [];
  const note = (path: string, source: EvidenceManifest['files'][number], bytes: Uint8Array): void => {
    files.set(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    sources.push({ path, sha256, source: source.path, sourceSha256: source.sha256 });
  };
  for (const still of manifest.files.filter(({ role }) => role.startsWith('still-'))) {
    const at = plan(still.ptsMs ?? manifest.event.triggerPtsMs);
    note(`redacted/${still.path}`, still, await redactStill(await store.get(`${prefix}/${still.path}`), at));
  }
  const clip = manifest.files.find(({ role }) => role === 'clip');
  if (clip) {
    const folder = await mkdtemp(join(tmpdir(), 'watchpost-redact-'));
    try {
      const [source, target] = [join(folder, 'clip.mp4'), join(folder, 'redacted.mp4')];
      await pipeline(Readable.from(await store.open(`${prefix}/${clip.path}`)), createWriteStream(source));
      const { width, height, durationMs, startPtsMs } = manifest.clip;
      await redactClip({
        ...{ clip: source, target, width, height, durationMs },
        planAt: (clipMs) => plan(startPtsMs + clipMs),
      });
      note('redacted/clip.mp4', clip, await readFile(target));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const about: RedactionNote = {
    schema: 'watchpost/redaction/1',
    ...{ caseId: manifest.caseId, manifestSha256, origin: 'derived', method: METHOD, limits: LIMITS, files: sources },
  };
  files.set(REDACTION_FILE, Buffer.from(`${JSON.stringify(about, null, 2)}\n`));
  return files;
};

const redactStill = async (jpeg: Uint8Array, redaction: Redaction): Promise<Uint8Array> => {
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  redactPlane({ data, width, height, channels }, redaction);
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality: 88 }).toBuffer();
};
