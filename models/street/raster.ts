import { type MastCamera, projector, type Seen } from './camera.ts';
import { type Light, shade, skyAt } from './light.ts';
import type { Colour, Mesh, Picture, Triangle } from './mesh.ts';
import { isFlat, pack, type Packed, placed, turnsAway } from './packed.ts';
import { mix, unit, type Vec3 } from './vector.ts';

/** Every pixel is drawn so many times across and down, for smooth edges. */
const FINE = 2;
/** What comes nearer to the lens is not drawn. */
const NEAREST_M = 0.6;
const WHITE: Colour = [1, 1, 1];

/** Where a thing stands and how it is turned. */
export type Placement = {
  readonly x: number;
  readonly y: number;
  /** From the direction of the road to the left, radians. */
  readonly heading: number;
  /** To the right, radians: a motorbike in a bend, or one that swerves. */
  readonly lean?: number;
};

/** What the picture shows of one thing: pixels of the finished picture. */
export type Sight = {
  readonly box: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  /** Share of what is inside the picture that nothing else hides. */
  readonly visible: number;
  /** Area inside the picture, hidden or not. */
  readonly pixels: number;
};

type Rect = { x1: number; y1: number; x2: number; y2: number };

/** The colour of the ground, linear; z = 0. */
export type Ground = (x: number, y: number) => Colour;

/** Draws a street: what never moves once, what moves anew in every picture. Depth by z-buffer, shadows on the ground. */
export class Raster {
  readonly #camera: MastCamera;
  readonly #light: Light;
  readonly #project: (point: Vec3) => Seen;
  readonly #width: number;
  readonly #height: number;
  readonly #colour: Float32Array;
  readonly #depth: Float32Array;
  /** Thing that is seen at a place, 0 for what never moves. */
  readonly #thing: Uint16Array;
  /** 1: open ground; 2: ground in a standing shadow. */
  readonly #ground: Uint8Array;
  /** Serial of the last shadow or thing that touched a place. */
  readonly #stamp: Uint32Array;
  #still: { colour: Float32Array; depth: Float32Array } | null = null;
  /** x, y and depth of the corners of the triangle that is being drawn, and the light at each. */
  readonly #corners = new Float64Array(9);
  readonly #lit = new Float64Array(9);
  /** Where the thing that is being drawn changes the picture. */
  #bounds: Rect = { ...NOWHERE };
  #serial = 0;
  #dirty: Rect[] = [];
  #stale: Rect[] = [];
  /** The finished picture, linear light. */
  readonly picture: Float32Array;

  constructor(camera: MastCamera, light: Light) {
    this.#camera = camera;
    this.#light = light;
    this.#width = camera.width * FINE;
    this.#height = camera.height * FINE;
    this.#project = projector({ ...camera, width: this.#width, height: this.#height, focalPx: camera.focalPx * FINE });
    const places = this.#width * this.#height;
    this.#colour = new Float32Array(places * 3);
    this.#depth = new Float32Array(places);
    this.#thing = new Uint16Array(places);
    this.#ground = new Uint8Array(places);
    this.#stamp = new Uint32Array(places);
    this.picture = new Float32Array(camera.width * camera.height * 3);
  }

  /** Draws ground, sky and everything that never moves; once, before the first picture. */
  setStage(ground: Ground, standing: readonly Mesh[]): void {
    this.#drawGroundAndSky(ground);
    this.#serial++;
    for (const mesh of standing) this.#drawShadow(pack(mesh), 2);
    for (const mesh of standing) this.#drawAll(pack(mesh), 0);
    this.#still = { colour: this.#colour.slice(), depth: this.#depth.slice() };
    this.#resolve({ x1: 0, y1: 0, x2: this.#width, y2: this.#height });
    this.#dirty = [];
  }

