import { Mesh, type Colour, type Picture, type Surface } from './mesh.ts';
import { type Clothes, type Head, type Headwear, seated } from './people.ts';
import { PLATE_SIZES } from './plate-face.ts';
import type { Vec3 } from './vector.ts';

const TYRE: Surface = { colour: [0.02, 0.02, 0.022] };
const RIM: Surface = { colour: [0.3, 0.31, 0.33], gloss: 0.2 };
const BLACK: Surface = { colour: [0.025, 0.025, 0.028], gloss: 0.05 };
const GLASS: Surface = { colour: [0.015, 0.02, 0.025], gloss: 0.7 };
const TAIL: Surface = { colour: [0.5, 0.02, 0.02], gloss: 0.2, glow: 0.5 };
const LAMP: Surface = { colour: [0.8, 0.8, 0.75], gloss: 0.3, glow: 0.5 };
const SEAT: Surface = { colour: [0.03, 0.028, 0.03] };

/** Somebody on a motorbike; the driver first, the others behind, a child may stand before the driver. */
export type Rider = {
  readonly wear: Headwear;
  readonly clothes: Clothes;
  /** 1 for a grown-up. */
  readonly size?: number;
  readonly inFront?: boolean;
};

/** A thing that can be drawn, with the places on it that truth is told of; metres in its own frame. */
export type Figure = {
  readonly mesh: Mesh;
  readonly plates: readonly { readonly text: string; readonly corners: readonly Vec3[] }[];
  readonly heads: readonly Head[];
};

/** A plate as it is printed, ready to be put on vehicles. */
export type PlateFace = { readonly text: string; readonly picture: Picture };

/** @param facing 1 ahead, -1 back: seen from behind, left is left */
const plateSign = (
  mesh: Mesh,
  { text, picture }: PlateFace,
  [x, y, z]: Vec3,
  size: { readonly width: number; readonly height: number },
  facing: 1 | -1,
): Figure['plates'][number] => {
  const [w, h] = [(size.width / 2) * facing, size.height / 2];
  const corners = [[x + w, y, z + h], [x + w, y, z - h], [x - w, y, z - h], [x - w, y, z + h]] as const; // prettier-ignore
  mesh.sign(corners, { colour: [1, 1, 1], picture });
  return { text, corners };
};

/** A scooter or underbone motorbike with its riders; its middle between the wheels at the ground. */
export const motorbike = (colour: Colour, riders: readonly Rider[], plate: PlateFace): Figure => {
  const mesh = new Mesh();
  const body: Surface = { colour, gloss: 0.3 };
  mesh.wheel([0, 0.62, 0.28], 0.28, 0.09, TYRE, RIM).wheel([0, -0.6, 0.28], 0.28, 0.1, TYRE, RIM);
  mesh.limb([0, 0.64, 0.3], [0, 0.46, 0.86], [0.06, 0.05], BLACK);
  mesh.ball([0, 0.56, 0.5], [0.12, 0.2, 0.1], body);
  mesh.prism(
    [[0.3, 0.3], [0.56, 0.45], [0.52, 0.92], [0.42, 0.95], [0.26, 0.5]],
    [-0.17, 0.17],
    body,
    [0.06, 0.03, 0.07, 0.09, 0.04],
  ); // prettier-ignore
  mesh.prism(
    [
      [-0.4, 0.24],
      [0.32, 0.24],
      [0.3, 0.36],
      [-0.35, 0.42],
    ],
    [-0.13, 0.13],
    BLACK,
  );
  mesh.prism(
    [[-0.85, 0.62], [-0.35, 0.4], [0.08, 0.42], [0.1, 0.68], [-0.78, 0.78]],
    [-0.16, 0.16],
    body,
    [0.08, 0.02, 0.02, 0.04, 0.07],
  ); // prettier-ignore
  mesh.ball([0, -0.3, 0.75], [0.14, 0.46, 0.08], SEAT);
  mesh.ball([0, 0.47, 0.98], [0.13, 0.1, 0.1], body).ball([0, 0.56, 0.97], [0.08, 0.04, 0.06], LAMP);
  mesh.limb([-0.33, 0.38, 1], [0.33, 0.38, 1], [0.018, 0.018], BLACK);
  for (const side of [-1, 1]) {
    mesh.limb([side * 0.24, 0.39, 1], [side * 0.32, 0.36, 1.17], [0.009, 0.009], BLACK, 5);
    mesh.ball([side * 0.33, 0.35, 1.19], [0.05, 0.015, 0.035], BLACK, 1, 8);
  }
  mesh.box([-0.09, -0.9, 0.66], [0.09, -0.84, 0.75], TAIL);
  mesh.limb([0, -0.82, 0.7], [0, -0.93, 0.42], [0.02, 0.09], BLACK);
  const plates = [plateSign(mesh, plate, [0, -0.945, 0.52], PLATE_SIZES.motorbike, -1)];
  const grownUps = riders.filter(({ inFront }) => !inFront);
  // Three and more sit closer together.
  const apart = grownUps.length > 2 ? 0.27 : 0.36;
  const heads = [
    ...grownUps.map(({ wear, clothes, size = 1 }, index) => {
      const hips: Vec3 = [0, -0.08 - index * apart, index === 0 ? 0.8 : 0.83];
      return seated(mesh, { hips, hands: index === 0 ? [0, 0.36, 1.02] : null, wear, clothes, size });
    }),
    ...riders
      .filter(({ inFront }) => inFront)
      .map(({ wear, clothes, size = 0.62 }) =>
        seated(mesh, { hips: [0, 0.2, 0.72], hands: null, wear, clothes, size }),
      ),
  ];
  return { mesh, plates, heads };
};

