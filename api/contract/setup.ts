import { type Static, Type } from '@sinclair/typebox';
import { SOURCE_FAULTS } from '../../pipeline/source-fault.ts';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * A camera as it stands in the configuration file: keys that are absent have their defaults. Passwords in `source.url`
 * are replaced by `***`; sent back so, the stored ones stay.
 */
export const RawCamera = Type.Record(Type.String(), Type.Unknown());
export type RawCamera = Static<typeof RawCamera>;

/** `GET /api/setup` */
export const Setup = Type.Object({
  /** Hash of the file as it was read; sent back with every change, so that two people do not overwrite each other. */
  sha256: Type.String(),
  /** Why the file cannot be changed here, or null. */
  readOnly: nullable(Type.String()),
  cameras: Type.Array(RawCamera),
  detectors: Type.Array(Type.String()),
  /** JSON Schema of one rule: `anyOf`, told apart by `kind`. */
  ruleSchema: Type.Unknown(),
  /** Whether processes can be restarted from here (`watchpost up`), or somebody has to do that elsewhere. */
  canRestart: Type.Boolean(),
  /** What was saved and is not yet in effect. */
  pending: Type.Union([Type.Literal('none'), Type.Literal('rules'), Type.Literal('sources')]),
});
export type Setup = Static<typeof Setup>;

/** What a change means for the running system: rules need a new start of the analysis alone, sources of the recording too. */
export const ChangeReach = Type.Union([Type.Literal('none'), Type.Literal('rules'), Type.Literal('sources')]);
export type ChangeReach = Static<typeof ChangeReach>;

/** One fault of a configuration. `path` is within the camera, e.g. `rules.0.minDurationMs`; empty for others. */
export const SetupProblem = Type.Object({ path: Type.String(), message: Type.String() });
export type SetupProblem = Static<typeof SetupProblem>;

/** `POST /api/setup/check` and `PUT /api/setup/cameras` (which saves). An unknown id adds a camera. */
export const CameraChange = Type.Object(
  {
    sha256: Type.String({ description: '`sha256` of `GET /api/setup`.' }),
    camera: RawCamera,
    note: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type CameraChange = Static<typeof CameraChange>;
export const CheckResult = Type.Object({
  problems: Type.Array(SetupProblem),
  reach: ChangeReach,
  /** Lines that would change, `+`, `-` and two of context; passwords hidden. */
  diff: Type.String(),
});
export type CheckResult = Static<typeof CheckResult>;
export const Saved = Type.Object({ sha256: Type.String(), version: Type.Integer(), reach: ChangeReach });
export type Saved = Static<typeof Saved>;

/** `GET /api/setup/versions`: newest first. */
export const ConfigVersion = Type.Object({
  version: Type.Integer(),
  at: Type.Number(),
  actor: Type.String(),
  note: Type.String(),
  sha256: Type.String(),
});
export type ConfigVersion = Static<typeof ConfigVersion>;
export const VersionList = Type.Object({ versions: Type.Array(ConfigVersion) });
export type VersionList = Static<typeof VersionList>;
/** `GET /api/setup/versions/:version`: what going back to it would change in the present file. */
export const VersionDiff = Type.Object({ diff: Type.String(), problems: Type.Array(SetupProblem), reach: ChangeReach });
export type VersionDiff = Static<typeof VersionDiff>;
/** `POST /api/setup/versions/:version/restore` */
export const RestoreRequest = Type.Object({ sha256: Type.String() }, { additionalProperties: false });
export type RestoreRequest = Static<typeof RestoreRequest>;

/** `POST /api/setup/probe`: tries a source and takes a picture. */
export const ProbeRequest = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    transport: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('tcp'), Type.Literal('udp')])),
    /** Camera whose stored password stands for `***` in the URL. */
    cameraId: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ProbeRequest = Static<typeof ProbeRequest>;
export const ProbeResult = Type.Union([
  Type.Object({
    ok: Type.Literal(true),
    codec: Type.String(),
    width: Type.Integer(),
    height: Type.Integer(),
    fps: nullable(Type.Number()),
    transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp'), Type.Literal('none')]),
    /** `data:image/jpeg;base64,…` */
    picture: Type.String(),
  }),
  Type.Object({
    ok: Type.Literal(false),
    fault: Type.Union(SOURCE_FAULTS.map((fault) => Type.Literal(fault))),
    /** In the words of ffmpeg. */
    detail: Type.String(),
  }),
]);
export type ProbeResult = Static<typeof ProbeResult>;

/** `POST /api/setup/dry-run`: what the rules of a changed camera would have found in the stored tracks. */
export const DryRunRequest = Type.Object(
  { camera: RawCamera, minutes: Type.Integer({ minimum: 1, maximum: 180, default: 60 }) },
  { additionalProperties: false },
);
export type DryRunRequest = Static<typeof DryRunRequest>;
export const DryRunEvent = Type.Object({
  at: Type.Number(),
  ruleId: Type.String(),
  kind: Type.String(),
  disposition: Type.String(),
  className: nullable(Type.String()),
  explanation: Type.Object({ vi: Type.String(), en: Type.String() }),
  /** Whether the rules in effect now find the same. */
  isNew: Type.Boolean(),
});
export type DryRunEvent = Static<typeof DryRunEvent>;
export const DryRunResult = Type.Object({
  frames: Type.Integer(),
  fromAt: nullable(Type.Number()),
  toAt: nullable(Type.Number()),
  events: Type.Array(DryRunEvent),
  /** Events by rule, with the changed and with the present rules. */
  counts: Type.Array(Type.Object({ ruleId: Type.String(), before: Type.Integer(), after: Type.Integer() })),
  /** Rules that stored tracks cannot try: they need the picture (signals, heads). */
  skipped: Type.Array(Type.String()),
});
export type DryRunResult = Static<typeof DryRunResult>;

/** `POST /api/setup/apply`: starts what must be started again for the saved configuration to hold. */
export const Applied = Type.Object({ restarting: Type.Array(Type.String()) });
export type Applied = Static<typeof Applied>;
