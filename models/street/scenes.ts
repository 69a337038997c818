import { mulberry32 } from '../../pipeline/random.ts';
import type { MastCamera } from './camera.ts';
import { DAY, DUSK, type Light } from './light.ts';
import type { Colour } from './mesh.ts';
import { type Clothes, type Headwear, walking } from './people.ts';
import { drawPlate, PLATE_SIZES } from './plate-face.ts';
import type { Placement } from './raster.ts';
import { type Aspect, PLAN } from './surroundings.ts';
import { type Drive, drive, passes, type Phases } from './traffic.ts';
import { bus, car, type CarKind, type Figure, motorbike, type PlateFace, type Rider, truck } from './vehicles.ts';

export type ActorClass = 'person' | 'motorcycle' | 'car' | 'truck' | 'bus';

/** Somebody or something that moves through the scene. */
export type Actor = {
  readonly id: number;
  readonly class: ActorClass;
  readonly figure: (at: number) => Figure;
  /** Null before it comes and after it has gone. */
  readonly where: (at: number) => Placement | null;
};

/** What somebody does that a rule should find; times in seconds. */
export type Act = {
  readonly kind: 'wrong_way' | 'wrong_lane' | 'red_light' | 'no_helmet' | 'too_many_riders' | 'pavement_riding';
  readonly actor: number;
  /** An instant for what crosses a line, else the span in which it can be seen. */
  readonly from: number;
  readonly to: number;
};

export type Scene = {
  readonly camera: MastCamera;
  readonly light: Light;
  readonly seconds: number;
  readonly fps: number;
  readonly phases: Phases;
  readonly actors: readonly Actor[];
  readonly acts: readonly Act[];
};

const SECONDS = 24;
const RED_FROM = 11;
const phases: Phases = (at): Aspect => (at < 8 ? 'green' : at < RED_FROM ? 'yellow' : 'red');

const PAINTS: readonly Colour[] = [
  [0.5, 0.5, 0.52], [0.03, 0.03, 0.035], [0.45, 0.03, 0.03], [0.05, 0.12, 0.4], [0.62, 0.62, 0.6], [0.3, 0.32, 0.34], [0.02, 0.25, 0.2],
]; // prettier-ignore
const CLOTH: readonly Colour[] = [
  [0.55, 0.55, 0.5], [0.05, 0.12, 0.35], [0.45, 0.06, 0.08], [0.06, 0.28, 0.16], [0.5, 0.3, 0.05], [0.25, 0.1, 0.3], [0.04, 0.04, 0.05], [0.5, 0.25, 0.3],
]; // prettier-ignore
const TROUSERS: readonly Colour[] = [
  [0.03, 0.03, 0.05],
  [0.06, 0.08, 0.16],
  [0.14, 0.11, 0.08],
  [0.1, 0.1, 0.1],
];
const HELMETS: readonly Colour[] = [[0.5, 0.04, 0.04], [0.03, 0.03, 0.03], [0.6, 0.6, 0.58], [0.05, 0.15, 0.45], [0.55, 0.4, 0.03]]; // prettier-ignore
const L1 = 'ABCDEFGHKLMNPSTUVXYZ';

const SIZES = {
  motorcycle: { length: 2.1, width: 0.7 },
  car: { length: 4.4, width: 1.8 },
  van: { length: 4.6, width: 1.84 },
  truck: { length: 6.5, width: 2.2 },
  bus: { length: 9.2, width: 2.44 },
} as const;

/** Draws lots for looks and plates, so that no two are alike and every run is the same. */
class Casting {
  readonly #next: () => number;
  readonly #given = new Set<string>();
  constructor(seed: number) {
    this.#next = mulberry32(seed);
  }

