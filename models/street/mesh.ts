import { add, cross, sub, times, unit, type Vec3 } from './vector.ts';

/** Linear light, 0–1 for each of red, green, blue. */
export type Colour = Vec3;

/** How a surface answers light. */
export type Surface = {
  readonly colour: Colour;
  /** Share of the sky that it mirrors: lacquer 0.2, glass 0.6. */
  readonly gloss?: number;
  /** Shines by itself: lamps. */
  readonly glow?: number;
  /** Painted over the whole of a quad. */
  readonly picture?: Picture;
};

/** A picture on a surface, linear RGB, rows from the top. */
export type Picture = { readonly width: number; readonly height: number; readonly pixels: Float32Array };

/** Three corners with the normal at each; corners of a quad also carry their place on its picture. */
export type Triangle = {
  readonly at: readonly [Vec3, Vec3, Vec3];
  readonly normals: readonly [Vec3, Vec3, Vec3];
  readonly surface: Surface;
  readonly on?: readonly [readonly [number, number], readonly [number, number], readonly [number, number]];
  /** Part of a closed round body: seen from outside only, and only while it faces the eye. */
  readonly round?: boolean;
};

/** Things are built from these; all in metres in the thing's own frame: x right, y ahead, z up. */
export class Mesh {
  readonly triangles: Triangle[] = [];

  /** A flat piece, corners in turn; seen from the side from which they go counter-clockwise. */
  face(corners: readonly Vec3[], surface: Surface): this {
    const [first, second, third] = corners as [Vec3, Vec3, Vec3];
    const normal = unit(cross(sub(second, first), sub(third, first)));
    for (let i = 1; i + 1 < corners.length; i++)
      this.#add([first, corners[i]!, corners[i + 1]!], [normal, normal, normal], surface);
    return this;
  }

  /** A flat rectangle that shows the surface's picture upright. Corners: top left, bottom left, bottom right, top right. */
  sign(corners: readonly [Vec3, Vec3, Vec3, Vec3], surface: Surface): this {
    const [topLeft, bottomLeft, bottomRight, topRight] = corners;
    const normal = unit(cross(sub(bottomLeft, topLeft), sub(bottomRight, topLeft)));
    const normals = [normal, normal, normal] as const;
    this.triangles.push(
      { at: [topLeft, bottomLeft, bottomRight], normals, surface, on: [[0, 0], [0, 1], [1, 1]] }, // prettier-ignore
      { at: [topLeft, bottomRight, topRight], normals, surface, on: [[0, 0], [1, 1], [1, 0]] }, // prettier-ignore
    );
    return this;
  }

  /** A box between two opposite corners. */
  box(low: Vec3, high: Vec3, surface: Surface): this {
    return this.prism(
      [[low[1], low[2]], [high[1], low[2]], [high[1], high[2]], [low[1], high[2]]], // prettier-ignore
      [low[0], high[0]],
      surface,
    );
  }

  /**
   * A side view given thickness.
   * @param outline (y, z) counter-clockwise as seen from the right
   * @param width from left to right, x
   * @param taper how much narrower each side is at each corner, m
   */
  prism(
    outline: readonly (readonly [number, number])[],
    width: readonly [number, number],
    surface: Surface,
    taper: readonly number[] = [],
  ): this {
    const side = (x: number, sign: number): Vec3[] =>
      outline.map(([y, z], i) => [x + sign * (taper[i] ?? 0), y, z] as const);
    const left = side(width[0], 1);
    const right = side(width[1], -1);
    this.face(right, surface).face([...left].reverse(), surface);
    for (let i = 0; i < outline.length; i++) {
      const next = (i + 1) % outline.length;
      this.face([left[i]!, left[next]!, right[next]!, right[i]!].reverse(), surface);
    }
    return this;
  }

