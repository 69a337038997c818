import type { Picture } from './mesh.ts';

type Point = readonly [number, number];
type Stroke = readonly Point[];

/** Part of a squarish ellipse; degrees, 0 is right, 90 is down. */
const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke => {
  const steps = Math.max(4, Math.floor(Math.abs(to - from) / 18));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return [cx + rx * Math.sign(c) * Math.abs(c) ** 0.8, cy + ry * Math.sign(s) * Math.abs(s) ** 0.8] as const;
  });
};
const turned = (strokes: readonly Stroke[]): Stroke[] =>
  strokes.map((stroke) => stroke.map(([x, y]) => [1 - x, 2 - y] as const));

const SIX: readonly Stroke[] = [arc(0.5, 1.42, 0.5, 0.58, 0, 360), [[0.02, 1.35], [0.1, 1], [0.62, 0]]]; // prettier-ignore
const D: Stroke = [[0, 0], [0.4, 0], ...arc(0.4, 1, 0.6, 1, 270, 450), [0, 2], [0, 0]]; // prettier-ignore
const P: Stroke = [[0, 2], [0, 0], [0.5, 0], ...arc(0.5, 0.55, 0.5, 0.55, 270, 450), [0, 1.1]]; // prettier-ignore

/** Letters as strokes in a box one wide and two high, so that no font is needed. */
const GLYPHS: Readonly<Record<string, readonly Stroke[]>> = {
  '0': [arc(0.5, 1, 0.5, 1, 0, 360)],
  '1': [[[0.1, 0.5], [0.5, 0], [0.5, 2]]],
  '2': [[...arc(0.5, 0.5, 0.5, 0.5, 180, 395), [0, 2], [1, 2]]],
  '3': [[...arc(0.5, 0.5, 0.47, 0.5, 190, 450), ...arc(0.5, 1.5, 0.5, 0.5, 270, 530)]],
  '4': [[[0.65, 0], [0, 1.45], [1, 1.45]], [[0.72, 0.9], [0.72, 2]]],
  '5': [[[0.92, 0], [0.12, 0], [0.06, 0.98], ...arc(0.5, 1.4, 0.5, 0.6, 225, 520)]],
  '6': SIX,
  '7': [[[0, 0], [1, 0], [0.35, 2]]],
  '8': [arc(0.5, 0.5, 0.45, 0.5, 0, 360), arc(0.5, 1.5, 0.5, 0.5, 0, 360)],
  '9': turned(SIX),
  A: [[[0, 2], [0.5, 0], [1, 2]], [[0.17, 1.4], [0.83, 1.4]]],
  B: [
    [[0, 2], [0, 0], [0.5, 0], ...arc(0.5, 0.5, 0.43, 0.5, 270, 450), [0, 1]],
    [[0.4, 1], ...arc(0.5, 1.5, 0.5, 0.5, 270, 450), [0, 2]],
  ],
  C: [arc(0.5, 1, 0.5, 1, -40, -320)],
  D: [D],
  Đ: [D, [[-0.25, 1], [0.35, 1]]],
  E: [[[1, 0], [0, 0], [0, 2], [1, 2]], [[0, 1], [0.8, 1]]],
  F: [[[1, 0], [0, 0], [0, 2]], [[0, 1], [0.8, 1]]],
  G: [[...arc(0.5, 1, 0.5, 1, -40, -360), [0.55, 1]]],
  H: [[[0, 0], [0, 2]], [[1, 0], [1, 2]], [[0, 1], [1, 1]]],
  K: [[[0, 0], [0, 2]], [[1, 0], [0.05, 1.15]], [[0.32, 0.85], [1, 2]]],
  L: [[[0, 0], [0, 2], [1, 2]]],
  M: [[[0, 2], [0, 0], [0.5, 1.2], [1, 0], [1, 2]]],
  N: [[[0, 2], [0, 0], [1, 2], [1, 0]]],
  P: [P],
  R: [P, [[0.45, 1.1], [1, 2]]],
  S: [[...arc(0.5, 0.5, 0.48, 0.5, -35, -270), ...arc(0.5, 1.5, 0.5, 0.5, 270, 510)]],
  T: [[[0, 0], [1, 0]], [[0.5, 0], [0.5, 2]]],
  U: [[[0, 0], [0, 1.4], ...arc(0.5, 1.4, 0.5, 0.6, 180, 0), [1, 0]]],
  V: [[[0, 0], [0.5, 2], [1, 0]]],
  X: [[[0, 0], [1, 2]], [[1, 0], [0, 2]]],
  Y: [[[0, 0], [0.5, 1.1], [1, 0]], [[0.5, 1.1], [0.5, 2]]],
  Z: [[[0, 0], [1, 0], [0, 2], [1, 2]]],
  '-': [[[0.3, 1], [0.7, 1]]],
  '.': [[[0.5, 1.35], [0.5, 1.45]]],
}; // prettier-ignore
const NARROW = new Set(['-', '.']);

