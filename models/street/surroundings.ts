import { Mesh, type Colour, type Surface } from './mesh.ts';
import type { Ground } from './raster.ts';
import type { Vec3 } from './vector.ts';

/** Where things are on the drawn street, metres. Traffic keeps to the right, so x > 0 goes away from the camera. */
export const PLAN = {
  /** From the middle to the kerb. */
  halfRoad: 7.5,
  /** Between the inner lane and the outer one, which is for motorbikes. */
  laneEdge: 3.8,
  pavement: 4,
  stopLine: 27,
  zebra: [28.5, 32.5],
  junction: [35, 47],
} as const;

const noise = (x: number, y: number): number => {
  const value = Math.sin(x * 127.1 + y * 311.7) * 43758.5453;
  return value - Math.floor(value);
};
/** Evenly changing noise, 0–1. */
const soft = (x: number, y: number): number => {
  const [ix, iy] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - ix, y - iy];
  const [a, b, c, d] = [noise(ix, iy), noise(ix + 1, iy), noise(ix, iy + 1), noise(ix + 1, iy + 1)];
  return a + (b - a) * fx + (c - a) * fy + (a - b - c + d) * fx * fy;
};

const PAINT: Colour = [0.62, 0.62, 0.6];
const YELLOW: Colour = [0.6, 0.42, 0.06];

/** Tarmac with lanes, stop line, zebra and a road across; pavements of slabs. */
export const ground: Ground = (x, y) => {
  const { halfRoad, laneEdge, pavement, stopLine, zebra, junction } = PLAN;
  const inJunction = y > junction[0] && y < junction[1];
  const wear = 0.75 + 0.25 * soft(x * 3, y * 3);
  const tarmac = 0.085 + 0.02 * soft(x * 0.7, y * 0.25) + 0.02 * noise(Math.floor(x * 40), Math.floor(y * 40));
  const road: Colour = [tarmac, tarmac, tarmac * 1.03];
  const side = Math.abs(x);
  if (side <= halfRoad || inJunction) {
    const paint = (colour: Colour): Colour => [colour[0] * wear, colour[1] * wear, colour[2] * wear];
    if (inJunction) return road;
    if (side > 0.08 && side < 0.2) return paint(YELLOW);
    const onWay = x > 0 ? y < stopLine : y > junction[1] + 8;
    if (x > 0.3 && y > stopLine && y < stopLine + 0.35) return paint(PAINT);
    if (y > zebra[0] && y < zebra[1])
      return Math.floor(side * 1.0 + 0.5) % 2 === 0 && side < halfRoad - 0.3 ? paint(PAINT) : road;
    if (Math.abs(side - laneEdge) < 0.07 && (onWay || x < 0) && (y < stopLine - 12 ? y % 6 < 2.4 : true))
      return paint(PAINT);
    if (side > halfRoad - 0.35 && side < halfRoad - 0.23) return paint(PAINT);
    return road;
  }
  if (side < halfRoad + 0.22) return [0.33, 0.32, 0.3];
  if (side < halfRoad + pavement) {
    const [sx, sy] = [(x * 2.5) % 1, (y * 2.5) % 1];
    const joint = Math.abs(sx) < 0.06 || Math.abs(sy) < 0.06;
    const slab = 0.22 + 0.05 * noise(Math.floor(x * 2.5), Math.floor(y * 2.5));
    return joint ? [0.12, 0.11, 0.1] : [slab, slab * 0.9, slab * 0.8];
  }
  return [0.2, 0.19, 0.17];
};

const WALLS: readonly Colour[] = [
  [0.55, 0.48, 0.3], [0.42, 0.5, 0.5], [0.55, 0.35, 0.28], [0.6, 0.58, 0.52], [0.35, 0.45, 0.38], [0.5, 0.5, 0.55],
]; // prettier-ignore
const SIGNS: readonly Colour[] = [[0.5, 0.04, 0.04], [0.03, 0.15, 0.45], [0.05, 0.35, 0.12], [0.6, 0.4, 0.03]]; // prettier-ignore
const WINDOW: Surface = { colour: [0.03, 0.04, 0.05], gloss: 0.5 };
const FRAME: Surface = { colour: [0.5, 0.5, 0.48] };

