import type { Logger } from 'pino';
import sharp from 'sharp';
import type { PlateReader } from '../../models/plate-reader.ts';
import { picturesUntil, wantedWindow } from '../../pipeline/clip-window.ts';
import { WatchpostError } from '../../pipeline/errors.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import type { PtsMs } from '../../pipeline/time.ts';
import { readDetections } from './detections.ts';
import type { RollSettings } from './event-clip.ts';
import { cropPlume, planSeries, type PlumeCrop, type SeriesPicture } from './plume-crops.ts';
import { type CasePlates, planPlates, readCasePlates } from './plates.ts';
import type { RecordingPart } from './recording.ts';
import { type ClipPicture, type Still, toStill } from './stills.ts';
import { type ClipFacts, frameAt } from './verify-clip.ts';

/** What a case shows besides its clip. */
export type CasePictures = {
  /** Before, at and after the trigger; null where the recording holds no picture. */
  readonly stills: readonly (Still | null)[];
  /** Null when no vehicle is to be read, or reading failed. */
  readonly plates: CasePlates | null;
  /** Of smoke and flame; empty where the recording does not hold its sightings. */
  readonly plume: readonly PlumeCrop[];
};

export type PicturesOptions = {
  readonly event: WatchEvent;
  readonly roll: RollSettings;
  readonly recording: RecordingPart;
  readonly plateReader?: (() => Promise<PlateReader | null>) | undefined;
  /** Gives the frames shown at instants of the session, null where there is none. */
  readonly decode: (instants: readonly PtsMs[]) => Promise<readonly (ClipPicture | null)[]>;
  /** Told of what the case has to do without. */
  readonly log?: Pick<Logger, 'warn'> | undefined;
};

/** Decoded frames that are held at once; at 4K that is ten of them. */
const MAX_DECODED_BYTES = 256 * 2 ** 20;

/**
 * Takes the stills of an event and reads the plates of its vehicles, from one pass over the pictures.
 * @throws WatchpostError EVIDENCE_UNVERIFIED when the still at the trigger cannot be had
 */
export const takePictures = async (options: PicturesOptions): Promise<CasePictures> => {
  const { event, roll, recording, decode } = options;
  const { width, height } = recording.session;
  const { before, at, after } = event.keyPtsMs;
  const reader = (await options.plateReader?.()) ?? null;
  const window = { fromPtsMs: wantedWindow(event, roll).fromPtsMs, toPtsMs: picturesUntil(event, roll) };
  const isFire = event.kind === 'smoke' || event.kind === 'flame';
  const detections = reader || isFire ? await readDetections(recording.sessionDir, window) : [];
  const vehicles = reader ? planPlates(event.subjects, detections, height) : [];
  const series = planSeries(event, detections, window);
  const most = Math.max(0, Math.floor(MAX_DECODED_BYTES / (width * height * 3)) - 3);
  const looks = [...new Set([...series, ...vehicles.flatMap(({ seen }) => seen.map(({ ptsMs }) => ptsMs))])].slice(
    0,
    most,
  );
  const keys = [before, at, after];
  // A frame that only a plate or a crop needs must not cost the case its stills.
  const decoded = await decode([...keys, ...looks]).catch((error: unknown) => {
    tellLoss(options, 'plates and plume', error);
    return decode(keys);
  });
  if (!decoded[1])
    throw new WatchpostError('EVIDENCE_UNVERIFIED', `the clip has no picture at the trigger's still, ${at} ms`);
  // A frame goes by the instant of its boxes, which may lie some milliseconds after the frame's own.
  const frames = new Map<PtsMs, ClipPicture>();
  for (const [index, ptsMs] of looks.entries()) {
    const frame = decoded[keys.length + index];
    if (frame) frames.set(ptsMs, frame);
  }
  const shown = series.flatMap((at) => frames.get(at) ?? []);
  const [stills, plates, plume] = await Promise.all([
    Promise.all(keys.map((_, index) => stillOf(decoded[index]))),
    reader && vehicles.length > 0
      ? readCasePlates(reader, vehicles, frames).catch((error: unknown) => {
          tellLoss(options, 'plates', error);
          return null;
        })
      : null,
    cropPlume(event, shown.map(toSeries)).catch((error: unknown) => {
      tellLoss(options, 'plume', error);
      return [];
    }),
  ]);
  return { stills, plates, plume };
};

/** A case is worth more than its plates and crops: it goes on without them, and whoever runs the system is told. */
export const tellLoss = (
  { log, event }: Pick<PicturesOptions, 'log' | 'event'>,
  parts: 'plates' | 'plume' | 'plates and plume',
  error: unknown,
): void => log?.warn({ err: error, eventId: event.id, parts }, 'case goes on without some of its pictures');

const toSeries = ({ ptsMs, pixels, width, height }: ClipPicture): SeriesPicture => ({
  ptsMs,
  open: () => sharp(pixels, { raw: { width, height, channels: 3 } }),
});

const stillOf = (picture: ClipPicture | null | undefined): Promise<Still | null> =>
  picture ? toStill(picture) : Promise.resolve(null);

/** Times are written in milliseconds with three digits. */
const ROUNDING_MS = 0.01;

/**
 * Stills that were taken before the clip was cut, by the clip's own times.
 * @returns null when the clip does not hold those very frames
 */
export const stillsOfClip = (
  stills: CasePictures['stills'],
  facts: ClipFacts,
  { keyPtsMs }: WatchEvent,
): CasePictures['stills'] | null => {
  const found = [keyPtsMs.before, keyPtsMs.at, keyPtsMs.after].map((ptsMs, index) => {
    const [frame, still] = [frameAt(facts, ptsMs), stills[index] ?? null];
    if (!frame || !still) return frame === still ? null : undefined;
    return Math.abs(frame.ptsMs - still.ptsMs) <= ROUNDING_MS ? { ...still, ptsMs: frame.ptsMs } : undefined;
  });
  return found.every((still) => still !== undefined) ? found : null;
};
