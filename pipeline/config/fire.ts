import { type Static, Type } from '@sinclair/typebox';
import { LAYER_KINDS } from '../fire/map-layers.ts';
import { closed } from './parts.ts';

const JsonPointer = (description: string) =>
  Type.String({ pattern: '^(/[^/]+)+$', description: `${description} JSON pointer, e.g. \`/current/wind\`.` });

export const WindConfig = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'Of the weather service, as alerts tell it.' }),
    url: Type.String({
      pattern: '^https?://',
      writeOnly: true,
      description: 'Answers with JSON. `${NAME}` is taken from the environment.',
    }),
    headers: Type.Record(Type.String(), Type.String({ writeOnly: true }), { default: {} }),
    everyMinutes: Type.Number({ default: 10, minimum: 1, maximum: 180 }),
    speed: JsonPointer('Of the speed.'),
    direction: JsonPointer('Of where it comes from, degrees from north.'),
    at: Type.Optional(JsonPointer('Of when it was measured: epoch seconds or milliseconds, or ISO 8601.')),
    unit: Type.Union([Type.Literal('m/s'), Type.Literal('km/h'), Type.Literal('knots')], { default: 'm/s' }),
  },
  { ...closed, description: 'A weather service that is asked for the wind; people can report it as well.' },
);
export type WindConfig = Static<typeof WindConfig>;

export const FireConfig = Type.Object(
  {
    terrain: Type.Optional(
      Type.String({
        description:
          'Heights around the towers, WGS 84 degrees: GeoTIFF or ESRI ASCII grid. Gives a fire that one tower sees a place.',
      }),
    ),
    layers: Type.Array(
      Type.Object(
        {
          kind: Type.Union(LAYER_KINDS.map((kind) => Type.Literal(kind))),
          file: Type.String({ description: 'GeoJSON FeatureCollection.' }),
        },
        closed,
      ),
      { default: [], description: 'What an alert names beside the place; paths relative to this file.' },
    ),
    travelKmh: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 100,
        description:
          'How fast a patrol is from the nearest watch post, along the straight line, detours included: alerts then tell the travel time.',
      }),
    ),
    vn2000: Type.Optional(
      Type.Object(
        {
          centralMeridianDeg: Type.Number({
            minimum: 102,
            maximum: 112,
            description: 'Of the province’s zone of 3° (degrees): 105.75 for Ho Chi Minh City, 104.5 for Phú Quốc …',
          }),
        },
        { ...closed, description: 'Places are told in VN-2000 as well.' },
      ),
    ),
    wind: Type.Optional(WindConfig),
  },
  { ...closed, default: {} },
);
