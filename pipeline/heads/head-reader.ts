import type { Detection } from '../detection.ts';
import type { Detector } from '../detector.ts';
import { FrameBuffers } from '../frame-buffers.ts';
import type { Frame, FrameHeader } from '../frame.ts';
import type { HeadReading } from '../head-reading.ts';
import { type SeatingState, seatRiders } from '../rules/rider-groups.ts';
import type { Track } from '../track.ts';
import { chooseRiders, cropOf, type LookedAt } from './choose-riders.ts';
import { cutCrop } from './cut-crop.ts';
import { readHeads } from './read-heads.ts';

export type HeadReaderOptions = {
  /** A model of heads: classes `helmet`, `no_helmet`, `unsure`. Shared; whoever opened it closes it. */
  readonly detector: Detector;
  /** Motorcycles looked at per frame, at most. */
  readonly maxCrops: number;
};

/**
 * Second stage of one camera during one session: riders' heads on the crops of their motorcycles. Knows no clock: the
 * same frames and tracks give the same readings.
 */
export class HeadReader {
  readonly #detector: Detector;
  readonly #maxCrops: number;
  readonly #buffers: FrameBuffers;
  #seats: SeatingState = new Map();
  #lookedAt: LookedAt = new Map();

  constructor({ detector, maxCrops }: HeadReaderOptions) {
    this.#detector = detector;
    this.#maxCrops = maxCrops;
    this.#buffers = new FrameBuffers(detector.input.width * detector.input.height * 3, maxCrops);
  }

  /**
   * @param frame in order of `ptsMs`; its pixels are only read, until the promise settles
   * @param tracks of this frame, source pixels
   * @throws WatchpostError INFERENCE_FAILED
   */
  async read(frame: FrameHeader & Pick<Frame, 'pixels'>, tracks: readonly Track[]): Promise<readonly HeadReading[]> {
    const { ptsMs, letterbox } = frame;
    const { seats, groups } = seatRiders(this.#seats, { tracks, ptsMs, frameSize: letterbox.source });
    this.#seats = seats;
    const motorcycles = groups.filter(({ vehicle }) => vehicle.className === 'motorcycle');
    const { chosen, lookedAt } = chooseRiders(motorcycles, this.#lookedAt, ptsMs, {
      maxCrops: this.#maxCrops,
      scale: letterbox.scaleY,
    });
    this.#lookedAt = lookedAt;
    const crops = chosen.flatMap((group) => {
      const crop = cutCrop(frame, cropOf(group), this.#detector.input, () => this.#buffers.take());
      return crop ? [{ group, crop }] : [];
    });
    const found: (readonly Detection[])[] = [];
    try {
      for (let first = 0; first < crops.length; first += this.#detector.maxBatch) {
        const batch = crops.slice(first, first + this.#detector.maxBatch);
        found.push(...(await this.#detector.detect(batch.map(({ crop }) => crop))));
      }
    } finally {
      for (const { crop } of crops) crop.release();
    }
    return crops.flatMap(({ group }, index) => readHeads(found[index] ?? [], group.riders, frame));
  }
}