/** Size of a plate in metres (QCVN 08:2024/BCA). */
export const PLATE_SIZES = {
  motorbike: { width: 0.19, height: 0.14 },
  carLong: { width: 0.52, height: 0.11 },
  carShort: { width: 0.33, height: 0.165 },
} as const;

export type PlateColours = 'white' | 'yellow' | 'blue';
const COLOURS: Readonly<Record<PlateColours, { ground: readonly number[]; ink: readonly number[] }>> = {
  white: { ground: [0.8, 0.8, 0.78], ink: [0.02, 0.02, 0.02] },
  yellow: { ground: [0.8, 0.5, 0.02], ink: [0.02, 0.02, 0.02] },
  blue: { ground: [0.02, 0.09, 0.4], ink: [0.85, 0.85, 0.85] },
};
const PIXELS_PER_METRE = 600;

/**
 * Draws a plate.
 * @param lines one or two, as printed: `30A-123.45` or `29-B1`, `123.45`
 * @throws RangeError on a letter that plates do not have
 */
export const drawPlate = (
  lines: readonly string[],
  size: { readonly width: number; readonly height: number },
  colours: PlateColours,
): Picture => {
  const [width, height] = [Math.round(size.width * PIXELS_PER_METRE), Math.round(size.height * PIXELS_PER_METRE)];
  const { ground, ink } = COLOURS[colours];
  const strokes = lines.flatMap((line, row) => placeLine(line, row, lines.length, width, height));
  const half = 0.055 * (height / lines.length);
  const away = distances(strokes, width, height, half + 1);
  const pixels = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isRim = Math.min(x, y, width - 1 - x, height - 1 - y) < 0.02 * width;
      const share = isRim ? 0.8 : Math.min(1, Math.max(0, half + 0.5 - away[y * width + x]!));
      for (let channel = 0; channel < 3; channel++)
        pixels[(y * width + x) * 3 + channel] = ground[channel]! * (1 - share) + ink[channel]! * share;
    }
  return { width, height, pixels };
};

const placeLine = (line: string, row: number, rows: number, width: number, height: number): Stroke[] => {
  const letterHeight = (rows === 1 ? 0.62 : 0.36) * height;
  const letterWidth = letterHeight * 0.5;
  const advance = (letter: string): number => (NARROW.has(letter) ? 0.55 : 1.32) * letterWidth;
  const total = Array.from(line).reduce((sum, letter) => sum + advance(letter), 0);
  const squeeze = Math.min(1, (0.92 * width) / total);
  let left = (width - total * squeeze) / 2;
  const top = (height * (row + 0.5)) / rows - letterHeight / 2 + (rows === 2 ? (row === 0 ? 0.02 : -0.02) * height : 0);
  return Array.from(line).flatMap((letter) => {
    const glyph = GLYPHS[letter];
    if (!glyph) throw new RangeError(`no plate has the letter "${letter}"`);
    const inset = (advance(letter) - (NARROW.has(letter) ? 0.4 : 1) * letterWidth) / 2;
    const scale = (NARROW.has(letter) ? 0.4 : 1) * letterWidth * squeeze;
    const start = left + inset * squeeze;
    left += advance(letter) * squeeze;
    return glyph.map((stroke) => stroke.map(([x, y]) => [start + x * scale, top + (y / 2) * letterHeight] as const));
  });
};

/** How far each pixel is from the nearest stroke, as far as `reach`; Infinity beyond. */
const distances = (strokes: readonly Stroke[], width: number, height: number, reach: number): Float32Array => {
  const away = new Float32Array(width * height).fill(Infinity);
  for (const stroke of strokes)
    for (let i = 0; i + 1 < stroke.length; i++) {
      const [[ax, ay], [bx, by]] = [stroke[i]!, stroke[i + 1]!];
      const [dx, dy] = [bx - ax, by - ay];
      const squared = dx * dx + dy * dy || 1;
      const [x1, x2] = [Math.max(0, Math.floor(Math.min(ax, bx) - reach)), Math.min(width, Math.max(ax, bx) + reach)];
      const [y1, y2] = [Math.max(0, Math.floor(Math.min(ay, by) - reach)), Math.min(height, Math.max(ay, by) + reach)];
      for (let y = y1; y < y2; y++)
        for (let x = x1; x < x2; x++) {
          const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
          const along = Math.min(1, Math.max(0, (px * dx + py * dy) / squared));
          const far = Math.hypot(px - along * dx, py - along * dy);
          if (far < away[y * width + x]!) away[y * width + x] = far;
        }
    }
  return away;
};
