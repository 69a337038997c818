import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import sharp from 'sharp';
import type { PlateReader } from '../../models/plate-reader.ts';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { chunkHashes } from '../../pipeline/chunk-hashes.ts';
import { picturesUntil, wantedWindow } from '../../pipeline/clip-window.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { EvidenceFile, EvidenceManifest } from '../../pipeline/evidence.ts';
import { spread } from '../../pipeline/fire/plume-crops.ts';
import type { SegmentRecord } from '../../pipeline/segment.ts';
import { STILLS_CODEC } from '../../pipeline/stills.ts';
import { readDetections } from './detections.ts';
import { cutEventClip, type RollSettings } from './event-clip.ts';
import { NotReadyError } from './not-ready.ts';
import { type CasePictures, type PicturesOptions, stillsOfClip, takePictures, tellLoss } from './pictures.ts';
import { cropPlume, type PlumeCrop } from './plume-crops.ts';
import type { Preparations } from './preparations.ts';
import { makePreview, playsInBrowsers } from './preview.ts';
import { decodeRecorded } from './recorded-frames.ts';
import { readRecording, type RecordingPart } from './recording.ts';
import { decodeFrames } from './stills.ts';
import { makeStillsClip, type OriginalStill } from './stills-case.ts';
import { checkClip, type ClipFacts } from './verify-clip.ts';

export type ContentsOptions = {
  readonly event: WatchEvent;
  readonly camera: EvidenceManifest['camera'];
  /** The camera's folder: `gaps.ndjson` and one folder per session. */
  readonly recordingDir: string;
  /** For keys, chain and work files. */
  readonly dataDir: string;
  readonly evidence: RollSettings;
  /** Name and version of the sealing software. */
  readonly software: string;
  /** Reads the plates of the event's vehicles; none are read without it. */
  readonly plateReader?: () => Promise<PlateReader | null>;
  /** Set when the recording will not go on (replay, or waited long enough): seal what is there. */
  readonly recordingEnded?: boolean;
  /** Pictures that are made while the recording goes on; all is made at once without it. */
  readonly preparations?: Preparations<CasePictures>;
  /** Told of what a case has to do without. */
  readonly log?: Pick<Logger, 'warn'>;
};

type CaseFile = { readonly file: EvidenceFile; readonly bytes: Uint8Array };

export type CaseContents = {
  readonly manifest: Omit<EvidenceManifest, 'files' | 'sealedAt' | 'chain'>;
  readonly files: readonly CaseFile[];
};

/**
 * Everything of a case but its seal.
 * @param workDir an own folder for clip and preview; whoever made it removes it
 * @throws WatchpostError EVIDENCE_NOT_READY (a NotReadyError), EVIDENCE_GONE, EVIDENCE_UNVERIFIED, SEGMENT_BROKEN,
 *   DISK_FULL, FFMPEG_MISSING
 */
export const makeContents = async (options: ContentsOptions, workDir: string): Promise<CaseContents> => {
  const { event, recordingDir, evidence, recordingEnded = false } = options;
  const window = wantedWindow(event, evidence);
  const recording = await readRecording(recordingDir, event.sessionId, window, recordingEnded);
  const { session, sessionDir } = recording;
  const clip = join(workDir, 'clip.mp4');
  if (session.codec === STILLS_CODEC) return contentsOfStills(options, clip);
  const { plan, facts } = await cutEventClip(event, evidence, recording, clip).catch((error: unknown) => {
    throw error instanceof NotReadyError ? prepare(options, recording, error) : error;
  });
  const [first, last] = [plan.segments[0]!, plan.segments.at(-1)!];
  checkClip(facts, event.triggerPtsMs, last.startPtsMs + last.durationMs - first.startPtsMs);

  const [pictures, detections, preview] = await Promise.all([
    picturesOf(options, recording, clip, facts),
    readDetections(sessionDir, { fromPtsMs: first.startPtsMs, toPtsMs: first.startPtsMs + facts.durationMs }),
    playsInBrowsers(facts.codec)
      ? null
      : makePreview(clip, join(workDir, 'preview.mp4')).then(() => readFile(join(workDir, 'preview.mp4'))),
  ]);
  const { stills, plates, plume } = pictures;

  const files: CaseFile[] = [caseFile('clip.mp4', 'clip', 'video/mp4', 'original', await readFile(clip))];
  for (const [index, when] of (['before', 'at', 'after'] as const).entries()) {
    const still = stills[index];
    // A still that the recording does not hold is missing with the gap that the manifest states.
    if (still)
      files.push(caseFile(`still-${when}.jpg`, `still-${when}`, 'image/jpeg', 'derived', still.bytes, still.ptsMs));
  }
  const detectionsJson = Buffer.from(toCanonicalJson(detections));
  files.push(caseFile('detections.json', 'detections', 'application/json', 'original', detectionsJson));
  if (preview) files.push(caseFile('preview.mp4', 'preview', 'video/mp4', 'derived', preview));

  for (const { path, bytes, ptsMs } of plates?.crops ?? [])
    files.push(caseFile(path, 'plate-crop', 'image/jpeg', 'derived', bytes, ptsMs));
  files.push(...plume.map(toPlumeFile));

  return {
    files,
    manifest: {
      ...manifestOf(options, recording, facts, plan.segments),
      gaps: plan.gaps,
      ...(plates ? { plates: plates.plates } : {}),
    },
  };
};

