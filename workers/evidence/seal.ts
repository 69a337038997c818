import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toCanonicalJson } from '../../pipeline/canonical-json.ts';
import { type ClipPlan, planClip, wantedWindow } from '../../pipeline/clip-window.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { type EvidenceFile, type EvidenceManifest, MANIFEST_FILE, SIGNATURE_FILE } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import { CASE_ID_PATTERN } from '../../pipeline/manifest-schema.ts';
import { casePrefix } from '../../pipeline/review.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import type { RecordingGap, SegmentRecord } from '../../pipeline/segment.ts';
import { toCapturedAt } from '../../pipeline/time.ts';
import { dataFolder } from '../data-folder.ts';
import { openSigningKey } from '../storage/signing-key.ts';
import { CameraChain, type ChainEntry } from './chain.ts';
import { cutClip, joinSegments } from './clip.ts';
import { readDetections } from './detections.ts';
import type { PlateReader } from '../../models/plate-reader.ts';
import { NotReadyError } from './not-ready.ts';
import { planPlates, readCasePlates } from './plates.ts';
import { makePreview, playsInBrowsers } from './preview.ts';
import { readRecording, type RecordingPart } from './recording.ts';
import { takeStills } from './stills.ts';
import { checkClip, type ClipFacts, probeClip } from './verify-clip.ts';

export type SealOptions = {
  readonly event: WatchEvent;
  readonly camera: EvidenceManifest['camera'];
  /** The camera's folder: `gaps.ndjson` and one folder per session. */
  readonly recordingDir: string;
  /** For keys, chain and work files. */
  readonly dataDir: string;
  readonly store: EvidenceStore;
  readonly evidence: Pick<Config['evidence'], 'preRollMs' | 'postRollMs' | 'maxClipMs'>;
  /** Name and version of the sealing software. */
  readonly software: string;
  /** Reads the plates of the event's vehicles; none are read without it. */
  readonly plateReader?: () => Promise<PlateReader | null>;
  /** Set when the recording will not go on (replay, or waited long enough): seal what is there. */
  readonly recordingEnded?: boolean;
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
 *   STORE_UNAVAILABLE, DISK_FULL, FFMPEG_MISSING, JOB_MALFORMED (an id that cannot be a file name)
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

  const work = join(dataDir, 'sealing');
  await mkdir(work, { recursive: true });
  const workDir = await mkdtemp(join(work, `${event.id}.`));
  try {
    const contents = await produce(options, workDir);
    for (const { file, bytes } of contents.files) await store.put(`${prefix}/${file.path}`, bytes, file.mediaType);
    const key = await openSigningKey(folder.keys);
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
        const signature = key.sign(Buffer.from(text));
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

type CaseFile = { readonly file: EvidenceFile; readonly bytes: Uint8Array };

/** Everything of a case but its seal. */
const produce = async (
  { event, camera, recordingDir, evidence, software, plateReader, recordingEnded = false }: SealOptions,
  workDir: string,
): Promise<{ manifest: Omit<EvidenceManifest, 'files' | 'sealedAt' | 'chain'>; files: readonly CaseFile[] }> => {
  const window = wantedWindow(event, evidence);
  const recording = await readRecording(recordingDir, event.sessionId, window, recordingEnded);
  const { session, sessionDir } = recording;
  const clipFile = join(workDir, 'clip.mp4');
  const { plan, facts } = await cut(event, evidence, recording, clipFile);
  const [first, last] = [plan.segments[0]!, plan.segments.at(-1)!];
  checkClip(facts, event.triggerPtsMs, last.startPtsMs + last.durationMs - first.startPtsMs);

  const { before, at, after } = event.keyPtsMs;
  const [stills, detections, preview] = await Promise.all([
    takeStills(clipFile, facts, [before, at, after]),
    readDetections(sessionDir, { fromPtsMs: first.startPtsMs, toPtsMs: first.startPtsMs + facts.durationMs }),
    playsInBrowsers(facts.codec)
      ? null
      : makePreview(clipFile, join(workDir, 'preview.mp4')).then(() => readFile(join(workDir, 'preview.mp4'))),
  ]);
  if (!stills[1])
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `the clip has no picture at the trigger's still, ${at} ms`);

  const files: CaseFile[] = [caseFile('clip.mp4', 'clip', 'video/mp4', 'original', await readFile(clipFile))];
  for (const [index, when] of (['before', 'at', 'after'] as const).entries()) {
    const still = stills[index];
    // A still that the recording does not hold is missing with the gap that the manifest states.
    if (still)
      files.push(caseFile(`still-${when}.jpg`, `still-${when}`, 'image/jpeg', 'derived', still.bytes, still.ptsMs));
  }
  const detectionsJson = Buffer.from(toCanonicalJson(detections));
  files.push(caseFile('detections.json', 'detections', 'application/json', 'original', detectionsJson));
  if (preview) files.push(caseFile('preview.mp4', 'preview', 'video/mp4', 'derived', preview));

  const plates = plateReader && (await readPlates(await plateReader(), event, detections, clipFile, facts));
  for (const { path, bytes, ptsMs } of plates?.crops ?? [])
    files.push(caseFile(path, 'plate-crop', 'image/jpeg', 'derived', bytes, ptsMs));

  const { codec, width, height, durationMs } = facts;
  return {
    files,
    manifest: {
      schema: 'watchpost/evidence/1',
      caseId: event.id,
      camera: { id: camera.id, name: camera.name, place: camera.place },
      event,
      clip: {
        ...{ file: 'clip.mp4', codec, width, height, durationMs },
        startPtsMs: first.startPtsMs,
        frameCount: facts.frames.length,
        segments: plan.segments.map(({ file, sequence, startPtsMs, durationMs, bytes, sha256 }) => ({
          ...{ file, sequence, startPtsMs, durationMs, bytes, sha256 },
        })),
        initSha256: session.initSha256,
      },
      clock: session.clock,
      gaps: plan.gaps,
      ...(plates ? { plates: plates.plates } : {}),
      software,
    },
  };
};

/** Null when no vehicle is to be read, or reading failed: a case is worth more than its plates and is sealed without. */
const readPlates = async (
  reader: PlateReader | null,
  event: WatchEvent,
  detections: readonly LiveFrame[],
  clipFile: string,
  facts: ClipFacts,
): Promise<Awaited<ReturnType<typeof readCasePlates>> | null> => {
  const vehicles = reader ? planPlates(event.subjects, detections, facts.height) : [];
  if (!reader || vehicles.length === 0) return null;
  const instants = [...new Set(vehicles.flatMap(({ seen }) => seen.map(({ ptsMs }) => ptsMs)))];
  try {
    const stills = await takeStills(clipFile, facts, instants);
    // A frame goes by the instant of its boxes, which may lie some milliseconds after the frame's own.
    const frames = stills.flatMap((still, i) => (still ? [{ ptsMs: instants[i]!, jpeg: still.bytes }] : []));
    return await readCasePlates(reader, vehicles, frames);
  } catch {
    return null;
  }
};

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
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...(ptsMs === undefined ? {} : { ptsMs }),
  },
});

