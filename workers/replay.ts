import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CameraPipeline } from '../pipeline/camera-pipeline.ts';
import type { Config } from '../pipeline/config-schema.ts';
import { type CameraConfig, passagesOf } from '../pipeline/config/camera.ts';
import type { Detection } from '../pipeline/detection.ts';
import type { WatchEvent } from '../pipeline/event.ts';
import { toEventLine } from '../pipeline/event-line.ts';
import type { EvidenceStore } from '../pipeline/evidence-store.ts';
import type { Passage, VehiclePass } from '../pipeline/passages/passage.ts';
import { PassageWatch } from '../pipeline/passages/passage-watch.ts';
import type { TrackedFrame } from '../pipeline/track.ts';
import { analyseFrame } from './analyse-frame.ts';
import { dataFolder } from './data-folder.ts';
import { analysisLetterbox, type CameraDetector, openDetectors } from './detector-pool.ts';
import { sealCase, type SealedCase } from './evidence/seal.ts';
import { lazyPlateReader } from './evidence/plates.ts';
import { readPassage, unreadPassage } from './passages/read-passage.ts';
import { provenanceOf, SOFTWARE_VERSION } from './provenance.ts';
import { runSession, type SessionFrame } from './session.ts';
import { TrackLog } from './track-log.ts';

export type ReplayOptions = {
  readonly config: Config;
  readonly camera: CameraConfig;
  /** Path of the video. */
  readonly video: string;
  readonly out: string;
  /** Wall-clock time of the first frame. */
  readonly startAt: number;
  /** Where sealed cases go; null: events only. */
  readonly store: EvidenceStore | null;
  readonly onProgress?: (ptsMs: number) => void;
  readonly signal: AbortSignal;
};

export type ReplayResult = {
  readonly frames: number;
  readonly mediaMs: number;
  /** Time for decoding, analysis and writing, models loaded and evidence not counted, ms. */
  readonly analysisMs: number;
  readonly events: readonly WatchEvent[];
  readonly cases: readonly SealedCase[];
  /** Of vehicles that passed, in the order in which live analysis would hand them on. */
  readonly passages: readonly Passage[];
};

/** One session id for all replays: results do not depend on when they were made. */
const SESSION_ID = 'replay';
/** Frames on their way through the detector at once: decoding and inference overlap, memory stays small. */
const AHEAD = 2;

/**
 * Analyses a video from its first to its last frame, as fast as this machine can, without dropping any. The same video,
 * configuration and models give the same bytes in events.ndjson, tracks.ndjson and detections.ndjson. On a camera that takes
 * passages they are in passages.ndjson; their plates are read where the recording is kept (`store`).
 * @throws WatchpostError SOURCE_OPEN, SOURCE_NO_VIDEO, MODEL_*, CONFIG_REFERENCE, EVIDENCE_*
 */