  one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#next() * items.length)]!;
  }

  clothes(): Clothes {
    return { shirt: this.one(CLOTH), trousers: this.one(TROUSERS), headColour: this.one(HELMETS) };
  }

  riders(...wear: readonly Headwear[]): Rider[] {
    return wear.map((one) => ({ wear: one, clothes: this.clothes() }));
  }

  plate(vehicle: 'motorbike' | 'car'): { long: PlateFace; short: PlateFace } {
    const digits = (count: number): string =>
      Array.from({ length: count }, () => Math.floor(this.#next() * 10)).join('');
    const province = this.one(['59', '29', '51', '30', '43', '65', '68']);
    const series = this.one(Array.from(L1)) + (vehicle === 'motorbike' ? String(1 + Math.floor(this.#next() * 9)) : '');
    const number = digits(5);
    const text = province + series + number;
    // Two drivers with one plate would be one vehicle.
    if (this.#given.has(text)) return this.plate(vehicle);
    this.#given.add(text);
    const [head, tail] = [
      `${province}${vehicle === 'motorbike' ? '-' : ''}${series}`,
      `${number.slice(0, 3)}.${number.slice(3)}`,
    ];
    const size = vehicle === 'motorbike' ? PLATE_SIZES.motorbike : PLATE_SIZES.carShort;
    return {
      short: { text, picture: drawPlate([head, tail], size, 'white') },
      long: { text, picture: drawPlate([`${head}-${tail}`], PLATE_SIZES.carLong, 'white') },
    };
  }
}

type Part = {
  readonly class: ActorClass;
  readonly figure: Figure;
  readonly drive: Drive;
  readonly does?: readonly Act['kind'][];
};

const cast = (casting: Casting): Part[] => {
  const bike = (
    way: Drive['way'],
    lane: number,
    start: number,
    speed: number,
    riders: readonly Rider[],
    does: readonly Act['kind'][] = [],
    more: Partial<Drive> = {},
  ): Part => ({
    class: 'motorcycle',
    figure: motorbike(casting.one(PAINTS), riders, casting.plate('motorbike').short),
    drive: { way, lane, start, speed, ...SIZES.motorcycle, ...more },
    does,
  });
  const saloon = (
    way: Drive['way'],
    lane: number,
    start: number,
    speed: number,
    kind: CarKind = 'car',
    does: readonly Act['kind'][] = [],
  ): Part => {
    const { long, short } = casting.plate('car');
    const colour: Colour = kind === 'taxi' ? [0.02, 0.3, 0.12] : casting.one(PAINTS);
    return {
      class: 'car',
      figure: car(kind, colour, { front: long, back: short }),
      drive: { way, lane, start, speed, ...SIZES[kind === 'van' ? 'van' : 'car'] },
      does,
    };
  };
  const one = (...wear: Headwear[]): Rider[] => casting.riders(...wear);
  const crowd: Rider[] = [
    ...one('helmet', 'none', 'none'),
    { wear: 'none', clothes: casting.clothes(), inFront: true },
  ];
  return [
    // Away from the camera: green first, then they gather at the stop line.
    saloon('away', 1.9, 6, 10.5),
    saloon('away', 1.95, -14, 10.5, 'van'),
    {
      class: 'truck',
      figure: truck([0.05, 0.18, 0.45], [0.6, 0.6, 0.57], casting.plate('car').short),
      drive: { way: 'away', lane: 2, start: -50, speed: 8.5, ...SIZES.truck },
    },
    saloon('away', 1.85, -74, 10.5, 'taxi'),
    saloon('away', 1.95, -96, 10.5),
    bike('away', 5.1, 9, 8.2, one('helmet')),
    bike('away', 6.1, 1, 8.6, one('helmet', 'helmet')),
    bike('away', 4.6, -6, 8.4, one('helmet', 'none'), ['no_helmet']),
    bike('away', 5.7, -17, 8.3, crowd, ['too_many_riders', 'no_helmet']),
    bike('away', 4.7, -27, 8.8, one('helmet')),
    bike('away', 6.0, -39, 8.2, one('none'), ['no_helmet']),
    saloon('away', 5.5, -62, 9.5, 'car', ['wrong_lane']),
    bike('away', 4.5, -52, 8.5, one('conical'), ['no_helmet']),
    bike('away', 5.9, -78, 8.4, one('helmet')),
    bike('away', 4.6, -88, 8.6, one('helmet', 'helmet')),
    bike('away', 5.6, -104, 8.4, one('cap'), ['no_helmet']),
    bike('away', 4.7, -122, 8.6, one('helmet')),
    bike('away', 7.0, -112, 9.4, one('helmet'), ['red_light'], { ignoresSignal: true }),
    // Against the traffic along the kerb, and over the pavement.
    bike('towards', 6.9, 33, 5.5, one('helmet'), ['wrong_way'], { from: 0.4 }),
    bike('away', 10.1, -4, 4.6, one('helmet'), ['pavement_riding'], { from: 3, ignoresSignal: true }),
    // Towards the camera.
    saloon('towards', -1.9, 40, 10, 'taxi'),
    saloon('towards', -2, 64, 10.5),
    saloon('towards', -1.95, 118, 10.5, 'van'),
    {
      class: 'bus',
      figure: bus([0.05, 0.36, 0.2], casting.plate('car').short),
      drive: { way: 'towards', lane: -2.1, start: 96, speed: 9, ...SIZES.bus },
    },
    bike('towards', -4.8, 30, 8.4, one('helmet')),
    bike('towards', -6, 48, 8.2, one('helmet', 'helmet')),
    bike('towards', -5.2, 60, 8.5, one('helmet')),
    bike('towards', -4.7, 84, 8.5, one('none'), ['no_helmet']),
    bike('towards', -6.2, 92, 8.2, one('helmet')),
    bike('towards', -5.3, 110, 8.6, one('helmet', 'helmet')),
    // Across, while the road in view has red.
    saloon('right', 38.2, -34, 8),
    bike('right', 39.6, -22, 7.5, one('helmet')),
    bike('right', 37.4, -27, 7, one('helmet', 'helmet')),
    saloon('left', 43.8, 30, 8, 'van'),
    bike('left', 42.4, 20, 7.2, one('helmet')),
    bike('left', 44.6, 27, 7.4, one('helmet')),
  ];
};

/** On foot: where they begin, where they go, how fast, from when. */
const WALKS: readonly { from: readonly [number, number]; to: readonly [number, number]; speed: number; at: number }[] =
  [
    { from: [9.9, 6], to: [9.9, 26], speed: 1.1, at: 0 },
    { from: [-9.6, 22], to: [-9.6, 4], speed: 1.25, at: 0 },
    { from: [-9.9, 6], to: [-9.8, 26], speed: 1.2, at: 4 },
    { from: [9.2, 30.6], to: [-9.5, 30.6], speed: 1.5, at: RED_FROM + 0.5 },
    { from: [-9, 31.4], to: [9.4, 31.4], speed: 1.35, at: RED_FROM + 1 },
  ];

const walkers = (casting: Casting, firstId: number): Actor[] =>
  WALKS.map(({ from, to, speed, at: begin }, index) => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = Math.hypot(dx, dy);
    const wear = casting.one<Headwear>(['none', 'none', 'cap', 'conical']);
    const clothes = casting.clothes();
    const share = (at: number): number => Math.min(1, Math.max(0, ((at - begin) * speed) / length));
    return {
      id: firstId + index,
      class: 'person',
      figure: (at) => ({
        mesh: walking(clothes, wear, (share(at) * length * 2 * Math.PI) / 1.4),
        plates: [],
        heads: [],
      }),
      where: (at) => ({ x: from[0] + dx * share(at), y: from[1] + dy * share(at), heading: Math.atan2(-dx, dy) }),
    };
  });

/** How far from the camera somebody's act can be told. */
const TOLD = { near: 7, far: 60 };

const actsOf = (part: Part, id: number, where: (at: number) => Placement): Act[] => {
  const seen = (test: (place: Placement) => boolean): { from: number; to: number } | null => {
    const times = Array.from({ length: SECONDS * 25 }, (_, i) => i / 25).filter((at) => test(where(at)));
    return times.length > 0 ? { from: times[0]!, to: times.at(-1)! } : null;
  };
  return (part.does ?? []).flatMap((kind): Act[] => {
    if (kind === 'red_light') {
      const at = passes(part.drive, where, PLAN.stopLine, SECONDS);
      return at !== null && phases(at) === 'red' ? [{ kind, actor: id, from: at, to: at }] : [];
    }
    const span = seen(({ y }) => y > TOLD.near && y < TOLD.far);
    return span ? [{ kind, actor: id, ...span }] : [];
  });
};

const MAST: MastCamera = { width: 1280, height: 720, at: [2.2, -4, 6.2], tiltDeg: 15, panDeg: 2, focalPx: 1150 };

/** A junction by day or at dusk: 24 s in which traffic flows, gathers at red, and six kinds of acts are done. */
export const junction = (light: 'day' | 'dusk' = 'day'): Scene => {
  const casting = new Casting(7);
  const parts = cast(casting);
  const places = drive(parts.map((part) => part.drive), phases, SECONDS); // prettier-ignore
  const actors: Actor[] = parts.map((part, index) => ({
    id: index + 1,
    class: part.class,
    figure: () => part.figure,
    where: places[index]!,
  }));
  return {
    camera: MAST,
    light: light === 'day' ? DAY : DUSK,
    ...{ seconds: SECONDS, fps: 12.5, phases },
    actors: [...actors, ...walkers(casting, parts.length + 1)],
    acts: parts.flatMap((part, index) => actsOf(part, index + 1, places[index]!)),
  };
};
