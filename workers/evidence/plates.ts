import { cropJpeg, type Picture, widened } from '../../models/plate-crop.ts';
import { type FoundPlate, openPlateReader, type PlateReader, type PlateSight } from '../../models/plate-reader.ts';
import type { SeenPlate } from '../../models/joined-plate.ts';
import type { Subject } from '../../pipeline/event.ts';
import type { PlateReading } from '../../pipeline/evidence.ts';
import { type Box, boxArea, boxWidth, centre } from '../../pipeline/geometry.ts';
import type { LiveFrame } from '../../pipeline/live.ts';
import { fusePlate, isSettled } from '../../pipeline/plates/fusion.ts';
import type { PlateColour } from '../../pipeline/plates/parse.ts';
import type { PtsMs } from '../../pipeline/time.ts';

const VEHICLES = ['motorcycle', 'car', 'bus', 'truck'] as const;
type VehicleClass = (typeof VEHICLES)[number];
const isVehicle = (className: string): className is VehicleClass => (VEHICLES as readonly string[]).includes(className);

/** A case of a crowd is not a case against each of its vehicles. */
const MAX_SUBJECTS = 4;
/** Looks per vehicle: enough to agree, few enough that a case is sealed within a second or two. */
export const MAX_LOOKS = 7;
/** Plates hang at the edge of a vehicle's box, and the analysis frame places it only to a pixel of its own. */
const MARGIN = 0.08;
const CROP_MARGIN = 0.15;
const CROP_QUALITY = 92;
/**
 * A plate is about an eighth of a motorcycle's height and a tenth of a car's. On a lower vehicle its characters have less
 * than 8 px, which nothing reads; looking there would only keep the officer waiting.
 */
const LEAST_VEHICLE_PX = 120;
/** Two looks closer than this see the same blur. */
const LEAST_APART_MS = 80;

/** A vehicle of the case and where it is, box in fractions of the frame. */
export type PlateSubject = {
  readonly trackId: number;
  readonly className: VehicleClass;
  readonly seen: readonly { readonly ptsMs: PtsMs; readonly box: Box }[];
};

export type CasePlates = {
  readonly plates: readonly PlateReading[];
  readonly crops: readonly PlateCrop[];
  /** By track, where most looks agree. */
  readonly colours: ReadonlyMap<number, PlateColour>;
};
export type PlateCrop = { readonly path: string; readonly bytes: Uint8Array; readonly ptsMs: PtsMs };

/**
 * Which vehicles of a case are read, and at which instants: the largest views first, a few frames apart.
 * @param heightPx of the camera's picture
 */
export const planPlates = (
  subjects: readonly Subject[],
  frames: readonly LiveFrame[],
  heightPx: number,
): readonly PlateSubject[] =>
  subjects.slice(0, MAX_SUBJECTS).flatMap(({ trackId, className }): PlateSubject[] => {
    if (!isVehicle(className)) return [];
    const all = frames.flatMap(({ ptsMs, tracks }) => {
      const track = tracks.find(({ id }) => id === trackId);
      if (!track) return [];
      const [x1, y1, x2, y2] = track.box;
      if ((y2 - y1) * heightPx < LEAST_VEHICLE_PX) return [];
      return [{ ptsMs, box: { x1, y1, x2, y2 } }];
    });
    const seen: typeof all = [];
    for (const view of [...all].sort((a, b) => boxArea(b.box) - boxArea(a.box))) {
      if (seen.length === MAX_LOOKS) break;
      if (seen.every(({ ptsMs }) => Math.abs(ptsMs - view.ptsMs) >= LEAST_APART_MS)) seen.push(view);
    }
    return seen.length > 0 ? [{ trackId, className, seen }] : [];
  });

/**
 * Reads the plates of a case's vehicles from full-resolution frames. Every vehicle gets an answer: a reading, or that its
 * plate cannot be read.
 * @param frames full-resolution frames by the instants of the subjects; instants without a frame are passed over
 */
