import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { WatchpostError } from '../errors.ts';
import { type Local, type Place, toLocal, toPlace } from './earth.ts';
import { wrapDeg } from './lens.ts';

/** What is looked for around a fire; `burn`: where burning is known or allowed, as kilns, dumps and fields after harvest. */
export const LAYER_KINDS = ['road', 'water', 'post', 'compartment', 'burn'] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/**
 * Beyond this it says nothing of the fire, metres: of compartments only the one that it lies in is named. A known burn is told
 * as far as one tower's place is usually off; it never silences an alert.
 */
const TOLD_WITHIN_M: Partial<Record<LayerKind, number>> = { compartment: 0, burn: 1_000 };

type Bounds = { readonly west: number; readonly south: number; readonly east: number; readonly north: number };
type Shape = {
  readonly name: string | null;
  /** Who keeps it, where the map says so. */
  readonly owner: string | null;
  /** Points one by one, or corners of lines and rings. */
  readonly parts: readonly (readonly Place[])[];
  /** Whether the parts are rings of one area. */
  readonly isArea: boolean;
  readonly bounds: Bounds;
};
export type MapLayer = { readonly kind: LayerKind; readonly shapes: readonly Shape[] };

/** The nearest thing of one kind, as seen from a fire. */
export type Nearest = {
  readonly kind: LayerKind;
  readonly name: string | null;
  /** Who keeps it, where the map says so: a forest's owner must be told. */
  readonly owner?: string;
  /** Its nearest point. */
  readonly place: Place;
  /** 0 inside an area. */
  readonly distanceM: number;
  /** Direction from the fire, degrees from true north. */
  readonly azimuthDeg: number;
};

const Position = Type.Array(Type.Number(), { minItems: 2 });
const line = Type.Array(Position);
const geometry = <Name extends string, Coordinates extends ReturnType<typeof Type.Array>>(
  name: Name,
  coordinates: Coordinates,
) => Type.Object({ type: Type.Literal(name), coordinates });
const Feature = Type.Object({
  properties: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()]),
  geometry: Type.Union([
    Type.Object({ type: Type.Literal('Point'), coordinates: Position }),
    geometry('MultiPoint', line),
    geometry('LineString', line),
    geometry('MultiLineString', Type.Array(line)),
    geometry('Polygon', Type.Array(line)),
    geometry('MultiPolygon', Type.Array(Type.Array(line))),
    Type.Null(),
  ]),
});
type Feature = Static<typeof Feature>;
const Collection = Type.Object({ type: Type.Literal('FeatureCollection'), features: Type.Array(Feature) });

/** Names as OpenStreetMap and Vietnamese forest maps give them. */
const NAMES = ['name', 'name:vi', 'ten', 'TEN', 'ref', 'id'];
const OWNERS = ['owner', 'chu_rung', 'CHU_RUNG', 'chuRung', 'operator'];

/**
 * Reads a GeoJSON feature collection [RFC 7946]: points, lines and areas in WGS 84.
 * @param file only for messages
 * @throws WatchpostError INPUT_UNREADABLE
 */