export const replayVideo = async (options: ReplayOptions): Promise<ReplayResult> => {
  const { config, camera, video, out, startAt, store, onProgress, signal } = options;
  await mkdir(out, { recursive: true });
  const folder = dataFolder(out);
  const session = folder.session(camera.id, SESSION_ID);
  await rm(folder.camera(camera.id), { recursive: true, force: true });
  const pool = await openDetectors(config, [camera], { live: false });
  const files = { events: open(out, 'events'), tracks: open(out, 'tracks'), detections: open(out, 'detections') };
  const tracks = new TrackLog(out);
  const events: WatchEvent[] = [];
  let frames = 0;
  let mediaMs = 0;
  let pipeline: CameraPipeline | null = null;
  let passageWatch: PassageWatch | null = null;
  const passes: VehiclePass[] = [];
  const detector = pool.forCamera(camera);
  const heads = detector.openHeads();
  const take = async (found: readonly WatchEvent[]): Promise<void> => {
    for (const event of found) {
      events.push(event);
      await write(files.events, toEventLine(event));
    }
  };
  const openPipeline = ({ header, clock }: SessionFrame): CameraPipeline =>
    new CameraPipeline({
      camera,
      clock,
      frameSize: header.letterbox.source,
      provenance: provenanceOf(camera, detector.config, detector.detector, detector.heads),
      timeZone: config.site.timeZone,
    });
  const analyse = async (
    { header, pixels, release }: SessionFrame,
    detections: readonly Detection[],
    poseId: string | undefined,
  ): Promise<void> => {
    const posed = { ...header, pixels, ...(poseId === undefined ? {} : { poseId }) };
    const { tracked, live, events: found } = await analyseFrame(pipeline!, heads, posed, detections);
    release();
    frames++;
    mediaMs = header.ptsMs;
    await write(files.detections, `${JSON.stringify({ ptsMs: header.ptsMs, detections: detections.map(rounded) })}\n`);
    await write(files.tracks, toTrackLine(tracked));
    if (store) await tracks.append(live);
    await take(found);
    passes.push(...(passageWatch?.push(tracked) ?? []));
    onProgress?.(header.ptsMs);
  };

  let analysisMs = 0;
  try {
    const startedAt = performance.now();
    const inOrder = new InOrder(AHEAD);
    await runSession({
      camera: { ...camera, source: { ...camera.source, loop: false, realtime: false } },
      url: video,
      transport: 'tcp',
      recording: config.recording,
      folder: store ? session : null,
      sessionId: SESSION_ID,
      anchorAt: startAt,
      letterbox: (size) => analysisLetterbox(config, camera, size),
      fps: camera.analysis?.fps ?? 5,
      signal,
      onFrame: (frame) => {
        pipeline ??= openPipeline(frame);
        passageWatch ??= openPassages(camera, frame);
        const poseId = pipeline.look({ ...frame.header, pixels: frame.pixels });
        if (poseId === null) {
          frame.release();
          return;
        }
        return inOrder.push(detectIn(detector, frame), (detections) => analyse(frame, detections, poseId));
      },
      onSegment: () => undefined,
    });
    await inOrder.done();
    await take((pipeline as CameraPipeline | null)?.finish(mediaMs) ?? []);
    passes.push(...((passageWatch as PassageWatch | null)?.finish() ?? []));
    analysisMs = performance.now() - startedAt;
  } finally {
    await pool.close();
    for (const file of Object.values(files)) await new Promise((resolve) => file.end(resolve));
  }

  const cases: SealedCase[] = [];
  if (store)
    for (const event of events.filter(({ disposition }) => disposition === 'case'))
      cases.push(
        await sealCase({
          event,
          camera: { id: camera.id, name: camera.name || camera.id, place: camera.place },
          recordingDir: folder.camera(camera.id),
          dataDir: out,
          store,
          evidence: config.evidence,
          software: `watchpost ${SOFTWARE_VERSION}`,
          recordingEnded: true,
        }),
      );
  const passages = await readPasses(passes, { out, store, recordingDir: folder.camera(camera.id) });
  if (passagesOf(camera))
    await writeFile(join(out, 'passages.ndjson'), passages.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await writeFile(
    join(out, 'summary.json'),
    `${JSON.stringify({ video, camera: camera.id, frames, mediaMs, events: events.length, cases: cases.length }, null, 2)}\n`,
  );
  return { frames, mediaMs, analysisMs, events, cases, passages };
};

const openPassages = (camera: CameraConfig, { header, clock }: SessionFrame): PassageWatch | null => {
  const passages = passagesOf(camera);
  return passages && new PassageWatch({ camera, passages, clock, frameSize: header.letterbox.source });
};

/** As the process `passages` does it; without a recording no plate can be looked at. */
const readPasses = async (
  passes: readonly VehiclePass[],
  {
    out,
    store,
    recordingDir,
  }: { readonly out: string; readonly store: EvidenceStore | null; readonly recordingDir: string },
): Promise<readonly Passage[]> => {
  if (!store) return passes.map((pass) => unreadPassage(pass, 'recording-gone'));
  const plates = lazyPlateReader(() => undefined);
  const workDir = join(out, 'passages-work');
  const passages: Passage[] = [];
  try {
    for (const pass of passes) {
      const reader = await plates.get();
      passages.push(await readPassage({ pass, store, reader, recordingDir, workDir, recordingEnded: true }));
    }
  } finally {
    await plates.close();
    await rm(workDir, { recursive: true, force: true });
  }
  return passages;
};

const detectIn = (detector: CameraDetector, { header, pixels }: SessionFrame): Promise<readonly Detection[]> =>
  detector.detect({ ...header, pixels, release: () => undefined });

/** Runs consumers in the order of their promises, holding back the producer while `limit` are on their way. */
class InOrder {
  readonly #limit: number;
  readonly #queue: Promise<void>[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(limit: number) {
    this.#limit = limit;
  }

  async push<T>(made: Promise<T>, use: (value: T) => Promise<void>): Promise<void> {
    made.catch(() => undefined); // Told through the tail, in its turn.
    this.#tail = this.#tail.then(async () => use(await made));
    this.#tail.catch(() => undefined);
    this.#queue.push(this.#tail);
    if (this.#queue.length >= this.#limit) await this.#queue.shift();
  }

  done(): Promise<void> {
    return this.#tail;
  }
}

const open = (out: string, name: string): WriteStream => createWriteStream(join(out, `${name}.ndjson`));

const write = async (file: WriteStream, line: string): Promise<void> => {
  if (!file.write(line)) await new Promise<void>((resolve) => file.once('drain', () => resolve()));
};

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

const rounded = ({ box, score, className }: Detection) => ({
  className,
  score: round(score, 4),
  box: [round(box.x1, 2), round(box.y1, 2), round(box.x2, 2), round(box.y2, 2)],
});

/** Tracks in full precision: `replay --rules-only` must give the events that the detections gave. */
const toTrackLine = (tracked: TrackedFrame): string => `${JSON.stringify(tracked)}\n`;
