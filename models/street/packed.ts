import type { Mesh, Surface, Triangle } from './mesh.ts';
import type { Placement } from './raster.ts';

/** A mesh as plain numbers: drawn in every picture without making objects anew. */
export type Packed = {
  readonly count: number;
  /** x, y, z of three corners for each triangle. */
  readonly at: Float64Array;
  readonly normals: Float64Array;
  readonly surfaces: readonly Surface[];
  readonly on: readonly (Triangle['on'] | undefined)[];
  /** 1: lit evenly; 2: part of a closed round body, seen from outside only. */
  readonly shape: Uint8Array;
};

const FLAT = 1;
const ROUND = 2;
const packs = new WeakMap<Mesh, Packed>();

export const pack = (mesh: Mesh): Packed => {
  const known = packs.get(mesh);
  if (known) return known;
  const { triangles } = mesh;
  const packed: Packed = {
    count: triangles.length,
    at: Float64Array.from(triangles.flatMap(({ at }) => at.flat())),
    normals: Float64Array.from(triangles.flatMap(({ normals }) => normals.flat())),
    surfaces: triangles.map(({ surface }) => surface),
    on: triangles.map(({ on }) => on),
    shape: Uint8Array.from(triangles, ({ normals: [a, b, c], round }) =>
      a === b && b === c ? FLAT : round ? ROUND : 0,
    ),
  };
  packs.set(mesh, packed);
  return packed;
};

export const isFlat = ({ shape }: Packed, index: number): boolean => shape[index] === FLAT;

/** Whether a round body's triangle looks away from a direction or a place at all its corners. */
export const turnsAway = (
  { shape, normals, at }: Packed,
  index: number,
  x: number,
  y: number,
  z: number,
  isPlace: boolean,
): boolean => {
  if (shape[index] !== ROUND) return false;
  for (let i = index * 9; i < index * 9 + 9; i += 3) {
    const [dx, dy, dz] = isPlace ? [x - at[i]!, y - at[i + 1]!, z - at[i + 2]!] : [x, y, z];
    if (normals[i]! * dx + normals[i + 1]! * dy + normals[i + 2]! * dz >= 0) return false;
  }
  return true;
};

/** A thing where it stands: leant over its wheels, then turned, then moved. */
export const placed = (mesh: Mesh, { x, y, heading, lean = 0 }: Placement): Packed => {
  const own = pack(mesh);
  const [cosH, sinH, cosL, sinL] = [Math.cos(heading), Math.sin(heading), Math.cos(lean), Math.sin(lean)];
  const turn = (from: Float64Array, byX: number, byY: number): Float64Array => {
    const to = new Float64Array(from.length);
    for (let i = 0; i < from.length; i += 3) {
      const leant = from[i]! * cosL + from[i + 2]! * sinL;
      to[i] = leant * cosH - from[i + 1]! * sinH + byX;
      to[i + 1] = leant * sinH + from[i + 1]! * cosH + byY;
      to[i + 2] = from[i + 2]! * cosL - from[i]! * sinL;
    }
    return to;
  };
  return { ...own, at: turn(own.at, x, y), normals: turn(own.normals, 0, 0) };
};
