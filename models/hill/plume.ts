import { focalLengthPx } from '../../pipeline/fire/lens.ts';
import type { Vec3 } from '../street/vector.ts';
import { grain } from './land.ts';
import { drawSprite, litSmoke, type Sprite, SPRITE_SIDE } from './puff.ts';
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
const SPRITES = 6;
/** Share of the sun's light on the side of a heap that looks away from it. */
const SHADED = 0.12;
/** Ground so much nearer than the middle of a puff hides it. */
const BEFORE_M = 40;

/** One puff: where its middle is, metres east, north and above the sea; how much of what is behind its middle it hides, 0–1. */
type Puff = { readonly at: Vec3; readonly radiusM: number; readonly opacity: number };

/**
 * A puff of some age in seconds. It rises at 4 to 7 m/s, ever slower, takes up the wind as it leaves the trees behind, widens
 * with its height and thins out: chosen by eye after pictures of young fires, no simulation.
 * @param puff its number since the fire began to smoke; all chance comes from it, so a film is the same each time
 */
const puffAt = ({ at: [east, north, up], wind }: Fire, puff: number, age: number): Puff => {
  const chance = (kind: number): number => grain(puff + 0.5, kind + 0.5, 300) * 2 - 1;
  const bornS = puff / PUFFS_A_SECOND;
  const strength = 0.35 + 0.65 * Math.min(1, bornS / GROWING_S);
  const gust = 1 + 0.25 * Math.sin(0.35 * bornS) + 0.15 * chance(1);
  const risen = (4.2 + 2.4 * strength) * (1 + 0.12 * chance(2)) * age ** 0.93;
  const blown = (age * risen) / (risen + 25);
  const wide = (4 + 5 * strength + 0.3 * risen) * (0.8 + 0.3 * chance(3));
  const young = Math.min(1, age / 1.5);
  const thin = Math.min(1, Math.max(0, (LIFE_S - age) / 20));
  return {
    at: [
      east + wind[0] * gust * blown + 0.5 * wide * chance(4),
      north + wind[1] * gust * blown + 0.5 * wide * chance(5),
      up + risen + 0.2 * wide * chance(6),
    ],
    radiusM: 1.25 * wide,
    opacity: 0.5 * strength * young * thin * (30 / (30 + 0.3 * risen)) ** 1.1,
  };
};

/** Smoke of a fire as puffs that rise, drift, widen and thin out. */
export class Plume {
  readonly #tower: Tower;
  readonly #fire: Fire;
  readonly #project: ReturnType<typeof towerView>;
  readonly #sprites: readonly Sprite[] = Array.from({ length: SPRITES }, (_, index) => drawSprite(200 + 10 * index));
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
    const { at: middle, radiusM, opacity } = puffAt(this.#fire, puff, age);
    const place = this.#project(middle);
    const radius = (radiusM * focalLengthPx(this.#tower, this.#tower)) / place.depth;
    const { width, height } = this.#tower;
    const { dense, sunny } = this.#sprites[puff % SPRITES]!;
    const [lit, dim] = [hazed(litSmoke(1), place.depth), hazed(litSmoke(SHADED), place.depth)];
    const [x1, x2] = [Math.max(0, Math.ceil(place.x - radius)), Math.min(width - 1, Math.floor(place.x + radius))];
    const [y1, y2] = [Math.max(0, Math.ceil(place.y - radius)), Math.min(height - 1, Math.floor(place.y + radius))];
    for (let y = y1; y <= y2; y++)
      for (let x = x1; x <= x2; x++) {
        const at = y * width + x;
        if (depth[at]! < place.depth - BEFORE_M) continue;
        const column = Math.min(SPRITE_SIDE - 1, (((x - place.x) / radius + 1) * SPRITE_SIDE) / 2) | 0;
        const row = Math.min(SPRITE_SIDE - 1, (((y - place.y) / radius + 1) * SPRITE_SIDE) / 2) | 0;
        const hides = opacity * dense[row * SPRITE_SIDE + column]!;
        if (hides < 0.004) continue;
        const sun = sunny[row * SPRITE_SIDE + column]!;
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
