import { describe, expect, test } from 'vitest';
import { type Place, toPlace } from './earth.ts';
import { nearestAround, parseMapLayer } from './map-layers.ts';

const FIRE: Place = { latitude: 10.3, longitude: 104.02 };
const at = (east: number, north: number): [number, number] => {
  const { latitude, longitude } = toPlace({ east, north }, FIRE);
  return [longitude, latitude];
};
const collection = (...features: object[]): string => JSON.stringify({ type: 'FeatureCollection', features });
const feature = (type: string, coordinates: unknown, properties: object | null = null): object => ({
  type: 'Feature',
  properties,
  geometry: { type, coordinates },
});
const square = (east: number, north: number, half: number): [number, number][] => [
  at(east - half, north - half),
  at(east + half, north - half),
  at(east + half, north + half),
  at(east - half, north + half),
  at(east - half, north - half),
];

describe('what lies around a fire', () => {
  test('a road is as far as its nearest point, not its nearest corner', () => {
    const road = parseMapLayer(
      collection(
        feature('LineString', [at(-5_000, 400), at(5_000, 400)], { name: 'DT.975' }),
        feature('LineString', [at(-300, -500), at(0, -500)], { name: 'đường mòn' }),
      ),
      'road',
      'roads.geojson',
    );
    expect(nearestAround([road], FIRE)).toEqual([
      { kind: 'road', name: 'DT.975', place: expect.anything() as unknown, distanceM: 400, azimuthDeg: 0 },
    ]);
  });

  test('one of each kind, in a fixed order, with direction', () => {
    const post = parseMapLayer(collection(feature('Point', at(3_000, 0), { ten: 'Chốt 5' })), 'post', 'a');
    const water = parseMapLayer(collection(feature('MultiPoint', [at(0, -900), at(0, -2_000)])), 'water', 'b');
    expect(
      nearestAround([post, water], FIRE).map(({ kind, name, distanceM, azimuthDeg }) => [
        kind,
        name,
        distanceM,
        azimuthDeg,
      ]),
    ).toEqual([
      ['water', null, 900, 180],
      ['post', 'Chốt 5', 3_000, 90],
    ]);
  });

  test('inside a reservoir the distance is 0, on an island in it the shore counts', () => {
    const lake = [square(0, 0, 2_000)];
    const withIsland = [...lake, square(0, 0, 300)];
    const nearest = (rings: unknown) =>
      nearestAround([parseMapLayer(collection(feature('Polygon', rings)), 'water', 'w')], FIRE)[0]?.distanceM;
    expect(nearest(lake)).toBe(0);
    expect(nearest(withIsland)).toBe(300);
  });

  test('a compartment is named where the fire lies in it, never the one beside', () => {
    const layer = (east: number) =>
      parseMapLayer(
        collection(feature('MultiPolygon', [[square(east, 0, 500)]], { name: 'TK 73' })),
        'compartment',
        'c.geojson',
      );
    expect(nearestAround([layer(0)], FIRE)).toMatchObject([{ kind: 'compartment', name: 'TK 73', distanceM: 0 }]);
    expect(nearestAround([layer(5_000)], FIRE)).toEqual([]);
  });

  test('a known burn is named beside the fire, not beyond a kilometre', () => {
    const layer = (east: number) =>
      parseMapLayer(collection(feature('Polygon', [square(east, 0, 100)], { ten: 'Lò gạch 2' })), 'burn', 'b.geojson');
    expect(nearestAround([layer(600)], FIRE)).toMatchObject([{ kind: 'burn', name: 'Lò gạch 2', distanceM: 500 }]);
    expect(nearestAround([layer(1_200)], FIRE)).toEqual([]);
  });

  test('a file in metres, of another kind or broken says what was expected', () => {
    expect(() => parseMapLayer('{', 'road', 'r.geojson')).toThrow(/r\.geojson: not JSON; expected a GeoJSON/);
    expect(() => parseMapLayer('{"type":"Topology"}', 'road', 'r.geojson')).toThrow(
      /expected a GeoJSON FeatureCollection/,
    );
    expect(() => parseMapLayer(collection(feature('Point', [480_000, 1_133_000])), 'road', 'r.geojson')).toThrow(
      /expected degrees/,
    );
  });
});
