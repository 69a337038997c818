import sharp from 'sharp';
import type { Size } from '../pipeline/geometry.ts';

/**
 * Things that are no fire, drawn over real pictures without smoke: kinds of DOMAIN.md §4 of which no real picture is at hand.
 * A drawing is no proof; it shows whether persistence, growth and foot speak as they should.
 */
export type DrawnNegative = {
  readonly kind: string;
  readonly draw: (scene: Look) => string;
  /** Where people would mark it, in fractions of the picture; of what stays at one place. */
  readonly mark?: (next: () => number) => readonly (readonly [number, number])[];
};

type Look = {
  /** From 0, 30 s apart. */
  readonly look: number;
  /** Random numbers: the same for every look of a scene, and others for each. */
  readonly next: () => number;
  readonly anew: () => number;
  readonly size: Size;
};

type Puff = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly opacity: number;
};

/** Places and sizes in fractions of the picture's width and height. */
const puffs = (all: readonly Puff[], colour: string, { width: w, height: h }: Size): string =>
  all
    .map(
      ({ x, y, width, height, opacity }) =>
        `<ellipse cx="${String(x * w)}" cy="${String(y * h)}" rx="${String((width * w) / 2)}" ry="${String((height * h) / 2)}" fill="${colour}" opacity="${String(opacity)}"/>`,
    )
    .join('');

const count = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => index);

/** A trail behind something that moves: each puff older, wider, thinner. */
const trail = (x: number, y: number, step: number, size: number, opacity: number): readonly Puff[] =>
  count(8).map((age) => ({
    ...{ x: x - step * age, y: y - 0.3 * size * Math.sqrt(age) },
    ...{ width: size * (1 + 0.5 * age), height: size * (0.8 + 0.35 * age) },
    opacity: opacity * 0.85 ** age,
  }));

/** A column over one foot that leans with the wind: each puff older, higher, wider, thinner. */
const column = (x: number, foot: number, lean: number, size: number, opacity: number): readonly Puff[] =>
  count(10).map((age) => ({
    ...{ x: x + lean * size * age, y: foot - 0.9 * size * (age + 0.5) },
    ...{ width: size * (0.8 + 0.35 * age), height: size * (1.3 + 0.4 * age) },
    opacity: opacity * 0.87 ** age,
  }));

/** A rectangle around a place. */
const around = (x: number, y: number, left: number, up: number, right: number, down: number) =>
  [
    [x - left, y - up],
    [x + right, y - up],
    [x + right, y + down],
    [x - left, y + down],
  ] as const;

const field = (next: () => number) => ({ x: 0.15 + 0.5 * next(), y: 0.65 + 0.2 * next(), lean: 2 * next() - 1 });

const chimney = (next: () => number) => ({ x: 0.15 + 0.7 * next(), y: 0.6 + 0.15 * next() });

