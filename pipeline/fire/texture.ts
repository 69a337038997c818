import type { Frame } from '../frame.ts';
import type { Box } from '../geometry.ts';
import { toTarget } from '../letterbox.ts';
import type { PtsMs } from '../time.ts';
import { glareAt } from './glare.ts';
import { greyOf, type GreyPicture } from './landmarks.ts';
import { mean, shownOf } from '../health/grey-picture.ts';

/**
 * A look is held against the newest one at least so old (ms): smoke has moved by then, and what came since the evidence's last step,
 * by default 10 s before, is seen to have come …
 */
const AFTER_MS = 10_000;
/** … and not against one before a longer pause. */
const WITHIN_MS = 30 * 60_000;
const KEEP_EVERY_MS = 4_000;
/** Side of the cells in which change is measured, in pixels of the analysis. */
const CELL = 8;
/** Change of a picture that nothing moves in, in steps of 0–255: noise of the sensor and of the coding; real towers have 1.04 and more. */
const LEAST_CHANGE = 1;

type Look = { readonly ptsMs: PtsMs; readonly cells: Cells };
type Cells = { readonly columns: number; readonly rows: number; readonly picture: GreyPicture };

/** What a picture says of a place besides the detector. */
export type Texture = {
  /** As a multiple of the change of the rest of the picture; null where no earlier look tells. */
  readonly change: number | null;
  /** How much of it may be stray light, 0 to 1. */
  readonly glare: number;
};

/**
 * How much a place changes from look to look, against how much the rest of the picture does: smoke billows, while a rock, a
 * mast, dirt on the lens or a bright road look as they did. Light that changes everywhere changes nothing here. One for each pose.
 */
export class TextureWatch {
  #looks: readonly Look[] = [];

  /**
   * @param boxes in source pixels
   * @returns for each box
   */
  look(frame: Pick<Frame, 'pixels' | 'letterbox'>, ptsMs: PtsMs, boxes: readonly Box[]): readonly Texture[] {
    const last = this.#looks.at(-1);
    const isDue = !last || ptsMs - last.ptsMs >= KEEP_EVERY_MS;
    if (boxes.length === 0 && !isDue) return [];
    const picture = greyOf(frame);
    const cells = { columns: Math.floor(picture.width / CELL), rows: Math.floor(picture.height / CELL), picture };
    const before = this.#looks.findLast((look) => ptsMs - look.ptsMs >= AFTER_MS);
    if (isDue)
      this.#looks = [
        ...this.#looks.filter((look) => ptsMs - look.ptsMs < AFTER_MS + KEEP_EVERY_MS || look === before),
        { ptsMs, cells },
      ];
    const { left, top } = shownOf(frame.letterbox);
    const places = boxes.map((box) => {
      const { x1, y1, x2, y2 } = toTarget(box, frame.letterbox);
      return { x1: x1 - left, y1: y1 - top, x2: x2 - left, y2: y2 - top };
    });
    const glare = glareAt(picture, places);
    const changes = before && ptsMs - before.ptsMs <= WITHIN_MS ? changesAt(before.cells, cells, places) : null;
    return places.map((_, index) => ({ change: changes?.[index] ?? null, glare: glare[index]! }));
  }
}

/** Change of each place as a multiple of the picture's own; null where it cannot be told. */
const changesAt = (before: Cells, now: Cells, places: readonly Box[]): readonly (number | null)[] | null => {
  const changes = places.length > 0 ? changesOf(before, now) : null;
  // The very same picture again: it was sent twice, and says nothing of what moves there.
  if (!changes || changes.every((change) => change === 0)) return null;
  const usual = Math.max(LEAST_CHANGE, median(changes));
  return places.map(({ x1, y1, x2, y2 }) => {
    const [fromX, toX] = span(x1, x2, now.columns);
    const [fromY, toY] = span(y1, y2, now.rows);
    let [sum, count] = [0, 0];
    for (let row = fromY; row < toY; row++)
      for (let column = fromX; column < toX; column++) {
        sum += changes[row * now.columns + column]!;
        count++;
      }
    return count > 0 ? Math.round((100 * sum) / count / usual) / 100 : null;
  });
};

/** Cells that a span of pixels touches. */
const span = (from: number, to: number, most: number): readonly [number, number] => [
  Math.max(0, Math.min(most - 1, Math.floor(from / CELL))),
  Math.max(1, Math.min(most, Math.ceil(to / CELL))),
];

/** Mean difference of each cell, when the later picture is given the light of the earlier one; null when sizes differ. */
const changesOf = (before: Cells, now: Cells): Float32Array | null => {
  if (before.columns !== now.columns || before.rows !== now.rows) return null;
  const gain = mean(before.picture.grey) / Math.max(1, mean(now.picture.grey));
  const { width } = now.picture;
  const changes = new Float32Array(now.columns * now.rows);
  for (let row = 0; row < now.rows; row++)
    for (let column = 0; column < now.columns; column++) {
      let sum = 0;
      for (let y = row * CELL; y < (row + 1) * CELL; y++)
        for (let x = column * CELL; x < (column + 1) * CELL; x++) {
          const at = y * width + x;
          sum += Math.abs(gain * now.picture.grey[at]! - before.picture.grey[at]!);
        }
      changes[row * now.columns + column] = sum / CELL ** 2;
    }
  return changes;
};

const median = (values: Float32Array): number => {
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};
