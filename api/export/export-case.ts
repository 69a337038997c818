import { createHash } from 'node:crypto';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { EXPORT_CASE_FOLDER, EXPORT_FILE, EXPORT_SIGNATURE_FILE, type ExportList } from '../../pipeline/export.ts';
import { type EvidenceManifest, MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { TIME_STAMP_FILE } from '../../pipeline/time-stamp.ts';
import { explain } from '../../pipeline/explanation.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { toCaptionsVtt, toTracksVtt } from '../../pipeline/overlay-vtt.ts';
import type { Signer } from '../../workers/storage/signer.ts';
import { exportReadme } from './readme.ts';
import { type ZipEntry, zipStream } from './zip-stream.ts';

export type ExportOptions = {
  readonly store: EvidenceStore;
  /** Store key prefix of the case, without trailing slash. */
  readonly prefix: string;
  readonly manifest: EvidenceManifest;
  readonly manifestSha256: string;
  /** What was decided and by whom, for `record.json`. */
  readonly record: Readonly<Record<string, unknown>>;
  /** PEM files of the public keys and of time stamp authorities' certificates, by name. */
  readonly publicKeys: ReadonlyMap<string, string>;
  /** Null where evidence is sealed on other machines: the list then goes unsigned, and says so when verified. */
  readonly signer: Signer | null;
  /** Key that the list will be signed with; null without a signer, or before it signed for the first time. */
  readonly keyId: string | null;
  /** The page that verifies in a browser; null when the player is not built. */
  readonly verifyPage: Uint8Array | null;
  /** Further derived files, by path. */
  readonly extra?: ReadonlyMap<string, Uint8Array>;
  readonly exportedAt: number;
  readonly exportedBy: string;
  readonly purpose: string;
  readonly timeZone: string;
};

export type CaseExport = {
  /** SHA-256 of `export.json`, for the audit. */
  readonly listSha256: string;
  readonly stream: AsyncGenerator<Uint8Array, void, undefined>;
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Puts a case together for handing out. The sealed files are streamed as they are; all else is made from them here. */
export const exportCase = async (options: ExportOptions): Promise<CaseExport> => {
  const { store, prefix, manifest, signer, exportedAt } = options;
  const beside = new Map<string, Uint8Array>([
    ['README.txt', Buffer.from(exportReadme(manifest.caseId, options.keyId))],
    ['record.json', Buffer.from(`${JSON.stringify(options.record, null, 2)}\n`)],
    ...(await makeOverlays(options)),
    ...[...options.publicKeys].map(([name, pem]) => [`keys/${name}`, Buffer.from(pem)] as const),
    ...(options.verifyPage ? [['verify.html', options.verifyPage] as const] : []),
    ...(options.extra ?? []),
  ]);
  const list: ExportList = {
    schema: 'watchpost/export/1',
    caseId: manifest.caseId,
    manifestSha256: options.manifestSha256,
    exportedAt,
    exportedBy: options.exportedBy,
    purpose: options.purpose,
    files: [...beside].map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes) })),
  };
  const listBytes = Buffer.from(toCanonicalJson(list));
  beside.set(EXPORT_FILE, listBytes);
  if (signer) beside.set(EXPORT_SIGNATURE_FILE, Buffer.from(toCanonicalJson(await signer.sign(listBytes))));

  const isStamped = (await store.list(prefix)).some(({ key: stored }) => stored === `${prefix}/${TIME_STAMP_FILE}`);
  const sealed = [
    ...manifest.files.map(({ path }) => path),
    ...[MANIFEST_FILE, SIGNATURE_FILE],
    ...(isStamped ? [TIME_STAMP_FILE] : []),
  ];
  const entries: ZipEntry[] = [
    ...[...beside].map(([path, bytes]) => ({ path, open: () => once(bytes) })),
    ...sealed.map((path) => ({ path: `${EXPORT_CASE_FOLDER}${path}`, open: () => store.open(`${prefix}/${path}`) })),
  ];
  return { listSha256: sha256(listBytes), stream: zipStream(entries, exportedAt) };
};

const once = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(bytes);
};

const makeOverlays = async ({
  store,
  prefix,
  manifest,
  timeZone,
}: ExportOptions): Promise<readonly (readonly [string, Uint8Array])[]> => {
  const words = explain(manifest.event);
  const format = new Intl.DateTimeFormat('vi-VN', { dateStyle: 'short', timeStyle: 'medium', timeZone });
  const instant = (at: number): string => format.format(at);
  const captions = (['vi', 'en'] as const).map(
    (language) =>
      [
        `overlay/captions.${language}.vtt`,
        Buffer.from(toCaptionsVtt(manifest, { explanation: words[language], instant })),
      ] as const,
  );
  const detections = manifest.files.find(({ role }) => role === 'detections');
  if (!detections) return captions;
  const bytes = await store.get(`${prefix}/${detections.path}`);
  const frames = JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly LiveFrame[];
  return [...captions, ['overlay/tracks.vtt', Buffer.from(toTracksVtt(frames, manifest.clip))] as const];
};
