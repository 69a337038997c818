import type { Colour, Surface } from './mesh.ts';
import { mix, unit, type Vec3 } from './vector.ts';

/** Where light comes from, linear. */
export type Light = {
  /** Towards the sun. */
  readonly sunAt: Vec3;
  readonly sun: Colour;
  readonly sky: Colour;
  readonly horizon: Colour;
  /** What the ground throws back. */
  readonly ground: Colour;
  /** How much of the sun's light is missing in shadows, 0–1. */
  readonly shadow: number;
  /** How long the shutter of a camera that goes by this light is open, against a mean. */
  readonly exposure: number;
};

export const DAY: Light = {
  sunAt: unit([-0.55, -0.35, 0.9]),
  sun: [2.3, 2.15, 1.9],
  sky: [0.42, 0.56, 0.82],
  horizon: [0.8, 0.86, 0.92],
  ground: [0.22, 0.2, 0.18],
  shadow: 0.62,
  exposure: 0.62,
};

export const DUSK: Light = {
  sunAt: unit([-0.8, 0.5, 0.28]),
  sun: [0.34, 0.2, 0.12],
  sky: [0.12, 0.14, 0.24],
  horizon: [0.42, 0.26, 0.2],
  ground: [0.05, 0.05, 0.05],
  shadow: 0.3,
  exposure: 1.5,
};

/** The sky in one direction. */
export const skyAt = (direction: Vec3, { sky, horizon }: Light): Colour =>
  mix(horizon, sky, Math.min(1, Math.max(0, direction[2]) * 2.2));

/**
 * What the eye sees of a point on a surface (Lambert, with Schlick's mirror on lacquer and glass).
 * @param at where `seen` is written: three numbers
 * @param nx,ny,nz the surface's normal, a unit vector on either side
 * @param ex,ey,ez from the point to the eye, a unit vector
 */
export const shade = (
  { gloss = 0, glow = 0 }: Surface,
  albedo: Colour,
  nx: number, ny: number, nz: number,
  ex: number, ey: number, ez: number,
  { sunAt, sun, sky, horizon, ground }: Light,
  seen: Float64Array,
  at: number,
): void => {
  // Numbers, not vectors: this runs for every corner of every triangle.
  let facing = nx * ex + ny * ey + nz * ez;
  if (facing < 0) {
    nx = -nx;
    ny = -ny;
    nz = -nz;
    facing = -facing;
  }
  const up = 0.5 + 0.5 * nz;
  const sunny = Math.max(0, nx * sunAt[0] + ny * sunAt[1] + nz * sunAt[2]);
  for (let channel = 0; channel < 3; channel++)
    seen[at + channel] =
      albedo[channel]! * (ground[channel]! * (1 - up) + sky[channel]! * up + sun[channel]! * sunny + glow);
  if (gloss === 0) return;
  const mirror = gloss * (0.15 + 0.85 * (1 - facing) ** 4);
  const [bx, by, bz] = [2 * facing * nx - ex, 2 * facing * ny - ey, 2 * facing * nz - ez];
  const above = Math.min(1, Math.max(0, bz) * 2.2);
  const sunlit = 1.5 * gloss * Math.max(0, bx * sunAt[0] + by * sunAt[1] + bz * sunAt[2]) ** 60;
  for (let channel = 0; channel < 3; channel++) {
    const mirrored = horizon[channel]! * (1 - above) + sky[channel]! * above;
    seen[at + channel] = seen[at + channel]! * (1 - mirror) + mirrored * mirror + sun[channel]! * sunlit;
  }
}; // prettier-ignore
