import { focalLengthPx } from '../../pipeline/fire/lens.ts';
import { DAY } from '../street/light.ts';
import { unit } from '../street/vector.ts';
import { grain, rough } from './land.ts';
import { type Fire, type Tower, towerView } from './scene.ts';
import { hazed, type Stage } from './stage.ts';

export type Rectangle = readonly [x1: number, y1: number, x2: number, y2: number];

const PUFFS_A_SECOND = 7;
/** A puff that is so old has thinned out. */
const LIFE_S = 48;
/** Until the fire smokes with its full strength. */
const GROWING_S = 22;
/** Smoke hides so much of what is behind it where it is said to be seen. */
const VISIBLE = 0.12;
const [SPRITE, SPRITES] = [64, 6];
/** Share of light that smoke of damp wood throws back. */
const ALBEDO = 0.62;

/** Heaps with a bright and a dark side: how dense, and how much of the sun, over a square from -1 to 1. */
type Sprite = { readonly dense: Float32Array; readonly sunny: Float32Array };

const sprite = (seed: number): Sprite => {
  const [dense, sunny] = [new Float32Array(SPRITE * SPRITE), new Float32Array(SPRITE * SPRITE)];
  for (let row = 0; row < SPRITE; row++)
    for (let column = 0; column < SPRITE; column++) {
      const [x, y] = [(2 * column + 1) / SPRITE - 1, (2 * row + 1) / SPRITE - 1];
      const heap = rough(3 * x + 20, 3 * y + 20, seed, 4);
      const radius = Math.hypot(x, y) / (0.3 + 1.2 * heap);
      const at = row * SPRITE + column;
      dense[at] = Math.max(0, 1 - radius * radius) ** 1.5;
      // The sun stands high to the left, behind the one who looks.
      sunny[at] = Math.min(1, Math.max(0, 0.55 - 0.35 * y - 0.25 * x + 2 * (heap - 0.5)));
    }
  return { dense, sunny };
};

/** Smoke of a fire as puffs that rise, drift, widen and thin out. */
export class Plume {
  readonly #tower: Tower;
  readonly #fire: Fire;
  readonly #project: ReturnType<typeof towerView>;
  readonly #sprites = Array.from({ length: SPRITES }, (_, index) => sprite(200 + 10 * index));
  /** What of the light behind is hidden, of the picture being drawn. */
  readonly #veil: Float32Array;

  constructor(tower: Tower, fire: Fire) {
    this.#tower = tower;
    this.#fire = fire;
    this.#project = towerView(tower);
    this.#veil = new Float32Array(tower.width * tower.height);
  }

  /** Draws the smoke of an instant. @returns the box around what can be seen of it; null where nothing can */
  draw(picture: Float32Array, { depth }: Stage, at: number): Rectangle | null {
    this.#veil.fill(0);
    const burning = at - this.#fire.from;
    if (burning <= 0) return null;
    const last = Math.floor(burning * PUFFS_A_SECOND);
    // Old smoke has gone behind and above; new smoke is drawn over it.
    for (let puff = Math.max(0, last - LIFE_S * PUFFS_A_SECOND); puff <= last; puff++)
      this.#drawPuff(picture, depth, puff, burning - puff / PUFFS_A_SECOND);
    return this.#seen();
  }

  #drawPuff(picture: Float32Array, depth: Float32Array, puff: number, age: number): void {
    const { at: source, wind } = this.#fire;
    const chance = (kind: number): number => grain(puff + 0.5, kind + 0.5, 300) * 2 - 1;
    const strength = 0.35 + 0.65 * Math.min(1, puff / PUFFS_A_SECOND / GROWING_S);
    const gust = 1 + 0.25 * Math.sin(0.35 * (puff / PUFFS_A_SECOND)) + 0.15 * chance(1);
    const risen = (4.2 + 2.4 * strength) * (1 + 0.12 * chance(2)) * age ** 0.93;
    const blown = (age * risen) / (risen + 25);
    const wide = (4 + 5 * strength + 0.3 * risen) * (0.8 + 0.3 * chance(3));
    const place = this.#project([
      source[0] + wind[0] * gust * blown + 0.5 * wide * chance(4),
      source[1] + wind[1] * gust * blown + 0.5 * wide * chance(5),
      source[2] + risen + 0.2 * wide * chance(6),
    ]);
    const radius = (wide * 1.25 * focalLengthPx(this.#tower, this.#tower)) / place.depth;
    const young = Math.min(1, age / 1.5);
    const thin = Math.min(1, Math.max(0, (LIFE_S - age) / 20));
    const opacity = 0.5 * strength * young * thin * (30 / (30 + 0.3 * risen)) ** 1.1;
    this.#splat(picture, depth, place, radius, opacity, puff);
  }

  #splat(
    picture: Float32Array,
    depth: Float32Array,
    place: { readonly x: number; readonly y: number; readonly depth: number },
    radius: number,
    opacity: number,
    puff: number,
  ): void {
    const { width, height } = this.#tower;
    const { dense, sunny } = this.#sprites[puff % SPRITES]!;
    const [lit, dim] = [hazed(smoke(1), place.depth), hazed(smoke(0.12), place.depth)];
    const [x1, x2] = [Math.max(0, Math.ceil(place.x - radius)), Math.min(width - 1, Math.floor(place.x + radius))];
    const [y1, y2] = [Math.max(0, Math.ceil(place.y - radius)), Math.min(height - 1, Math.floor(place.y + radius))];
    for (let y = y1; y <= y2; y++)
      for (let x = x1; x <= x2; x++) {
        const at = y * width + x;
        if (depth[at]! < place.depth - 40) continue;
        const column = Math.min(SPRITE - 1, (((x - place.x) / radius + 1) * SPRITE) / 2) | 0;
        const row = Math.min(SPRITE - 1, (((y - place.y) / radius + 1) * SPRITE) / 2) | 0;
        const hides = opacity * dense[row * SPRITE + column]!;
        if (hides < 0.004) continue;
        const sun = sunny[row * SPRITE + column]!;
        this.#veil[at] = 1 - (1 - this.#veil[at]!) * (1 - hides);
        for (let channel = 0; channel < 3; channel++) {
          const colour = lit[channel]! * sun + dim[channel]! * (1 - sun);
          picture[at * 3 + channel] = picture[at * 3 + channel]! * (1 - hides) + colour * hides;
        }
      }
  }

  #seen(): Rectangle | null {
    const { width, height } = this.#tower;
    let [x1, y1, x2, y2] = [Infinity, Infinity, -1, -1];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (this.#veil[y * width + x]! < VISIBLE) continue;
        [x1, x2] = [Math.min(x1, x), Math.max(x2, x + 1)];
        [y1, y2] = [Math.min(y1, y), Math.max(y2, y + 1)];
      }
    return x2 < 0 ? null : [x1, y1, x2, y2];
  }
}

/** @param sun share of its light that reaches this side */
const smoke = (sun: number): readonly [number, number, number] => {
  const facing = unit([0, 0, 1])[2] * DAY.sunAt[2];
  const light = (channel: 0 | 1 | 2): number => ALBEDO * (0.8 * DAY.sky[channel] + DAY.sun[channel] * facing * sun);
  return [light(0), light(1), light(2)];
};