export const DRAWN_NEGATIVES: readonly DrawnNegative[] = [
  {
    kind: 'dust of a dirt road',
    draw: ({ look, next, size }) => {
      const [from, y, pace] = [0.9 * next(), 0.6 + 0.25 * next(), (next() < 0.5 ? -1 : 1) * (0.03 + 0.04 * next())];
      return puffs(trail(from + pace * look, y, Math.sign(pace) * 0.006, 0.014, 0.5), '#c2a983', size);
    },
  },
  {
    kind: 'brick kiln',
    mark: (next) => {
      const { x, y } = chimney(next);
      return around(x, y, 0.04, 0.06, 0.04, 0.05);
    },
    draw: ({ look, next, size }) => {
      const { x, y } = chimney(next);
      const lean = next() - 0.5;
      const gust = 0.2 * Math.sin(1.7 * look);
      return puffs(
        count(9).map((age) => ({
          ...{ x: x + (lean + gust) * 0.006 * age, y: y - 0.014 * age, opacity: 0.5 * 0.88 ** age },
          ...{ width: 0.01 + 0.004 * age, height: 0.018 + 0.005 * age },
        })),
        '#b9b9bb',
        size,
      );
    },
  },
  {
    kind: 'rice straw burning',
    mark: (next) => {
      const { x, y } = field(next);
      return around(x, y, 0.05, 0.06, 0.17, 0.06);
    },
    draw: ({ look, next, size }) => {
      // Heaps in a row are lit one after the other; each grows for two minutes and burns for four.
      const { x, y, lean } = field(next);
      return puffs(
        count(3).flatMap((heap) => {
          const since = look - 2 - 3 * heap;
          if (since < 0 || since > 8) return [];
          const gust = 0.25 * Math.sin(1.3 * look + heap);
          return column(x + 0.05 * heap, y, 0.6 * lean + gust, 0.012 + 0.004 * Math.min(4, since), 0.45);
        }),
        '#d3d2cd',
        size,
      );
    },
  },
  {
    kind: 'charcoal kiln',
    mark: (next) => {
      const { x, y } = chimney(next);
      return around(x, y, 0.05, 0.05, 0.05, 0.05);
    },
    draw: ({ look, next, size }) => {
      // Damp white smoke out of a mound, day and night: it never grows.
      const { x, y } = chimney(next);
      const lean = next() - 0.5 + 0.3 * Math.sin(1.9 * look);
      return puffs(column(x, y, lean, 0.018, 0.55), '#e4e6e8', size);
    },
  },
  {
    kind: 'boat exhaust',
    draw: ({ look, next, size }) => {
      const [from, y, pace] = [next(), 0.55 + 0.2 * next(), (next() < 0.5 ? -1 : 1) * (0.012 + 0.012 * next())];
      return puffs(trail(from + pace * look, y, Math.sign(pace) * 0.004, 0.008, 0.45), '#8d8d90', size);
    },
  },
  {
    kind: 'rain on the lens',
    draw: ({ look, next, size }) => {
      // Drops stay for some looks and run off one by one.
      const drops = count(9).map(() => ({
        x: next(),
        y: next(),
        radius: 0.03 + 0.05 * next(),
        since: 20 * next() - 6,
      }));
      return puffs(
        drops
          .filter(({ since }) => look >= since && look < since + 6)
          .map(({ x, y, radius, since }) => ({
            x,
            // Down, never up.
            y: y + 0.004 * (look - since),
            width: radius,
            height: 1.6 * radius,
            opacity: 0.4,
          })),
        '#dfe3e6',
        size,
      );
    },
  },
  {
    kind: 'insects on the lens',
    draw: ({ anew, size }) =>
      puffs(
        count(2).map(() => ({ x: anew(), y: anew(), width: 0.03 + 0.03 * anew(), height: 0.02, opacity: 0.6 })),
        '#3c3a36',
        size,
      ),
  },
  {
    kind: 'valley fog',
    draw: ({ look, next, size }) =>
      puffs(
        count(6).map(() => ({
          ...{
            x: next() + 0.004 * look,
            y: 0.6 + 0.12 * next(),
            width: 0.25 + 0.35 * next(),
            height: 0.03 + 0.05 * next(),
          },
          opacity: 0.35 + 0.15 * Math.sin(0.4 * look + 6 * next()),
        })),
        '#d9dde0',
        size,
      ),
  },
  {
    kind: 'salt haze',
    draw: ({ look, next, size }) =>
      puffs(
        count(5).map((band) => ({
          ...{ x: 0.5, y: 0.45 + 0.05 * band, width: 2.4, height: 0.25 },
          opacity: 0.16 + 0.04 * Math.sin(0.3 * look + next()),
        })),
        '#e6e4dd',
        size,
      ),
  },
];

/** The picture with the drawing over it, soft as things out of focus and far away are. */
export const drawOver = async (file: string, negative: DrawnNegative, scene: Omit<Look, 'size'>): Promise<Buffer> => {
  const { width, height } = await sharp(file).metadata();
  const shapes = negative.draw({ ...scene, size: { width, height } });
  const blur = String(width / 320);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}"><filter id="b" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${blur}"/></filter><g filter="url(#b)">${shapes}</g></svg>`;
  return sharp(file)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 88 })
    .toBuffer();
};
