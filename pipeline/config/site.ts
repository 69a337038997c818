import { type Static, Type } from '@sinclair/typebox';
import { closed } from './parts.ts';

export const MapConfig = Type.Object(
  {
    tiles: Type.String({
      pattern: '^[^{}]*\\{z\\}[^{}]*\\{x\\}[^{}]*\\{y\\}[^{}]*$',
      writeOnly: true,
      description:
        'Address of a tile server or path of a folder, with {z}, {x} and {y}: `https://tiles.example/{z}/{x}/{y}.png`, `maps/tiles/{z}/{x}/{y}.png`. Web Mercator, 256 pixels, PNG, JPEG or WebP. `${NAME}` is taken from the environment.',
    }),
    attribution: Type.String({
      minLength: 1,
      description: 'Whose map it is, as its licence asks to be written on it.',
    }),
    mostZoom: Type.Integer({
      default: 17,
      minimum: 0,
      maximum: 22,
      description: 'The finest that the source has.',
    }),
  },
  {
    ...closed,
    description:
      'Map under towers, bearings and traces. Browsers ask this server for it, which asks the source; without one, and where the source does not answer, maps are drawn without background.',
  },
);
export type MapConfig = Static<typeof MapConfig>;

export const SiteConfig = Type.Object(
  {
    name: Type.String({ default: 'Watchpost' }),
    unit: Type.String({ default: '', description: 'Detecting unit, as printed on records.' }),
    settlingUnit: Type.String({
      default: '',
      description: 'Unit that settles violations, as printed on records; left to be filled in when empty.',
    }),
    settlingContact: Type.String({
      default: '',
      description: 'Its address and telephone, as printed on records; left to be filled in when empty.',
    }),
    timeZone: Type.String({
      default: 'Asia/Ho_Chi_Minh',
      description: 'IANA zone in which times are shown; stored times are UTC.',
    }),
    language: Type.Union([Type.Literal('vi'), Type.Literal('en')], { default: 'vi' }),
    map: Type.Optional(MapConfig),
  },
  { ...closed, default: {} },
);