export const readCasePlates = async (
  reader: PlateReader,
  subjects: readonly PlateSubject[],
  frames: ReadonlyMap<PtsMs, Picture>,
): Promise<CasePlates> => {
  const colours = new Map<number, PlateColour>();
  const plates: PlateReading[] = [];
  const crops: PlateCrop[] = [];
  for (const { trackId, className, seen } of subjects) {
    const sights: PlateSight[] = [];
    const seenPlates: SeenPlate[] = [];
    let best: { picture: Picture; box: Box; ptsMs: PtsMs; heightPx: number } | null = null;
    const verdictOf = () =>
      fusePlate(sights, { vehicle: className, ...colourHint(sights.map(({ colour }) => colour)) });
    for (const { ptsMs, box } of seen) {
      const picture = frames.get(ptsMs);
      if (!picture) continue;
      const { width, height } = picture;
      const vehicle = { x1: box.x1 * width, y1: box.y1 * height, x2: box.x2 * width, y2: box.y2 * height };
      const found = ownPlate(await reader.find(picture, [widened(vehicle, MARGIN)]), vehicle);
      if (!found) continue;
      // One sight a frame: two crops of one frame are no two witnesses.
      const [sight] = await reader.look(picture, found.box);
      if (!sight) continue;
      sights.push(sight);
      seenPlates.push({ picture, box: found.box, sharpness: sight.sharpness });
      if (!best || sight.heightPx > best.heightPx) best = { picture, box: found.box, ptsMs, heightPx: sight.heightPx };
      if (sights.length >= 5 && isSettled(verdictOf())) break;
    }
    const joined = isSettled(verdictOf()) ? null : await reader.together(seenPlates);
    if (joined) sights.push(joined);
    const verdict = verdictOf();
    const { colour } = colourHint(sights.map((sight) => sight.colour));
    if (colour) colours.set(trackId, colour);
    const crop = best && (await cropJpeg(best.picture, best.box, CROP_MARGIN, CROP_QUALITY));
    const path = crop ? `plate-${String(trackId)}.jpg` : null;
    if (crop && best && path !== null) crops.push({ path, bytes: crop, ptsMs: best.ptsMs });
    const { text, kind, confidence, characters, candidates, raw, edits, framesUsed, framesAgreeing, grade, doubts } =
      verdict;
    plates.push({
      ...{
        trackId,
        text,
        kind,
        confidence: rounded(confidence),
        raw,
        edits,
        framesUsed,
        framesAgreeing,
        grade,
        doubts,
      },
      characters: characters.map((each) => ({ ...each, confidence: rounded(each.confidence) })),
      candidates: candidates.map((each) => ({ ...each, probability: rounded(each.probability) })),
      heightPx: Math.round(verdict.heightPx),
      crop: path,
    });
  }
  return { plates, crops, colours };
};

/**
 * Of the plates found about a vehicle the one that is its own: in a queue of motorbikes the neighbours' plates reach into the
 * box. Own plates hang in the middle, so each half width away from it costs half the score, and none beside the box counts.
 */
export const ownPlate = (found: readonly FoundPlate[], vehicle: Box): FoundPlate | null => {
  const middle = centre(vehicle).x;
  const standing = ({ box, score }: FoundPlate): number =>
    score * (1 - Math.min(1, Math.abs(centre(box).x - middle) / boxWidth(vehicle)));
  const within = found.filter(({ box }) => centre(box).x >= vehicle.x1 && centre(box).x <= vehicle.x2);
  return within.sort((a, b) => standing(b) - standing(a))[0] ?? null;
};

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The colour that most looks agree on; none when they do not. */
const colourHint = (colours: readonly (PlateColour | undefined)[]): { readonly colour?: PlateColour } => {
  for (const colour of new Set(colours))
    if (colour !== undefined && colours.filter((each) => each === colour).length * 2 > colours.length)
      return { colour };
  return {};
};

/** One reader for the process, opened when the first case with a vehicle comes; null when its models are not here. */
export const lazyPlateReader = (
  onMissing: (error: unknown) => void,
): { readonly get: () => Promise<PlateReader | null>; readonly close: () => Promise<void> } => {
  let opened: Promise<PlateReader | null> | null = null;
  return {
    get: () =>
      (opened ??= openPlateReader().catch((error: unknown) => {
        onMissing(error);
        return null;
      })),
    close: async () => {
      await (await opened)?.close();
    },
  };
};
