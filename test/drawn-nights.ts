import type { Size } from '../pipeline/geometry.ts';
import { random } from './drawn-tracks.ts';

export const NIGHT_SIZE: Size = { width: 192, height: 108 };
/** One frame a second. */
export const NIGHT_FRAMES = 150;

export const NIGHT_KINDS = [
  'lamp switched on',
  'vehicles',
  'moon',
  'far lamp that trembles',
  'tail lights',
  'lightning',
  'blue beacon',
] as const;
export type NightKind = 'fire' | (typeof NIGHT_KINDS)[number];

/** A drawn night: a ridge, lamps that were always there, and one thing more. */
export type Night = {
  readonly kind: NightKind;
  /** Second in which the fire begins; null without one. */
  readonly truthFrame: number | null;
  readonly frames: () => Generator<Uint8Array<ArrayBuffer>>;
};

type Light = {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly colour: readonly [number, number, number];
  readonly power: number;
};

const SODIUM: Light['colour'] = [1, 0.68, 0.3];
const FLAME: Light['colour'] = [1, 0.55, 0.18];

/**
 * Nights as a tower's camera gives them, in colour. Flames tremble by about a third from second to second and grow; lamps by two
 * per cent, far ones by up to six; all of it drawn, not taken from a camera.
 */
export const drawnNights = (seed: number, count: number): readonly Night[] => {
  const next = random(seed);
  return Array.from({ length: count }, (_, index): Night => {
    const own = Math.floor(next() * 2 ** 31);
    const kind = index % 2 === 0 ? 'fire' : NIGHT_KINDS[(index >> 1) % NIGHT_KINDS.length]!;
    return { kind, truthFrame: kind === 'fire' ? FIRE_FROM : null, frames: () => draw(kind, own) };
  });
};

const FIRE_FROM = 30;
/** Lights of the watch's first two minutes count as old, so the nights begin before. */
export const NIGHT_BEFORE_MS = 130_000;

function* draw(kind: NightKind, seed: number): Generator<Uint8Array<ArrayBuffer>> {
  const next = random(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const { width, height } = NIGHT_SIZE;
  const at = (): { x: number; y: number } => ({ x: 10 + (width - 20) * next(), y: height * (0.45 + 0.5 * next()) });
  const lamps = Array.from({ length: 2 + Math.floor(5 * next()) }, () => ({
    ...at(),
    power: 150 + 250 * next(),
    tremble: 0.02,
  }));
  const place = at();
  const [speed, radius, power] = [3 + 6 * next(), 1 + next(), 120 + 200 * next()];
  let wander = 0;
  for (let second = 0; second < NIGHT_FRAMES; second++) {
    const lights: Light[] = lamps.map(({ x, y, power: of, tremble }) => ({
      ...{ x, y, radius: 1, colour: SODIUM },
      power: of * (1 + tremble * normal()),
    }));
    const isOn = second >= FIRE_FROM;
    wander = 0.4 * wander + 0.3 * normal();
    if (kind === 'fire' && isOn) {
      const grown = 1 + (second - FIRE_FROM) / 60;
      lights.push({ ...place, radius: radius * Math.sqrt(grown), colour: FLAME, power: power * Math.exp(wander) });
    }
    if (kind === 'lamp switched on' && isOn)
      lights.push({ ...place, radius, colour: SODIUM, power: power * (1 + 0.02 * normal()) });
    if (kind === 'far lamp that trembles' && isOn)
      lights.push({ ...place, radius: 1, colour: SODIUM, power: power * (1 + 0.06 * normal()) });
    if (kind === 'blue beacon' && isOn)
      lights.push({ ...place, radius, colour: [0.4, 0.5, 1], power: second % 2 === 0 ? 300 : 60 });
    if (kind === 'moon') lights.push({ x: 20 + second / 8, y: 18, radius: 4, colour: [1, 0.93, 0.82], power: 230 });
    if (kind === 'vehicles' || kind === 'tail lights')
      for (let car = 0; car < 3; car++) {
        const x = (speed * second + 70 * car) % (width + 40);
        const colour: Light['colour'] = kind === 'vehicles' ? [1, 0.85, 0.65] : [1, 0.15, 0.12];
        lights.push({ x, y: height * 0.7, radius: 1, colour, power: power * (1 + 0.3 * Math.abs(normal())) });
      }
    const flash = kind === 'lightning' && second % 17 > 14 ? 45 * next() : 0;
    yield paint(lights, flash, next);
  }
}

const paint = (lights: readonly Light[], flash: number, next: () => number): Uint8Array<ArrayBuffer> => {
  const { width, height } = NIGHT_SIZE;
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.fill(8 + flash + 6 * next(), at, at + 3);
  for (const { x, y, radius, colour, power } of lights) {
    const reach = Math.ceil(4 * radius);
    for (let py = Math.max(0, Math.floor(y) - reach); py <= Math.min(height - 1, Math.floor(y) + reach); py++)
      for (let px = Math.max(0, Math.floor(x) - reach); px <= Math.min(width - 1, Math.floor(x) + reach); px++) {
        const shine = power * Math.exp(-((px - x) ** 2 + (py - y) ** 2) / (2 * radius * radius));
        for (let channel = 0; channel < 3; channel++) {
          const index = (py * width + px) * 3 + channel;
          pixels[index] = Math.min(255, pixels[index]! + shine * colour[channel]!);
        }
      }
  }
  return pixels;
};
