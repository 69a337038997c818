import type { Detection } from '../pipeline/detection.ts';
import { type Box, boxArea, intersectionArea, iou, type Size } from '../pipeline/geometry.ts';

/** A detection in source pixels and the part of the source that its tile showed. */
export type TileDetection = { readonly detection: Detection; readonly tile: Box };

export type MergeOptions = {
  /** Part of the source that was analysed: its edges are not tile borders. */
  readonly crop: Box;
  readonly source: Size;
  /** A box that ends so near a tile's border was cut by it (source pixels). */
  readonly toleranceX: number;
  readonly toleranceY: number;
};

/** Two tiles that see the same thing agree better than two neighbours in a queue overlap. */
const SAME_IOU = 0.5;
/** A cut box lies nearly wholly inside the box of the tile that sees the thing whole. */
const COVERED_SHARE = 0.6;
/** The two halves of one thing agree on their extent along the border. */
const HALVES_AGREE = 0.6;

type Cuts = { readonly left: boolean; readonly top: boolean; readonly right: boolean; readonly bottom: boolean };
type Part = { readonly detection: Detection; readonly tile: Box; readonly cuts: Cuts };

const cutsOf = ({ detection: { box }, tile }: TileDetection, { crop, toleranceX, toleranceY }: MergeOptions): Cuts => ({
  left: tile.x1 > crop.x1 + toleranceX && box.x1 - tile.x1 < toleranceX,
  top: tile.y1 > crop.y1 + toleranceY && box.y1 - tile.y1 < toleranceY,
  right: tile.x2 < crop.x2 - toleranceX && tile.x2 - box.x2 < toleranceX,
  bottom: tile.y2 < crop.y2 - toleranceY && tile.y2 - box.y2 < toleranceY,
});

const isCut = ({ cuts }: Part): boolean => cuts.left || cuts.top || cuts.right || cuts.bottom;

const spanIou = (a1: number, a2: number, b1: number, b2: number): number =>
  Math.max(0, Math.min(a2, b2) - Math.max(a1, b1)) / Math.max(Math.max(a2, b2) - Math.min(a1, b1), 1e-9);

/** Whether the two are the halves of one thing that a border between two tiles cut apart. */
const areHalves = (a: Part, b: Part): boolean => {
  const p = a.detection.box;
  const q = b.detection.box;
  if (a.tile === b.tile || intersectionArea(p, q) <= 0) return false;
  const beside = (a.cuts.right && b.cuts.left) || (a.cuts.left && b.cuts.right);
  const stacked = (a.cuts.bottom && b.cuts.top) || (a.cuts.top && b.cuts.bottom);
  return (
    (beside && spanIou(p.y1, p.y2, q.y1, q.y2) >= HALVES_AGREE) ||
    (stacked && spanIou(p.x1, p.x2, q.x1, q.x2) >= HALVES_AGREE)
  );
};

const union = (a: Part, b: Part): Part => {
  const p = a.detection.box;
  const q = b.detection.box;
  return {
    ...a,
    detection: {
      ...a.detection,
      box: { x1: Math.min(p.x1, q.x1), y1: Math.min(p.y1, q.y1), x2: Math.max(p.x2, q.x2), y2: Math.max(p.y2, q.y2) },
    },
    cuts: {
      left: a.cuts.left && b.cuts.left,
      top: a.cuts.top && b.cuts.top,
      right: a.cuts.right && b.cuts.right,
      bottom: a.cuts.bottom && b.cuts.bottom,
    },
  };
};

/**
 * One list out of the lists of overlapping tiles, by falling score. Whole boxes go before cut ones whatever their
 * score; a cut box that a whole one covers is dropped, two halves without a whole become one box.
 */
export const mergeTiles = (tiles: readonly TileDetection[], options: MergeOptions): Detection[] => {
  const parts: Part[] = tiles.map((tile) => ({ ...tile, cuts: cutsOf(tile, options) }));
  parts.sort((a, b) => Number(isCut(a)) - Number(isCut(b)) || b.detection.score - a.detection.score);
  const kept: Part[] = [];
  for (const part of parts) {
    const { box, className } = part.detection;
    const cut = isCut(part);
    let covered = false;
    for (let k = 0; k < kept.length && !covered; k++) {
      const other = kept[k]!;
      if (other.detection.className !== className) continue;
      if (iou(other.detection.box, box) > SAME_IOU) covered = true;
      else if (!cut || other.tile === part.tile) continue;
      else if (intersectionArea(other.detection.box, box) > COVERED_SHARE * boxArea(box)) covered = true;
      else if (isCut(other) && areHalves(other, part)) {
        kept[k] = union(other, part);
        covered = true;
      }
    }
    if (!covered) kept.push(part);
  }
  return kept.map(({ detection }) => detection).sort((a, b) => b.score - a.score);
};