export type CarKind = 'car' | 'taxi' | 'van';
type Profile = {
  readonly body: readonly (readonly [number, number])[];
  readonly cabin: readonly (readonly [number, number])[];
  readonly taper: readonly number[];
  readonly halfWidth: number;
  readonly wheels: readonly number[];
  readonly ends: readonly [number, number];
};

const SALOON: Profile = {
  body: [[-2.2, 0.34], [-2.05, 0.2], [2.05, 0.2], [2.2, 0.34], [2.18, 0.62], [1.9, 0.78], [1.0, 0.9], [-1.55, 0.96], [-2.15, 0.92]], // prettier-ignore
  cabin: [
    [-1.75, 0.93],
    [1.05, 0.89],
    [0.35, 1.4],
    [0, 1.46],
    [-0.9, 1.45],
    [-1.25, 1.36],
  ],
  taper: [0.06, 0.06, 0.2, 0.22, 0.22, 0.2],
  ...{ halfWidth: 0.89, wheels: [1.35, -1.35], ends: [-2.21, 2.21] },
};
const VAN: Profile = {
  body: [
    [-2.3, 0.36],
    [-2.15, 0.22],
    [2.1, 0.22],
    [2.3, 0.36],
    [2.28, 0.72],
    [1.9, 1.0],
    [1.3, 1.08],
    [-2.28, 1.1],
  ],
  cabin: [
    [-2.2, 1.06],
    [1.45, 1.04],
    [0.75, 1.66],
    [0.35, 1.78],
    [-1.8, 1.8],
    [-2.12, 1.68],
  ],
  taper: [0.04, 0.05, 0.16, 0.17, 0.16, 0.14],
  ...{ halfWidth: 0.92, wheels: [1.4, -1.4], ends: [-2.31, 2.31] },
};

/** A passenger car; windows all around, two plates. */
export const car = (
  kind: CarKind,
  colour: Colour,
  { front: frontPlate, back: backPlate }: { readonly front: PlateFace; readonly back: PlateFace },
): Figure => {
  const mesh = new Mesh();
  const paint: Surface = { colour, gloss: 0.45 };
  const { body, cabin, taper, halfWidth: half, wheels, ends } = kind === 'van' ? VAN : SALOON;
  mesh.prism(body, [-half, half], paint, body.map(([, z]) => (z > 0.7 ? 0.05 : z < 0.3 ? 0.06 : 0))); // prettier-ignore
  mesh.prism(cabin, [-half, half], GLASS, taper);
  // The roof and its pillars over the glass.
  const top = cabin.slice(2);
  mesh.prism(
    [
      ...top.map(([y, z]) => [y * 0.985, z + 0.012] as const),
      ...[...top].reverse().map(([y, z]) => [y * 0.97, z - 0.05] as const),
    ],
    [-half, half],
    paint,
    [...taper.slice(2).map((t) => t - 0.008), ...taper.slice(2).reverse()],
  );
  for (const side of [-1, 1])
    for (const share of [0.02, 0.48, 0.97]) {
      const [back, front] = [cabin[0]!, cabin[1]!];
      const [roofBack, roofFront] = [cabin.at(-1)!, cabin[2]!];
      const foot: Vec3 = [side * (half - 0.05), back[0] + (front[0] - back[0]) * share, back[1] + 0.02];
      const roof: Vec3 = [
        side * (half - taper[3]! + 0.012),
        roofBack[0] + (roofFront[0] - roofBack[0]) * share,
        1.37 + (kind === 'van' ? 0.3 : 0),
      ];
      mesh.limb(foot, roof, [0.045, 0.04], paint, 6);
    }
  for (const y of wheels) for (const side of [-1, 1]) mesh.wheel([side * (half - 0.1), y, 0.32], 0.32, 0.21, TYRE, RIM);
  const [back, front] = ends;
  for (const side of [-1, 1]) {
    const x = side * (half - 0.24);
    mesh.box([x - 0.17, back - 0.01, 0.68], [x + 0.17, back + 0.12, 0.86], TAIL);
    mesh.box([x - 0.19, front - 0.16, 0.58], [x + 0.19, front, 0.7], LAMP);
    mesh.ball([side * (half + 0.08), cabin[1]![0] - 0.15, cabin[1]![1] + 0.12], [0.1, 0.06, 0.07], paint, 1, 8);
  }
  mesh.box([-half + 0.1, front - 0.02, 0.32], [half - 0.1, front + 0.015, 0.46], BLACK);
  mesh.box([-half + 0.1, back - 0.015, 0.3], [half - 0.1, back + 0.02, 0.42], BLACK);
  if (kind === 'taxi') mesh.box([-0.25, -0.4, 1.47], [0.25, -0.2, 1.6], { colour: [0.85, 0.75, 0.2], glow: 0.4 });
  const plates = [
    plateSign(mesh, frontPlate, [0, front + 0.025, 0.4], PLATE_SIZES.carLong, 1),
    plateSign(mesh, backPlate, [0, back - 0.025, 0.76], PLATE_SIZES.carShort, -1),
  ];
  return { mesh, plates, heads: [] };
};

