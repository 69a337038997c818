import { Mesh, type Colour, type Surface } from './mesh.ts';
import { add, type Vec3 } from './vector.ts';

export type Headwear = 'helmet' | 'none' | 'cap' | 'conical';

/** Where a head is, with what is on it, metres. */
export type Head = { readonly at: Vec3; readonly radius: number; readonly wear: Headwear };

export type Clothes = { readonly shirt: Colour; readonly trousers: Colour; readonly headColour: Colour };

const SKIN: Surface = { colour: [0.42, 0.24, 0.15] };
const HAIR: Surface = { colour: [0.015, 0.012, 0.01] };
const VISOR: Surface = { colour: [0.03, 0.03, 0.04], gloss: 0.5 };
const SHOE: Surface = { colour: [0.05, 0.045, 0.04] };

/** A head with what is on it; middle of the skull at `at`, the face towards y. */
export const head = (mesh: Mesh, at: Vec3, wear: Headwear, colour: Colour, size = 1): void => {
  const r = 0.105 * size;
  mesh.limb(add(at, [0, -0.01, -1.7 * r]), add(at, [0, 0, -0.6 * r]), [0.5 * r, 0.5 * r], SKIN);
  mesh.ball(at, [0.88 * r, r, 1.12 * r], SKIN);
  switch (wear) {
    case 'none':
      mesh.ball(add(at, [0, -0.012, 0.012]), [0.97 * r, 1.06 * r, 1.2 * r], HAIR, 0.52);
      mesh.ball(add(at, [0, -0.35 * r, -0.1 * r]), [0.93 * r, 0.8 * r, r], HAIR);
      break;
    case 'helmet':
      mesh.ball(add(at, [0, -0.01, 0.1 * r]), [1.32 * r, 1.45 * r, 1.4 * r], { colour, gloss: 0.35 }, 0.56, 14);
      mesh.prism(
        [[1.1 * r, 0.12 * r], [1.75 * r, 0.02 * r], [1.75 * r, 0.1 * r], [1.1 * r, 0.3 * r]].map(
          ([y, z]) => [at[1] + y!, at[2] + z!] as const,
        ),
        [at[0] - 0.9 * r, at[0] + 0.9 * r],
        VISOR,
      ); // prettier-ignore
      break;
    case 'cap':
      mesh.ball(add(at, [0, 0, 0.25 * r]), [1.04 * r, 1.12 * r, 1.05 * r], { colour }, 0.5);
      mesh.prism(
        [[0.8 * r, 0.22 * r], [1.9 * r, 0.1 * r], [1.9 * r, 0.16 * r], [0.8 * r, 0.36 * r]].map(
          ([y, z]) => [at[1] + y!, at[2] + z!] as const,
        ),
        [at[0] - 0.75 * r, at[0] + 0.75 * r],
        { colour },
      ); // prettier-ignore
      break;
    case 'conical':
      mesh.limb(
        add(at, [0, 0, 0.35 * r]),
        add(at, [0, 0, 1.9 * r]),
        [2.2 * r, 0.1 * r],
        { colour: [0.62, 0.5, 0.3] },
        16,
      );
      break;
  }
};

/** A person who sits astride. @param hips middle of the seat @param hands null: on the thighs or around who sits ahead */
export const seated = (
  mesh: Mesh,
  {
    hips,
    hands,
    wear,
    clothes,
    size = 1,
  }: {
    readonly hips: Vec3;
    readonly hands: Vec3 | null;
    readonly wear: Headwear;
    readonly clothes: Clothes;
    readonly size?: number;
  },
): Head => {
  const shirt: Surface = { colour: clothes.shirt };
  const trousers: Surface = { colour: clothes.trousers };
  const chest = add(hips, [0, 0.07 * size, 0.47 * size]);
  mesh.limb(add(hips, [0, 0, 0.03]), chest, [0.155 * size, 0.17 * size], shirt, 10);
  mesh.ball(chest, [0.205 * size, 0.125 * size, 0.1 * size], shirt);
  const skull = add(chest, [0, 0.05 * size, 0.245 * size]);
  const headSize = 0.92 + 0.08 * size;
  head(mesh, skull, wear, clothes.headColour, headSize);
  for (const side of [-1, 1]) {
    const knee = add(hips, [side * 0.2 * size, 0.38 * size, -0.06 * size]);
    const foot = add(knee, [side * 0.01, -0.1 * size, -0.4 * size]);
    mesh.limb(add(hips, [side * 0.09 * size, 0, 0.02]), knee, [0.085 * size, 0.065 * size], trousers);
    mesh.limb(knee, foot, [0.062 * size, 0.045 * size], trousers);
    mesh.ball(add(foot, [0, 0.05, -0.02]), [0.045, 0.11 * size, 0.04], SHOE, 1, 8);
    const shoulder = add(chest, [side * 0.2 * size, 0, 0.02]);
    const hand = hands ? add(hands, [side * 0.27, 0, 0]) : add(hips, [side * 0.16, 0.3 * size, 0.16 * size]);
    const elbow: Vec3 = [
      (shoulder[0] + hand[0]) / 2 + side * 0.07,
      (shoulder[1] + hand[1]) / 2 - 0.04,
      (shoulder[2] + hand[2]) / 2 - 0.07,
    ];
    mesh.limb(shoulder, elbow, [0.055 * size, 0.045 * size], shirt);
    mesh.limb(elbow, hand, [0.042 * size, 0.035 * size], SKIN);
  }
  return { at: skull, radius: 0.15 * headSize, wear };
};

/** A person who walks. @param stride where in a step, radians */
export const walking = (clothes: Clothes, wear: Headwear, stride: number, size = 1): Mesh => {
  const mesh = new Mesh();
  const shirt: Surface = { colour: clothes.shirt };
  const trousers: Surface = { colour: clothes.trousers };
  const swing = 0.28 * Math.sin(stride);
  const hips: Vec3 = [0, 0, 0.86 * size];
  const chest: Vec3 = [0, 0.03, 1.34 * size];
  mesh.limb(hips, chest, [0.14 * size, 0.165 * size], shirt, 10);
  mesh.ball(chest, [0.2 * size, 0.12 * size, 0.09 * size], shirt);
  head(mesh, [0, 0.05, 1.58 * size], wear, clothes.headColour, size);
  for (const side of [-1, 1]) {
    const step = side * swing * size;
    const knee: Vec3 = [side * 0.09, 0.6 * step + 0.05, 0.47 * size];
    const foot: Vec3 = [side * 0.09, step, 0.06];
    mesh.limb([side * 0.085, 0, 0.86 * size], knee, [0.085, 0.065], trousers);
    mesh.limb(knee, foot, [0.06, 0.045], trousers);
    mesh.ball([foot[0], foot[1] + 0.05, 0.04], [0.045, 0.12, 0.04], SHOE, 1, 8);
    const shoulder: Vec3 = [side * 0.2 * size, 0.03, 1.36 * size];
    const elbow: Vec3 = [side * 0.24 * size, 0.03 - 0.4 * step, 1.1 * size];
    const hand: Vec3 = [side * 0.23 * size, 0.1 - 0.8 * step, 0.88 * size];
    mesh.limb(shoulder, elbow, [0.055, 0.045], shirt);
    mesh.limb(elbow, hand, [0.042, 0.035], SKIN);
  }
  return mesh;
};