  /** A rounded tube from one point to another, with the radius at each: limbs, poles, wheels' rims. */
  limb(from: Vec3, to: Vec3, radii: readonly [number, number], surface: Surface, sides = 8): this {
    const axis = unit(sub(to, from));
    const [right, up] = across(axis);
    const ring = (middle: Vec3, radius: number): { at: Vec3; normal: Vec3 }[] =>
      Array.from({ length: sides }, (_, i) => {
        const turn = (2 * Math.PI * i) / sides;
        const normal = add(times(right, Math.cos(turn)), times(up, Math.sin(turn)));
        return { at: add(middle, times(normal, radius)), normal };
      });
    const [a, b] = [ring(from, radii[0]), ring(to, radii[1])];
    this.#band(a, b, surface);
    this.#cap(a, from, times(axis, -1), surface);
    this.#cap([...b].reverse(), to, axis, surface);
    return this;
  }

  /** A ball or a lying or standing egg. @param part from the top, share of the height that is there */
  ball(middle: Vec3, radii: Vec3, surface: Surface, part = 1, sides = 10): this {
    const rows = Math.max(3, Math.ceil(sides * 0.6 * part));
    const ring = (row: number): { at: Vec3; normal: Vec3 }[] => {
      const down = (Math.PI * part * row) / rows;
      return Array.from({ length: sides }, (_, i) => {
        const turn = (2 * Math.PI * i) / sides;
        const out: Vec3 = [Math.sin(down) * Math.cos(turn), Math.sin(down) * Math.sin(turn), Math.cos(down)];
        return {
          at: add(middle, [out[0] * radii[0], out[1] * radii[1], out[2] * radii[2]]),
          normal: unit([out[0] / radii[0], out[1] / radii[1], out[2] / radii[2]]),
        };
      });
    };
    for (let row = 0; row < rows; row++) this.#band(ring(row + 1), ring(row), surface);
    return this;
  }

  /** A wheel that stands along y. */
  wheel(middle: Vec3, radius: number, width: number, tyre: Surface, hub: Surface): this {
    const [left, right]: [Vec3, Vec3] = [add(middle, [-width / 2, 0, 0]), add(middle, [width / 2, 0, 0])];
    this.limb(left, right, [radius, radius], tyre, 16);
    const out = width * 0.02 + 0.005;
    this.limb(add(left, [-out, 0, 0]), add(right, [out, 0, 0]), [radius * 0.6, radius * 0.6], hub, 12);
    return this;
  }

  /** Takes over another mesh, moved. */
  put(other: Mesh, by: Vec3): this {
    for (const triangle of other.triangles) {
      const [a, b, c] = triangle.at;
      this.triangles.push({ ...triangle, at: [add(a, by), add(b, by), add(c, by)] });
    }
    return this;
  }

  #add(at: Triangle['at'], normals: Triangle['normals'], surface: Surface, round = false): void {
    this.triangles.push({ at, normals, surface, round });
  }

  #band(low: readonly Corner[], high: readonly Corner[], surface: Surface): void {
    for (let i = 0; i < low.length; i++) {
      const next = (i + 1) % low.length;
      const [a, b, c, d] = [low[i]!, low[next]!, high[next]!, high[i]!];
      this.#add([a.at, b.at, c.at], [a.normal, b.normal, c.normal], surface, true);
      this.#add([a.at, c.at, d.at], [a.normal, c.normal, d.normal], surface, true);
    }
  }

  #cap(ring: readonly Corner[], middle: Vec3, normal: Vec3, surface: Surface): void {
    for (let i = 0; i < ring.length; i++)
      this.#add([middle, ring[(i + 1) % ring.length]!.at, ring[i]!.at], [normal, normal, normal], surface);
  }
}

type Corner = { readonly at: Vec3; readonly normal: Vec3 };

/** Two directions across an axis. */
const across = (axis: Vec3): readonly [Vec3, Vec3] => {
  const right = unit(cross(Math.abs(axis[2]) > 0.9 ? [0, 1, 0] : [0, 0, 1], axis));
  return [right, cross(axis, right)];
};