type ReadyPlan = Extract<ClipPlan, { state: 'ready' }>;

/** Cuts the clip; a damaged segment is left out and written down as a gap, and the plan made anew without it. */
const cut = async (
  event: WatchEvent,
  evidence: SealOptions['evidence'],
  recording: RecordingPart,
  target: string,
): Promise<{ plan: ReadyPlan; facts: ClipFacts }> => {
  const { session, sessionDir, grewAt } = recording;
  const damaged: SegmentRecord[] = [];
  for (;;) {
    const plan = planClip({
      event,
      roll: evidence,
      clock: session.clock,
      segments: recording.segments.filter((segment) => !damaged.includes(segment)),
      gaps: [...recording.gaps, ...damaged.map((segment) => toGap(segment, session.clock))],
      // A damaged segment will not come again: with one left out, the recording is as long as it gets there.
      sessionEnded: recording.sessionEnded || damaged.length > 0,
    });
    if (plan.state === 'not-ready')
      throw new NotReadyError(
        `the recording of ${event.cameraId} must go on for ${Math.round(plan.missingMs)} ms`,
        grewAt + plan.missingMs,
      );
    if (plan.state === 'gone') throw new WatchpostError('EVIDENCE_GONE', `${event.id}: ${plan.reason}`);
    const joined = `${target}.joined`;
    const broken = await joinSegments(sessionDir, session, plan.segments, joined);
    damaged.push(...broken);
    if (broken.length > 0) continue;
    await cutClip(joined, target);
    return { plan, facts: await probeClip(target, plan.segments[0]!.startPtsMs) };
  }
};

const toGap = (segment: SegmentRecord, clock: RecordingPart['session']['clock']): RecordingGap => ({
  cameraId: segment.cameraId,
  fromAt: toCapturedAt(clock, segment.startPtsMs),
  toAt: toCapturedAt(clock, segment.startPtsMs + segment.durationMs),
  cause: 'segment-damaged',
});
