import type { Frame } from '../frame.ts';
import type { Size } from '../geometry.ts';
import { geometryHash } from '../geometry-hash.ts';
import { mean } from '../health/grey-picture.ts';
import type { PtsMs } from '../time.ts';
import { greyOf, type GreyPicture } from './landmarks.ts';
import type { Pose } from './lens.ts';
import { register, type Registration } from './registration.ts';

/** Pictures that poses were calibrated on, by `referenceKey`; kept over restarts by whoever gives them. */
export interface ReferencePictures {
  get(key: string): GreyPicture | undefined;
  set(key: string, picture: GreyPicture): void;
}

/** A pose that is calibrated anew is another one, and so is a camera of another picture size. */
export const referenceKey = (pose: Pose, frameSize: Size): string =>
  `${pose.id}-${geometryHash({ pose, frameSize }).slice(0, 16)}`;

/** Looks are this far apart for one pose (ms); one takes some 0.15 s of a core. */
const EVERY_MS = 15_000;
/** What was found before still holds for so long when a look shows nothing (ms): a mast does not move back at dusk. */
const HOLDS_MS = 12 * 3_600_000;

/** How the camera stood when its pose was last looked at, against the picture of its calibration. */
export type MastFact = Registration & {
  /** The last look that found landmarks; absent when this one did, or none did. */
  readonly before?: Extract<Registration, { readonly kind: 'found' }>;
};

/** Mean brightness (0–255) of a picture that may be a reference. */
const LEAST_LIGHT = 40;

type Known = { readonly ptsMs: PtsMs; readonly fact: MastFact | undefined; readonly foundPtsMs: PtsMs };

/**
 * Notices that a mast was moved, or that a preset is not met exactly: each pose's picture is held against the first one of it that
 * showed landmarks. That one is the picture of its calibration, so a pose's angles are to be measured when the mast stands.
 */
export class MastWatch {
  readonly #references: ReferencePictures;
  readonly #frameSize: Size;
  readonly #poses: ReadonlyMap<string | undefined, Pose>;
  readonly #known = new Map<string | undefined, Known>();

  /** @param poses by the id that frames carry; undefined for a camera that does not turn */
  constructor(poses: ReadonlyMap<string | undefined, Pose>, frameSize: Size, references: ReferencePictures) {
    this.#poses = poses;
    this.#frameSize = frameSize;
    this.#references = references;
  }

  /** @returns undefined while there is nothing to hold the pose against */
  look(poseId: string | undefined, ptsMs: PtsMs, frame: Pick<Frame, 'pixels' | 'letterbox'>): MastFact | undefined {
    const pose = this.#poses.get(poseId);
    if (!pose) return undefined;
    const known = this.#known.get(poseId);
    if (known && ptsMs - known.ptsMs < EVERY_MS) return known.fact;
    const fact = this.#compare(pose, greyOf(frame), known, ptsMs);
    const foundPtsMs = fact?.kind === 'found' ? ptsMs : (known?.foundPtsMs ?? ptsMs);
    this.#known.set(poseId, { ptsMs, fact, foundPtsMs });
    return fact;
  }

  #compare(pose: Pose, picture: GreyPicture, known: Known | undefined, ptsMs: PtsMs): MastFact | undefined {
    const key = referenceKey(pose, this.#frameSize);
    const reference = this.#references.get(key);
    if (!reference || reference.width !== picture.width || reference.height !== picture.height) {
      // A picture without landmarks, in fog, would be no reference, and the lamps of a night are none for the day.
      if (mean(picture.grey) < LEAST_LIGHT) return undefined;
      const own = register(picture, picture, pose, this.#frameSize);
      if (own.kind !== 'found') return undefined;
      this.#references.set(key, picture);
      return own;
    }
    const found = register(reference, picture, pose, this.#frameSize);
    if (found.kind === 'found') return found;
    const last = known?.fact?.kind === 'found' ? known.fact : known?.fact?.before;
    return last && ptsMs - known!.foundPtsMs <= HOLDS_MS ? { ...found, before: last } : found;
  }
}
