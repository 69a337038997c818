import type { Frame } from '../frame.ts';
import type { Box, Point } from '../geometry.ts';
import { toSource, toTarget } from '../letterbox.ts';
import { isInside } from '../polygon.ts';

type Picture = Pick<Frame, 'pixels' | 'letterbox'>;

/** Cells of at least this many analysis pixels a side: sensor noise and the trembling of edges average out … */
const LEAST_CELL_PX = 3;
/** … and at most so many along the zone's longer side, which bounds the work. */
const MOST_CELLS = 96;

/** A zone on the analysis frame, cut into square cells. */
export class CellGrid {
  readonly columns: number;
  readonly rows: number;
  /** Whether a cell's middle lies inside the zone, row by row. */
  readonly inside: readonly boolean[];
  readonly #left: number;
  readonly #top: number;
  readonly #side: number;
  readonly #letterbox: Frame['letterbox'];

  /** @param corners of the zone, fractions of the frame */
  constructor(corners: readonly Point[], letterbox: Frame['letterbox']) {
    const { source, target } = letterbox;
    const points = corners.map(({ x, y }): Point => {
      const { x1, y1 } = toTarget({ x1: x * source.width, y1: y * source.height, x2: 0, y2: 0 }, letterbox);
      return { x: x1, y: y1 };
    });
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    this.#letterbox = letterbox;
    this.#left = Math.max(0, Math.floor(Math.min(...xs)));
    this.#top = Math.max(0, Math.floor(Math.min(...ys)));
    const width = Math.min(target.width, Math.ceil(Math.max(...xs))) - this.#left;
    const height = Math.min(target.height, Math.ceil(Math.max(...ys))) - this.#top;
    this.#side = Math.max(LEAST_CELL_PX, Math.ceil(Math.max(width, height) / MOST_CELLS));
    this.columns = Math.max(0, Math.floor(width / this.#side));
    this.rows = Math.max(0, Math.floor(height / this.#side));
    this.inside = Array.from({ length: this.columns * this.rows }, (_, index) =>
      isInside(
        {
          x: this.#left + ((index % this.columns) + 0.5) * this.#side,
          y: this.#top + (Math.floor(index / this.columns) + 0.5) * this.#side,
        },
        points,
      ),
    );
  }

  /** Whether a frame lies in its analysis frame as the grid's first one did. */
  fits({ source, target, scaleX, scaleY, offset, crop }: Frame['letterbox']): boolean {
    const own = this.#letterbox;
    return (
      source.width === own.source.width &&
      source.height === own.source.height &&
      target.width === own.target.width &&
      target.height === own.target.height &&
      scaleX === own.scaleX &&
      scaleY === own.scaleY &&
      offset.x === own.offset.x &&
      offset.y === own.offset.y &&
      crop.x1 === own.crop.x1 &&
      crop.y1 === own.crop.y1
    );
  }

  /** Mean colour of every cell inside the zone, 0–255, three values a cell; cells outside stay 0. */
  colours({ pixels, letterbox }: Picture): Float32Array {
    const { width } = letterbox.target;
    const side = this.#side;
    const step = side > 4 ? 2 : 1;
    const colours = new Float32Array(this.columns * this.rows * 3);
    for (let cell = 0; cell < this.inside.length; cell++) {
      if (!this.inside[cell]) continue;
      const left = this.#left + (cell % this.columns) * side;
      const top = this.#top + Math.floor(cell / this.columns) * side;
      let [red, green, blue, count] = [0, 0, 0, 0];
      for (let y = top; y < top + side; y += step)
        for (let x = left; x < left + side; x += step) {
          const at = (y * width + x) * 3;
          red += pixels[at]!;
          green += pixels[at + 1]!;
          blue += pixels[at + 2]!;
          count++;
        }
      colours.set([red / count, green / count, blue / count], cell * 3);
    }
    return colours;
  }

  /** The cells of a rectangle, last column and row included, in fractions of the frame. */
  toBox(columns: readonly [number, number], rows: readonly [number, number]): Box {
    const { source } = this.#letterbox;
    const box = toSource(
      {
        x1: this.#left + columns[0] * this.#side,
        y1: this.#top + rows[0] * this.#side,
        x2: this.#left + (columns[1] + 1) * this.#side,
        y2: this.#top + (rows[1] + 1) * this.#side,
      },
      this.#letterbox,
    );
    return {
      x1: box.x1 / source.width,
      y1: box.y1 / source.height,
      x2: box.x2 / source.width,
      y2: box.y2 / source.height,
    };
  }
}