export const parseMapLayer = (text: string, kind: LayerKind, file: string): MapLayer => {
  const fail = (why: string): never => {
    throw new WatchpostError('INPUT_UNREADABLE', `${file}: ${why}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('not JSON; expected a GeoJSON FeatureCollection');
  }
  const fault = Value.Errors(Collection, value).First();
  if (fault) return fail(`${fault.path || '/'}: ${fault.message}; expected a GeoJSON FeatureCollection`);
  const shapes = (value as Static<typeof Collection>).features.flatMap(toShapes);
  const far = shapes.find(
    ({ bounds: { west, east, south, north } }) => west < -180 || east > 180 || south < -90 || north > 90,
  );
  if (far) return fail(`"${far.name ?? ''}" lies outside the earth; expected degrees (WGS 84), not metres`);
  return { kind, shapes };
};

const toShapes = ({ geometry: shape, properties }: Feature): Shape[] => {
  if (!shape) return [];
  const said = (keys: readonly string[]): string | null => {
    const found = keys
      .map((key) => properties?.[key])
      .find((one) => typeof one === 'string' || typeof one === 'number');
    return found === undefined ? null : String(found);
  };
  const [name, owner] = [said(NAMES), said(OWNERS)];
  const make = (parts: readonly (readonly (readonly number[])[])[], isArea = false): Shape[] => {
    const places = parts.map((part) =>
      part.map(([longitude, latitude]) => ({ latitude: latitude!, longitude: longitude! })),
    );
    const bounds = boundsOf(places.flat());
    return bounds ? [{ name, owner, parts: places, isArea, bounds }] : [];
  };
  switch (shape.type) {
    case 'Point':
      return make([[shape.coordinates]]);
    case 'MultiPoint':
      return make(shape.coordinates.map((point) => [point]));
    case 'LineString':
      return make([shape.coordinates]);
    case 'MultiLineString':
      return make(shape.coordinates);
    case 'Polygon':
      return make(shape.coordinates, true);
    case 'MultiPolygon':
      return shape.coordinates.flatMap((rings) => make(rings, true));
  }
};

const boundsOf = (places: readonly Place[]): Bounds | null => {
  if (places.length === 0) return null;
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const { latitude, longitude } of places) {
    bounds.west = Math.min(bounds.west, longitude);
    bounds.east = Math.max(bounds.east, longitude);
    bounds.south = Math.min(bounds.south, latitude);
    bounds.north = Math.max(bounds.north, latitude);
  }
  return bounds;
};

/** The nearest thing of each kind, in the order of the kinds; none of a kind that no layer has or that is too far to matter. */
export const nearestAround = (layers: readonly MapLayer[], at: Place): readonly Nearest[] =>
  LAYER_KINDS.flatMap((kind) => {
    let best: Nearest | null = null;
    for (const layer of layers)
      if (layer.kind === kind)
        for (const shape of layer.shapes) {
          if (best && boundsDistanceM(shape.bounds, at) > best.distanceM) continue;
          const found = nearestOn(shape, at);
          if (found && (!best || found.distanceM < best.distanceM)) best = { kind, ...wordsOf(shape), ...found };
        }
    return best && best.distanceM <= (TOLD_WITHIN_M[kind] ?? Infinity) ? [best] : [];
  });

const wordsOf = ({ name, owner }: Shape): Pick<Nearest, 'name' | 'owner'> => ({
  name,
  ...(owner === null ? {} : { owner }),
});

const boundsDistanceM = ({ west, south, east, north }: Bounds, { latitude, longitude }: Place): number => {
  const near = {
    latitude: Math.min(north, Math.max(south, latitude)),
    longitude: Math.min(east, Math.max(west, longitude)),
  };
  const { east: x, north: y } = toLocal(near, { latitude, longitude });
  return Math.hypot(x, y);
};

type Found = Pick<Nearest, 'place' | 'distanceM' | 'azimuthDeg'>;

const nearestOn = ({ parts, isArea }: Shape, at: Place): Found | null => {
  const local = parts.map((part) => part.map((place) => toLocal(place, at)));
  if (isArea && isInsideRings(local)) return { place: at, distanceM: 0, azimuthDeg: 0 };
  let [best, bestM]: [Local | null, number] = [null, Infinity];
  for (const part of local)
    for (let index = 0; index < part.length; index++) {
      const point = nearestToOrigin(part[Math.max(0, index - 1)]!, part[index]!);
      const distanceM = Math.hypot(point.east, point.north);
      if (distanceM < bestM) [best, bestM] = [point, distanceM];
    }
  if (!best) return null;
  const azimuthDeg = wrapDeg((Math.atan2(best.east, best.north) * 180) / Math.PI);
  return { place: toPlace(best, at), distanceM: Math.round(bestM), azimuthDeg: Math.round(azimuthDeg) % 360 };
};

/** Of the segment from a to b. */
const nearestToOrigin = (a: Local, b: Local): Local => {
  const [dx, dy] = [b.east - a.east, b.north - a.north];
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, -(a.east * dx + a.north * dy) / square));
  return { east: a.east + share * dx, north: a.north + share * dy };
};

/** Even and odd over all rings, so that holes are outside. */
const isInsideRings = (rings: readonly (readonly Local[])[]): boolean => {
  let isInside = false;
  for (const ring of rings)
    for (let index = 0; index < ring.length; index++) {
      const [a, b] = [ring[index]!, ring[(index + 1) % ring.length]!];
      if (a.north > 0 === b.north > 0) continue;
      if (a.east + ((b.east - a.east) * -a.north) / (b.north - a.north) > 0) isInside = !isInside;
    }
  return isInside;
};