/** Narrow shop-houses wall to wall, as along a Vietnamese street; the front towards the road. */
const shopHouse = (side: -1 | 1, from: number, width: number, floors: number, seed: number): Mesh => {
  const mesh = new Mesh();
  const front = side * (PLAN.halfRoad + PLAN.pavement);
  const wall: Surface = { colour: WALLS[seed % WALLS.length]! };
  const height = 4 + (floors - 1) * 3.3;
  const [back, near] = [front + side * 9, front];
  mesh.box([Math.min(back, near), from, 0], [Math.max(back, near), from + width, height], wall);
  const proud = (out: number): number => front - side * out;
  const panel = (y1: number, y2: number, z1: number, z2: number, surface: Surface, out = 0.04): void => {
    const [a, b] = [proud(out), front];
    mesh.box([Math.min(a, b), y1, z1], [Math.max(a, b), y2, z2], surface);
  };
  panel(from + 0.4, from + width - 0.4, 0.05, 2.7, {
    colour: seed % 3 === 0 ? [0.06, 0.05, 0.05] : [0.12, 0.14, 0.16],
    gloss: 0.2,
  });
  panel(from + 0.1, from + width - 0.1, 3, 3.8, { colour: SIGNS[seed % SIGNS.length]! }, 0.25);
  panel(from + 0.1, from + width - 0.1, 2.72, 2.82, { colour: [0.3, 0.1 + 0.1 * (seed % 3), 0.1] }, 1.4);
  for (let floor = 1; floor < floors; floor++) {
    const z = 4.3 + (floor - 1) * 3.3;
    panel(from + 0.15, from + width - 0.15, z - 0.25, z - 0.1, FRAME, 0.7);
    panel(from + 0.7, from + width / 2 - 0.2, z + 0.3, z + 2.3, WINDOW);
    panel(from + width / 2 + 0.2, from + width - 0.7, z + 0.3, z + 2.3, WINDOW);
  }
  return mesh;
};

const tree = (x: number, y: number, seed: number): Mesh => {
  const mesh = new Mesh();
  mesh.limb([x, y, 0], [x + 0.1, y, 3.1], [0.17, 0.12], { colour: [0.14, 0.1, 0.07] });
  for (let i = 0; i < 9; i++) {
    const [a, b, c] = [noise(seed, i), noise(seed + 1, i), noise(seed + 2, i)];
    const green = 0.05 + 0.06 * c;
    const at: Vec3 = [x + (a - 0.5) * 1.9, y + (b - 0.5) * 1.9, 3.5 + c * 1.7];
    mesh.ball(at, [0.8 + 0.4 * b, 0.8 + 0.4 * c, 0.6 + 0.3 * a], { colour: [green * 0.55, green, green * 0.3] }, 1, 9);
  }
  return mesh;
};

/** Everything that stands: houses, trees, poles with their cables, the signal's mast. */
export const standing = (): Mesh[] => {
  const meshes: Mesh[] = [];
  for (const side of [-1, 1] as const) {
    let seed = side === 1 ? 3 : 11;
    for (let y = -6; y < 200;) {
      const width = 4 + (seed % 3) * 0.6;
      const { junction } = PLAN;
      if (y + width > junction[0] - 4 && y < junction[1] + 4) {
        y = junction[1] + 4;
        continue;
      }
      meshes.push(shopHouse(side, y, width, 2 + (seed % 3), seed));
      y += width;
      seed = (seed * 7 + 5) % 97;
    }
    for (let y = 9; y < 150; y += 11)
      if (y < PLAN.junction[0] - 5 || y > PLAN.junction[1] + 5)
        meshes.push(tree(side * (PLAN.halfRoad + 1.1), y, y + side));
  }
  return meshes;
};

/** Where the three lamps of the signal are; it faces the traffic that goes away from the camera. */
const SIGNAL = { x: PLAN.halfRoad + 0.6, y: PLAN.junction[0] - 1.5, z: 4.6, radius: 0.17, step: 0.42 } as const;
export type Aspect = 'red' | 'yellow' | 'green';

/** The signal's mast and box with one lamp lit. */
export const signal = (aspect: Aspect): Mesh => {
  const { x, y, z, radius, step } = SIGNAL;
  const mesh = new Mesh();
  const metal: Surface = { colour: [0.3, 0.31, 0.32] };
  mesh.limb([x + 0.5, y, 0], [x + 0.5, y, z + 0.9], [0.09, 0.07], metal);
  mesh.box([x - 0.25, y, z - 0.3], [x + 0.25, y + 0.25, z + 2 * step + 0.3], { colour: [0.02, 0.02, 0.02] });
  const lamps: readonly (readonly [Aspect, Colour])[] = [['green', [0.02, 0.7, 0.35]], ['yellow', [0.9, 0.45, 0.02]], ['red', [0.95, 0.03, 0.02]]]; // prettier-ignore
  lamps.forEach(([name, colour], row) => {
    const lit = name === aspect;
    const surface: Surface = lit
      ? { colour, glow: 3 }
      : { colour: [colour[0] * 0.06, colour[1] * 0.06, colour[2] * 0.06] };
    mesh.limb([x, y, z + row * step], [x, y - 0.03, z + row * step], [radius, radius], surface, 16);
  });
  return mesh;
};
