import { calibrationOf, type CalibrationPoint, withPoint } from './calibration.ts';
import type { DraftCamera, Lamp, Pair, Rule } from './draft.ts';

/** A thing drawn on the picture. All points in fractions of the frame, origin top left. */
export type Shape =
  | { readonly kind: 'zone' | 'line'; readonly name: string; readonly points: readonly Pair[] }
  /** Points whose place on the ground is known; `name` is the id of the rule that they belong to. */
  | { readonly kind: 'calibration'; readonly name: string; readonly points: readonly Pair[] }
  /** Two corners of one lamp's box: top left, bottom right. */
  | {
      readonly kind: 'lamp';
      readonly name: string;
      readonly lamp: number;
      readonly colour: Lamp['colour'];
      readonly points: readonly [Pair, Pair];
    };

export const keyOf = (shape: Shape): string =>
  `${shape.kind}/${shape.name}${shape.kind === 'lamp' ? `/${shape.lamp}` : ''}`;

export function shapesOf({ zones = {}, lines = {}, signals = {}, rules = [] }: DraftCamera): Shape[] {
  return [
    ...Object.entries(zones).map(([name, points]) => ({ kind: 'zone', name, points }) as const),
    ...Object.entries(lines).map(([name, points]) => ({ kind: 'line', name, points }) as const),
    ...Object.entries(signals).flatMap(([name, lamps]) =>
      lamps.map(({ colour, box: [x1, y1, x2, y2] }, lamp): Shape => {
        const points: readonly [Pair, Pair] = [
          [x1, y1],
          [x2, y2],
        ];
        return { kind: 'lamp', name, lamp, colour, points };
      }),
    ),
    ...rules.flatMap((rule): Shape[] => {
      const points = calibrationOf(rule);
      return points ? [{ kind: 'calibration', name: rule.id, points: points.map(({ at }) => at) }] : [];
    }),
  ];
}

/** 1/10,000 of a picture is less than a pixel: more digits only make the file hard to read. */
const round = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;
export const toPair = (x: number, y: number): Pair => [round(x), round(y)];

/** The camera with a shape's points replaced; the shape is added when it is not there. */
export function withPoints(camera: DraftCamera, shape: Shape, points: readonly Pair[]): Partial<DraftCamera> {
  if (shape.kind === 'calibration')
    return {
      rules: (camera.rules ?? []).map((rule) =>
        rule.id === shape.name ? { ...rule, calibration: moved(calibrationOf(rule) ?? [], points) } : rule,
      ),
    };
  if (shape.kind !== 'lamp')
    return shape.kind === 'zone'
      ? { zones: { ...camera.zones, [shape.name]: points } }
      : { lines: { ...camera.lines, [shape.name]: points } };
  const [[ax, ay] = [0, 0], [bx, by] = [0, 0]] = points;
  const box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)] as const;
  const lamps = [...(camera.signals?.[shape.name] ?? [])];
  lamps[shape.lamp] = { colour: shape.colour, box };
  return { signals: { ...camera.signals, [shape.name]: lamps } };
}

/** Points that move, come or go keep the metres of the others; the first ones have none until they are measured. */
function moved(before: readonly CalibrationPoint[], points: readonly Pair[]): readonly CalibrationPoint[] {
  if (before.length === points.length) return before.map((point, index) => ({ ...point, at: points[index]! }));
  if (before.length === 0) return points.map((at) => ({ at, ground: [0, 0] }));
  const kept = before.filter(({ at }) => points.some(([x, y]) => x === at[0] && y === at[1]));
  const added = points.filter(([x, y]) => !before.some(({ at }) => x === at[0] && y === at[1]));
  return added.reduce<readonly CalibrationPoint[]>((list, at) => withPoint(list, at), kept);
}

const without = <Value>(record: Readonly<Record<string, Value>> | undefined, name: string) =>
  Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => key !== name));

export function withoutShape(camera: DraftCamera, shape: Shape): Partial<DraftCamera> {
  if (shape.kind === 'calibration')
    return {
      rules: (camera.rules ?? []).map((rule) =>
        rule.id === shape.name ? ({ ...without(rule, 'calibration') } as Rule) : rule,
      ),
    };
  if (shape.kind !== 'lamp')
    return shape.kind === 'zone'
      ? { zones: without(camera.zones, shape.name) }
      : { lines: without(camera.lines, shape.name) };
  const lamps = (camera.signals?.[shape.name] ?? []).filter((_, index) => index !== shape.lamp);
  return {
    signals: lamps.length > 0 ? { ...camera.signals, [shape.name]: lamps } : without(camera.signals, shape.name),
  };
}

const RULE_KEYS = { zone: ['zone', 'lane'], line: ['line'], lamp: ['signal'] } as const;

/** A shape with a name of its own; a calibration has its rule's. */
export type NamedShape = Exclude<Shape, { readonly kind: 'calibration' }>;

/** A new name, also in the rules that name the shape. Order in the file stays. */
export function withName(camera: DraftCamera, shape: NamedShape, name: string): Partial<DraftCamera> {
  const rename = <Value>(record: Readonly<Record<string, Value>> | undefined) =>
    Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key === shape.name ? name : key, value]));
  const rules = (camera.rules ?? []).map((rule) => {
    const named = RULE_KEYS[shape.kind].filter((key) => rule[key] === shape.name);
    return named.length === 0 ? rule : { ...rule, ...Object.fromEntries(named.map((key) => [key, name])) };
  });
  const part = camera.rules ? { rules } : {};
  if (shape.kind === 'zone') return { ...part, zones: rename(camera.zones) };
  if (shape.kind === 'line') return { ...part, lines: rename(camera.lines) };
  return { ...part, signals: rename(camera.signals) };
}

/** `zone-1`, `zone-2` …: the first that is free. */
export function freeName(prefix: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) if (!taken.includes(`${prefix}-${number}`)) return `${prefix}-${number}`;
}
