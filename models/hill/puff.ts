import { DAY } from '../street/light.ts';
import { rough } from './land.ts';

export const SPRITE_SIDE = 64;
/** Share of light that smoke of damp wood throws back. */
const ALBEDO = 0.62;

/** A heap with a bright and a dark side: over a square of `SPRITE_SIDE` texels, how dense it is and its share of the sun, each 0–1. */
export type Sprite = { readonly dense: Float32Array; readonly sunny: Float32Array };

/** @param seed another one, another heap */
export const drawSprite = (seed: number): Sprite => {
  const [dense, sunny] = [new Float32Array(SPRITE_SIDE * SPRITE_SIDE), new Float32Array(SPRITE_SIDE * SPRITE_SIDE)];
  for (let row = 0; row < SPRITE_SIDE; row++)
    for (let column = 0; column < SPRITE_SIDE; column++) {
      const [x, y] = [(2 * column + 1) / SPRITE_SIDE - 1, (2 * row + 1) / SPRITE_SIDE - 1];
      const heap = rough(3 * x + 20, 3 * y + 20, seed, 4);
      const radius = Math.hypot(x, y) / (0.3 + 1.2 * heap);
      const at = row * SPRITE_SIDE + column;
      dense[at] = Math.max(0, 1 - radius * radius) ** 1.5;
      // The sun stands high to the left, behind the one who looks.
      sunny[at] = Math.min(1, Math.max(0, 0.55 - 0.35 * y - 0.25 * x + 2 * (heap - 0.5)));
    }
  return { dense, sunny };
};

/** Light that smoke sends to the eye, linear RGB. @param sun share of the sun's light that reaches this side, 0–1 */
export const litSmoke = (sun: number): readonly [number, number, number] => {
  const facing = DAY.sunAt[2];
  const light = (channel: 0 | 1 | 2): number => ALBEDO * (0.8 * DAY.sky[channel] + DAY.sun[channel] * facing * sun);
  return [light(0), light(1), light(2)];
};
