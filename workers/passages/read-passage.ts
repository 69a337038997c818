import { cropJpeg, type Picture } from '../../models/plate-crop.ts';
import type { PlateReader } from '../../models/plate-reader.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { PlateReading } from '../../pipeline/evidence.ts';
import type { EvidenceStore } from '../../pipeline/evidence-store.ts';
import type { Box } from '../../pipeline/geometry.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { type Passage, passagePrefix, type UnreadReason, type VehiclePass } from '../../pipeline/passages/passage.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import { readDetections } from '../evidence/detections.ts';
import { planPlates, readCasePlates } from '../evidence/plates.ts';
import { decodeRecorded } from '../evidence/recorded-frames.ts';
import { readRecording, type RecordingPart } from '../evidence/recording.ts';

export type ReadPassageOptions = {
  readonly pass: VehiclePass;
  /** The camera's folder: one folder per session. */
  readonly recordingDir: string;
  readonly workDir: string;
  readonly store: EvidenceStore;
  readonly reader: PlateReader | null;
  /** Set when the recording will not go on: read what is there. */
  readonly recordingEnded?: boolean;
};

/** Views further than this from the largest one are not decoded for: a queue of cars can stand for minutes. */
const NEAR_MS = 3_000;
const VEHICLE_MARGIN = 0.1;
const VEHICLE_QUALITY = 80;

const unread = (pass: VehiclePass, reason: UnreadReason): Passage => ({
  ...factsOf(pass),
  ...{ colour: null, plate: null, unread: reason, candidates: [], vehicleCrop: null, plateCrop: null },
});

const factsOf = ({ id, cameraId, sessionId, trackId, at, className, lane, direction }: VehiclePass) => ({
  ...{ id, cameraId, sessionId, trackId, at, className, lane, direction },
});

/** A passage whose vehicle nobody looked at, and why. */
export const unreadPassage = unread;

/**
 * Reads the plate of one vehicle from the full-resolution recording at the media times of its largest views, and stores
 * its pictures. The same vehicle read again gives the same passage and replaces its pictures by the same ones.
 * @throws WatchpostError EVIDENCE_NOT_READY (a NotReadyError), STORE_UNAVAILABLE, DISK_FULL, FFMPEG_MISSING
 */
export const readPassage = async (options: ReadPassageOptions): Promise<Passage> => {
  const { pass, recordingDir, reader, recordingEnded = false } = options;
  if (!reader) return unread(pass, 'reader-missing');
  try {
    const window = { fromPtsMs: pass.firstPtsMs, toPtsMs: pass.lastPtsMs + 1 };
    const recording = await readRecording(recordingDir, pass.sessionId, window, recordingEnded);
    const views = viewsOf(await readDetections(recording.sessionDir, window), pass.trackId);
    const largest = views.find(({ box }) => areaOf(box) === Math.max(...views.map((view) => areaOf(view.box))));
    // Its side-car is gone with the recording, or was never written.
    if (!largest) return unread(pass, 'recording-gone');
    const near = views.filter(({ ptsMs }) => Math.abs(ptsMs - largest.ptsMs) <= NEAR_MS);
    return await look(options, reader, recording, largest, near);
  } catch (error) {
    if (error instanceof WatchpostError && LOST.has(error.code)) return unread(pass, 'recording-gone');
    throw error;
  }
};

/** The recording of these moments is not there or cannot be decoded, and never will be. */
const LOST: ReadonlySet<string> = new Set(['EVIDENCE_GONE', 'EVIDENCE_UNVERIFIED', 'SEGMENT_BROKEN']);

type View = { readonly ptsMs: PtsMs; readonly box: Box; readonly frame: LiveFrame };

const areaOf = ({ x1, y1, x2, y2 }: Box): number => (x2 - x1) * (y2 - y1);

const viewsOf = (frames: readonly LiveFrame[], trackId: number): readonly View[] =>
  frames.flatMap((frame) => {
    const track = frame.tracks.find(({ id }) => id === trackId);
    if (!track) return [];
    const [x1, y1, x2, y2] = track.box;
    return [{ ptsMs: frame.ptsMs, box: { x1, y1, x2, y2 }, frame }];
  });

const look = async (
  { pass, store, workDir }: ReadPassageOptions,
  reader: PlateReader,
  recording: RecordingPart,
  largest: View,
  near: readonly View[],
): Promise<Passage> => {
  const subject = {
    trackId: pass.trackId,
    className: pass.className,
    role: 'vehicle',
    score: 1,
    sightings: [],
  } as const;
  const [plan] = planPlates(
    [subject],
    near.map(({ frame }) => frame),
    recording.session.height,
  );
  const instants = plan?.seen.map(({ ptsMs }) => ptsMs) ?? [largest.ptsMs];
  const decoded = await decodeRecorded(recording, instants, workDir);
  // A frame goes by the instant of its boxes, which may lie some milliseconds after the frame's own.
  const frames = new Map(decoded.flatMap((frame, i) => (frame ? [[instants[i]!, frame] as const] : [])));
  const best = frames.get(instants[0]!);
  const box = plan?.seen[0]?.box ?? largest.box;
  const { plates, crops, colours } = await readCasePlates(reader, plan ? [plan] : [], frames);
  const [reading] = plates;

  const prefix = passagePrefix(pass);
  const put = async (name: string, bytes: Uint8Array | null | undefined): Promise<string | null> => {
    if (!bytes) return null;
    await store.put(`${prefix}/${name}`, bytes, 'image/jpeg');
    return `${prefix}/${name}`;
  };
  return {
    ...factsOf(pass),
    colour: colours.get(pass.trackId) ?? null,
    plate: reading ? toPlate(reading) : null,
    unread: whyUnread(reading),
    candidates: (reading?.candidates ?? []).map(({ text, probability }) => ({ text, probability })),
    vehicleCrop: await put('vehicle.jpg', best && (await cropVehicle(best, box))),
    plateCrop: await put('plate.jpg', crops[0]?.bytes),
  };
};

const whyUnread = (reading: PlateReading | undefined): UnreadReason | null => {
  if (!reading) return 'too-small';
  if (reading.text !== null) return null;
  return reading.framesUsed === 0 ? 'no-plate-found' : 'not-legible';
};

const toPlate = (reading: PlateReading): Passage['plate'] => {
  const { text, kind, confidence, characters, raw, framesUsed, framesAgreeing, heightPx, grade, doubts } = reading;
  if (text === null) return null;
  return {
    ...{ text, kind, confidence, raw, framesUsed, framesAgreeing, heightPx, grade },
    characters: [...characters],
    doubts: [...doubts],
  };
};

/** @param box in fractions of the frame */
const cropVehicle = (picture: Picture, box: Box): Promise<Uint8Array | null> => {
  const { width, height } = picture;
  const inPixels = { x1: box.x1 * width, y1: box.y1 * height, x2: box.x2 * width, y2: box.y2 * height };
  return cropJpeg(picture, inPixels, VEHICLE_MARGIN, VEHICLE_QUALITY);
};