/** A lorry with a closed body. */
export const truck = (cab: Colour, load: Colour, plate: PlateFace): Figure => {
  const mesh = new Mesh();
  const paint: Surface = { colour: cab, gloss: 0.3 };
  mesh.prism([[1.5, 0.45], [3.2, 0.45], [3.2, 1.25], [2.95, 2.2], [1.5, 2.3]], [-1, 1], paint, [0, 0, 0.02, 0.08, 0.08]); // prettier-ignore
  mesh.face([[-0.9, 3.21, 1.32], [0.9, 3.21, 1.32], [0.84, 2.99, 2.1], [-0.84, 2.99, 2.1]], GLASS); // prettier-ignore
  for (const side of [-1, 1])
    mesh.face([[side * 1.0, 1.8, 1.35], [side * 1.0, 2.95, 1.35], [side * 0.94, 2.75, 2.05], [side * 0.94, 1.8, 2.05]], GLASS); // prettier-ignore
  mesh.box([-1.1, -3.3, 0.85], [1.1, 1.35, 2.75], { colour: load, gloss: 0.1 });
  mesh.box([-0.5, -3.2, 0.5], [0.5, 3, 0.85], BLACK);
  for (const y of [2.4, -2.1]) for (const side of [-1, 1]) mesh.wheel([side * 0.9, y, 0.42], 0.42, 0.28, TYRE, RIM);
  for (const side of [-1, 1]) {
    mesh.box([side * 0.8 - 0.15, -3.33, 0.6], [side * 0.8 + 0.15, -3.28, 0.75], TAIL);
    mesh.box([side * 0.75 - 0.16, 3.2, 0.65], [side * 0.75 + 0.16, 3.24, 0.85], LAMP);
  }
  return { mesh, plates: [plateSign(mesh, plate, [0, -3.34, 0.68], PLATE_SIZES.carShort, -1)], heads: [] };
};

/** A city bus. */
export const bus = (colour: Colour, plate: PlateFace): Figure => {
  const mesh = new Mesh();
  const paint: Surface = { colour, gloss: 0.35 };
  mesh.box([-1.22, -4.6, 0.35], [1.22, 4.6, 1.15], paint).box([-1.2, -4.55, 1.15], [1.2, 4.58, 2.1], GLASS);
  mesh.box([-1.22, -4.6, 2.1], [1.22, 4.6, 2.85], paint);
  for (const side of [-1, 1])
    for (let y = -4.5; y <= 4.5; y += 1.5)
      mesh.box([side * 1.21 - 0.02, y - 0.06, 1.1], [side * 1.21 + 0.02, y + 0.06, 2.15], paint);
  mesh.box([-1.1, 4.55, 1.0], [1.1, 4.64, 2.3], GLASS).box([-1.0, -4.64, 1.3], [1.0, -4.58, 2.2], GLASS);
  mesh.box([-0.9, 4.6, 2.4], [0.9, 4.65, 2.7], { colour: [0.6, 0.35, 0.05], glow: 0.8 });
  for (const y of [2.9, -2.7]) for (const side of [-1, 1]) mesh.wheel([side * 1.08, y, 0.48], 0.48, 0.28, TYRE, RIM);
  for (const side of [-1, 1]) {
    mesh.box([side * 0.95 - 0.15, -4.65, 0.75], [side * 0.95 + 0.15, -4.6, 1.1], TAIL);
    mesh.box([side * 0.9 - 0.18, 4.6, 0.6], [side * 0.9 + 0.18, 4.66, 0.8], LAMP);
  }
  return { mesh, plates: [plateSign(mesh, plate, [0, -4.66, 0.6], PLATE_SIZES.carShort, -1)], heads: [] };
};