  /** Draws one picture of what moves. @returns what is seen of each thing, null where nothing is */
  draw(things: readonly { readonly mesh: Mesh; readonly placement: Placement }[]): (Sight | null)[] {
    this.#stale = this.#dirty;
    this.#dirty = [];
    for (const rect of this.#stale) this.#restore(rect);
    const present = things.map(({ mesh, placement }) => placed(mesh, placement));
    this.#serial++;
    for (const one of present) this.#drawShadow(one, 0);
    const areas = present.map((one, index) => {
      this.#serial++;
      return this.#drawAll(one, index + 1);
    });
    const sights = areas.map((area, index) => area && this.#sight(area, index + 1));
    for (const rect of [...this.#stale, ...this.#dirty]) this.#resolve(rect);
    return sights;
  }

  #drawGroundAndSky(ground: Ground): void {
    const { at, tiltDeg, panDeg, focalPx } = this.#camera;
    const [tilt, pan, focal] = [(tiltDeg * Math.PI) / 180, (panDeg * Math.PI) / 180, focalPx * FINE];
    for (let py = 0, place = 0; py < this.#height; py++)
      for (let px = 0; px < this.#width; px++, place++) {
        const right = (px + 0.5 - this.#width / 2) / focal;
        const rise = -(py + 0.5 - this.#height / 2) / focal;
        const ahead = Math.cos(tilt) + rise * Math.sin(tilt);
        const up = rise * Math.cos(tilt) - Math.sin(tilt);
        const direction: Vec3 = [
          right * Math.cos(pan) + ahead * Math.sin(pan),
          ahead * Math.cos(pan) - right * Math.sin(pan),
          up,
        ];
        const reach = up < -1e-6 ? -at[2] / up : Infinity;
        // Haze takes the far end of the road.
        const haze = Math.min(1, reach / 900);
        const far = skyAt(unit(direction), this.#light);
        let seen = far;
        if (reach < 900) {
          const albedo = ground(at[0] + direction[0] * reach, at[1] + direction[1] * reach);
          shade({ colour: albedo }, albedo, 0, 0, 1, 0, 0, 1, this.#light, this.#lit, 0);
          seen = mix([this.#lit[0]!, this.#lit[1]!, this.#lit[2]!], far, haze);
          this.#ground[place] = 1;
        }
        this.#colour.set(seen, place * 3);
        this.#depth[place] = reach < 900 ? reach * (1 + 1e-4) : Infinity;
      }
  }

  /** @param mark for ground that lies in a shadow from now on; 0: in this picture only */
  #drawShadow(thing: Packed, mark: 0 | 2): void {
    const { sunAt, shadow } = this.#light;
    const { at } = thing;
    for (let index = 0; index < thing.count; index++) {
      // The side of a round body that the sun does not see lies in the shadow of the other.
      if (turnsAway(thing, index, ...sunAt, false)) continue;
      for (let corner = 0; corner < 3; corner++) {
        const i = index * 9 + corner * 3;
        const z = at[i + 2]!;
        this.#aim(corner, at[i]! - (sunAt[0] * z) / sunAt[2], at[i + 1]! - (sunAt[1] * z) / sunAt[2], 0);
      }
      this.#cover((place) => {
        if (this.#stamp[place] === this.#serial || this.#ground[place] !== 1) return;
        this.#stamp[place] = this.#serial;
        if (mark) this.#ground[place] = mark;
        for (let channel = 0; channel < 3; channel++) this.#colour[place * 3 + channel]! *= 1 - shadow;
      });
    }
    this.#take();
  }

  /** @returns where it was drawn and how many fine pixels it covers, hidden or not */
  #drawAll(thing: Packed, id: number): { rect: Rect; covered: number } | null {
    let covered = 0;
    const lit = this.#lit;
    for (let index = 0; index < thing.count; index++) {
      if (turnsAway(thing, index, ...this.#camera.at, true)) continue;
      for (let corner = 0, i = index * 9; corner < 3; corner++, i += 3)
        this.#aim(corner, thing.at[i]!, thing.at[i + 1]!, thing.at[i + 2]!);
      const surface = thing.surfaces[index]!;
      const on = thing.on[index];
      this.#light3(thing, index);
      this.#cover((place, wa, wb, wc, depth) => {
        if (this.#stamp[place] !== this.#serial) {
          this.#stamp[place] = this.#serial;
          covered++;
        }
        if (depth >= this.#depth[place]!) return;
        this.#depth[place] = depth;
        this.#thing[place] = id;
        if (id === 0) this.#ground[place] = 0;
        const tint = surface.picture && on ? lookUp(surface.picture, on, wa, wb, wc) : WHITE;
        for (let channel = 0; channel < 3; channel++)
          this.#colour[place * 3 + channel] =
            (wa * lit[channel]! + wb * lit[3 + channel]! + wc * lit[6 + channel]!) * tint[channel]!;
      });
    }
    const rect = this.#take();
    return rect && { rect, covered };
  }

  /** Light at the three corners of a triangle. */
  #light3(thing: Packed, index: number): void {
    const surface = thing.surfaces[index]!;
    const albedo = surface.picture ? WHITE : surface.colour;
    const { at: eye } = this.#camera;
    const lit = this.#lit;
    for (let corner = 0, i = index * 9; corner < 3; corner++, i += 3) {
      // A flat piece is lit evenly.
      if (corner > 0 && isFlat(thing, index)) {
        lit.copyWithin(corner * 3, 0, 3);
        continue;
      }
      const [x, y, z] = [eye[0] - thing.at[i]!, eye[1] - thing.at[i + 1]!, eye[2] - thing.at[i + 2]!];
      const far = Math.hypot(x, y, z);
      const { normals } = thing;
      const normal = [normals[i]!, normals[i + 1]!, normals[i + 2]!] as const;
      shade(surface, albedo, ...normal, x / far, y / far, z / far, this.#light, lit, corner * 3);
    }
  }

  /** Puts one corner of the triangle that is drawn next onto the picture. */
  #aim(corner: number, x: number, y: number, z: number): void {
    const seen = this.#project([x, y, z]);
    this.#corners[corner * 3] = seen.x;
    this.#corners[corner * 3 + 1] = seen.y;
    this.#corners[corner * 3 + 2] = seen.depth;
  }

  /** Visits every place inside the triangle with the shares of its corners and the depth, both right in perspective. */
  #cover(visit: (place: number, wa: number, wb: number, wc: number, depth: number) => void): void {
    const corners = this.#corners;
    const [ax, ay, ad] = [corners[0]!, corners[1]!, corners[2]!];
    const [bx, by, bd] = [corners[3]!, corners[4]!, corners[5]!];
    const [cx, cy, cd] = [corners[6]!, corners[7]!, corners[8]!];
    if (Math.min(ad, bd, cd) < NEAREST_M) return;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) return;
    const x1 = Math.max(0, Math.floor(Math.min(ax, bx, cx)));
    const x2 = Math.min(this.#width, Math.ceil(Math.max(ax, bx, cx)) + 1);
    const y1 = Math.max(0, Math.floor(Math.min(ay, by, cy)));
    const y2 = Math.min(this.#height, Math.ceil(Math.max(ay, by, cy)) + 1);
    if (x1 >= x2 || y1 >= y2) return;
    const [na, nb, nc] = [1 / ad, 1 / bd, 1 / cd];
    // Shares of the corners change evenly along a row.
    const [stepA, stepB] = [(by - cy) / area, (cy - ay) / area];
    for (let y = y1; y < y2; y++) {
      const py = y + 0.5;
      const atA = ((bx - 0.5) * (cy - py) - (by - py) * (cx - 0.5)) / area;
      const atB = ((cx - 0.5) * (ay - py) - (cy - py) * (ax - 0.5)) / area;
      const [from, to] = inside(inside(inside([x1, x2 - 1], atA, stepA), atB, stepB), 1 - atA - atB, -stepA - stepB);
      for (let x = from; x <= to; x++) {
        const ua = atA + x * stepA;
        const ub = atB + x * stepB;
        const uc = 1 - ua - ub;
        const depth = 1 / (ua * na + ub * nb + uc * nc);
        visit(y * this.#width + x, ua * depth * na, ub * depth * nb, uc * depth * nc, depth);
      }
    }
    const bounds = this.#bounds;
    bounds.x1 = Math.min(bounds.x1, x1);
    bounds.y1 = Math.min(bounds.y1, y1);
    bounds.x2 = Math.max(bounds.x2, x2);
    bounds.y2 = Math.max(bounds.y2, y2);
  }

  #sight({ rect, covered }: { rect: Rect; covered: number }, thing: number): Sight | null {
    let [x1, y1, x2, y2, seen] = [Infinity, Infinity, -1, -1, 0];
    for (let y = rect.y1; y < rect.y2; y++)
      for (let x = rect.x1; x < rect.x2; x++) {
        if (this.#thing[y * this.#width + x] !== thing) continue;
        seen++;
        [x1, x2] = [Math.min(x1, x), Math.max(x2, x + 1)];
        [y1, y2] = [Math.min(y1, y), Math.max(y2, y + 1)];
      }
    if (seen === 0) return null;
    const box = { x1: x1 / FINE, y1: y1 / FINE, x2: x2 / FINE, y2: y2 / FINE };
    return { box, visible: seen / covered, pixels: covered / FINE ** 2 };
  }

  /** Where the thing that was just drawn changed the picture, whole pixels of the finished one; null: nowhere. */
  #take(): Rect | null {
    const { x1, y1, x2, y2 } = this.#bounds;
    this.#bounds = { ...NOWHERE };
    if (x1 >= x2) return null;
    const [left, top] = [x1 - (x1 % FINE), y1 - (y1 % FINE)];
    const rect = { x1: left, y1: top, x2: Math.ceil(x2 / FINE) * FINE, y2: Math.ceil(y2 / FINE) * FINE };
    if (this.#still) this.#dirty.push(rect);
    return rect;
  }

  #restore({ x1, y1, x2, y2 }: Rect): void {
    const { colour, depth } = this.#still!;
    for (let y = y1; y < y2; y++) {
      const [from, to] = [y * this.#width + x1, y * this.#width + x2];
      this.#colour.set(colour.subarray(from * 3, to * 3), from * 3);
      this.#depth.set(depth.subarray(from, to), from);
      this.#thing.fill(0, from, to);
    }
  }

  #resolve({ x1, y1, x2, y2 }: Rect): void {
    const { width } = this.#camera;
    for (let y = y1 / FINE; y < y2 / FINE; y++)
      for (let x = x1 / FINE; x < x2 / FINE; x++)
        for (let channel = 0; channel < 3; channel++) {
          let sum = 0;
          for (let dy = 0; dy < FINE; dy++)
            for (let dx = 0; dx < FINE; dx++)
              sum += this.#colour[((y * FINE + dy) * this.#width + x * FINE + dx) * 3 + channel]!;
          this.picture[(y * width + x) * 3 + channel] = sum / FINE ** 2;
        }
  }
}

const NOWHERE: Rect = { x1: Infinity, y1: Infinity, x2: -1, y2: -1 };

/** The part of a span of whole numbers in which `at + x * step` is not negative. */
const inside = ([from, to]: readonly [number, number], at: number, step: number): [number, number] => {
  if (step > 0) return [Math.max(from, Math.ceil(-at / step)), to];
  if (step < 0) return [from, Math.min(to, Math.floor(-at / step))];
  return at >= 0 ? [from, to] : [1, 0];
};

const lookUp = (
  { width, height, pixels }: Picture,
  on: NonNullable<Triangle['on']>,
  wa: number,
  wb: number,
  wc: number,
): Colour => {
  const u = wa * on[0][0] + wb * on[1][0] + wc * on[2][0];
  const v = wa * on[0][1] + wb * on[1][1] + wc * on[2][1];
  const x = Math.min(width - 1, Math.max(0, Math.floor(u * width)));
  const y = Math.min(height - 1, Math.max(0, Math.floor(v * height)));
  const at = (y * width + x) * 3;
  return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
};
