import { type Static, Type } from '@sinclair/typebox';
import { LAYER_KINDS } from '../../pipeline/fire/map-layers.ts';
import { AlertProgress } from './alerts.ts';
import { CaseSummary } from './cases.ts';
import { Danger } from './danger.ts';
import { FireAction } from './fire-actions.ts';
import { PlumeStanding } from './plumes.ts';
import { Wind } from './wind.ts';

const Place = Type.Object({ latitude: Type.Number(), longitude: Type.Number() });
/** A tower's line of sight: degrees clockwise from true north, one standard deviation. */
const Sight = Type.Object({ station: Place, azimuthDeg: Type.Number(), sigmaDeg: Type.Number() });

/** `GET /api/incidents`: alerts of smoke and flame joined by place and time. Times are epoch milliseconds. */
export const IncidentQuery = Type.Object(
  { after: Type.Optional(Type.Number({ description: 'Confirmed from this instant; default 24 h ago.' })) },
  { additionalProperties: false },
);
export type IncidentQuery = Static<typeof IncidentQuery>;

export const IncidentView = Type.Object({
  /** Of the first alert's case. */
  id: Type.String(),
  firstAt: Type.Number(),
  lastAt: Type.Number(),
  stations: Type.Integer(),
  position: Type.Union([
    Type.Object({
      kind: Type.Literal('fix'),
      place: Place,
      /** 95 %; orientation of the major axis clockwise from north. */
      ellipse: Type.Object({
        semiMajorM: Type.Number(),
        semiMinorM: Type.Number(),
        orientationDeg: Type.Number(),
      }),
    }),
    Type.Object({
      kind: Type.Literal('range'),
      place: Place,
      sight: Sight,
      rangeM: Type.Number(),
      /** 95 %; the far end is null beyond the skyline. */
      nearM: Type.Number(),
      farM: Type.Union([Type.Number(), Type.Null()]),
    }),
    Type.Object({ kind: Type.Literal('bearing'), sight: Sight }),
    Type.Object({ kind: Type.Literal('unknown') }),
  ]),
  /** The place on Vietnamese maps; null while it is not known, and where no central meridian is configured. */
  vn2000: Type.Union([
    Type.Object({ northingM: Type.Number(), eastingM: Type.Number(), centralMeridianDeg: Type.Number() }),
    Type.Null(),
  ]),
  /** Of each kind that the site has a map layer of; empty while the place is not known. */
  nearest: Type.Array(
    Type.Object({
      kind: Type.Union(LAYER_KINDS.map((kind) => Type.Literal(kind))),
      name: Type.Union([Type.String(), Type.Null()]),
      /** Of a compartment, where its map says so. */
      owner: Type.Optional(Type.String()),
      /** From a watch post, where the site says how fast a patrol is. */
      travelMinutes: Type.Optional(Type.Integer()),
      place: Place,
      distanceM: Type.Number(),
      azimuthDeg: Type.Number(),
    }),
  ),
  /** Who was told; null where nobody is. */
  progress: Type.Union([AlertProgress, Type.Null()]),
  /** What people did about it, oldest first. */
  actions: Type.Array(FireAction),
  /** In order of confirmation. */
  alerts: Type.Array(
    Type.Object({
      case: CaseSummary,
      sight: Type.Union([Sight, Type.Null()]),
      sightings: Type.Integer(),
      framesLooked: Type.Integer(),
      growthPercent: Type.Union([Type.Number(), Type.Null()]),
      /** How it stood when its camera last looked; null where that is not known. */
      standing: Type.Union([PlumeStanding, Type.Null()]),
      /** The same part of the view through time; empty where none were made. */
      crops: Type.Array(Type.Object({ url: Type.String(), at: Type.Number() })),
      explanation: Type.Object({ vi: Type.String(), en: Type.String() }),
    }),
  ),
});
export type IncidentView = Static<typeof IncidentView>;
export const IncidentList = Type.Object({
  incidents: Type.Array(IncidentView),
  /** Null where nobody reported it in the last three hours. */
  wind: Type.Union([Wind, Type.Null()]),
  /** Null where nobody said it in the last 36 hours. */
  danger: Type.Union([Danger, Type.Null()]),
});
export type IncidentList = Static<typeof IncidentList>;