/**
 * The case of a camera that gives stills: the pictures themselves, as they came, from the first sighting to the trigger.
 * The clip is a time-lapse of them, for people; it is derived and proves nothing.
 */
const contentsOfStills = async (options: ContentsOptions, clip: string): Promise<CaseContents> => {
  const { event, recordingDir } = options;
  const window = { fromPtsMs: event.startPtsMs, toPtsMs: event.triggerPtsMs + 1 };
  const recording = await readRecording(recordingDir, event.sessionId, window, true);
  const { stills, facts } = await makeStillsClip(event, recording, clip);
  const [first, last] = [stills[0]!, stills.at(-1)!];
  const jpeg = (path: string, role: EvidenceFile['role'], { bytes, record }: OriginalStill): CaseFile =>
    caseFile(path, role, 'image/jpeg', 'original', bytes, record.startPtsMs);
  const detections = await readDetections(recording.sessionDir, window);
  const series = spread(stills).map(({ record, bytes }) => ({ ptsMs: record.startPtsMs, open: () => sharp(bytes) }));
  const crops = await cropPlume(event, series).catch((error: unknown) => {
    tellLoss(options, 'plume', error);
    return [];
  });
  const files: readonly CaseFile[] = [
    caseFile('clip.mp4', 'clip', 'video/mp4', 'derived', await readFile(clip)),
    jpeg('still-before.jpg', 'still-before', first),
    jpeg('still-at.jpg', 'still-at', last),
    ...stills.map((still) => jpeg(`originals/${still.record.file}`, 'original-still', still)),
    ...crops.map(toPlumeFile),
    caseFile('detections.json', 'detections', 'application/json', 'original', Buffer.from(toCanonicalJson(detections))),
  ];
  const records = stills.map(({ record }) => record);
  return { files, manifest: { ...manifestOf(options, recording, facts, records), gaps: [] } };
};

/** What the manifest says of every case. @param segments what of the recording the clip was made of, oldest first */
const manifestOf = (
  { event, camera, software }: ContentsOptions,
  { session }: RecordingPart,
  { codec, width, height, durationMs, frames }: ClipFacts,
  segments: readonly SegmentRecord[],
): Omit<CaseContents['manifest'], 'gaps'> => ({
  schema: 'watchpost/evidence/1',
  caseId: event.id,
  camera: { id: camera.id, name: camera.name, place: camera.place },
  event,
  clip: {
    ...{ file: 'clip.mp4', codec, width, height, durationMs },
    startPtsMs: segments[0]!.startPtsMs,
    frameCount: frames.length,
    segments: segments.map(({ file, sequence, startPtsMs, durationMs: ms, bytes, sha256 }) => ({
      ...{ file, sequence, startPtsMs, durationMs: ms, bytes, sha256 },
    })),
    initSha256: session.initSha256,
  },
  clock: session.clock,
  software,
});

/** Those that were prepared, if they go with the clip as it was cut in the end; otherwise taken from it now. */
const picturesOf = async (
  { event, evidence: roll, plateReader, preparations, log }: ContentsOptions,
  recording: RecordingPart,
  clip: string,
  facts: ClipFacts,
): Promise<CasePictures> => {
  const prepared = await preparations?.take(event.id);
  const stills = prepared && stillsOfClip(prepared.stills, facts, event);
  if (stills) return { stills, plates: prepared.plates, plume: prepared.plume };
  const decode: PicturesOptions['decode'] = (instants) => decodeFrames(clip, facts, instants);
  return takePictures({ event, roll, plateReader, recording, decode, log });
};

/**
 * Starts to make the pictures as soon as they are recorded.
 * @returns the error, with the instant at which that can be
 */
const prepare = (options: ContentsOptions, recording: RecordingPart, error: NotReadyError): NotReadyError => {
  const { event, evidence: roll, plateReader, preparations, dataDir, log } = options;
  const newest = recording.segments.at(-1);
  if (!preparations || !newest) return error;
  const missingMs = picturesUntil(event, roll) - (newest.startPtsMs + newest.durationMs);
  if (missingMs > 0) return new NotReadyError(error.message, error.readyAt, recording.grewAt + missingMs);
  const decode: PicturesOptions['decode'] = (instants) => decodeRecorded(recording, instants, sealingDir(dataDir));
  preparations.begin(event.id, () => takePictures({ event, roll, plateReader, recording, decode, log }));
  return error;
};

/** Where work files lie while a case is made. */
export const sealingDir = (dataDir: string): string => join(dataDir, 'sealing');

const toPlumeFile = ({ path, bytes, ptsMs }: PlumeCrop): CaseFile =>
  caseFile(path, 'plume-crop', 'image/jpeg', 'derived', bytes, ptsMs);

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const caseFile = (
  path: string,
  role: EvidenceFile['role'],
  mediaType: string,
  origin: EvidenceFile['origin'],
  bytes: Uint8Array,
  ptsMs?: number,
): CaseFile => ({
  bytes,
  file: {
    ...{ path, role, mediaType, origin, bytes: bytes.length },
    sha256: hashOf(bytes),
    ...chunkHashes(bytes, hashOf),
    ...(ptsMs === undefined ? {} : { ptsMs }),
  },
});
