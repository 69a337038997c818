import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { AlertsConfig } from './alerts/alert-config.ts';
import { LAYER_KINDS } from './fire/map-layers.ts';
import { SweepConfig } from './fire/sweep-config.ts';
import { DEFAULT_TIERS, RetentionTier } from './retention.ts';
import { RuleConfig } from './rules/rule-config.ts';

const closed = { additionalProperties: false } as const;

const Id = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'Lower-case letters, digits and hyphens; used in file names, URLs and events.',
});

const JsonPointer = (description: string) =>
  Type.String({ pattern: '^(/[^/]+)+$', description: `${description} JSON pointer, e.g. \`/current/wind\`.` });

/** `[x, y]` in fractions of the frame, origin top left. */
const Fraction = Type.Number({ minimum: 0, maximum: 1 });
export const Fraction2 = Type.Tuple(
  [Type.Number({ minimum: -0.5, maximum: 1.5 }), Type.Number({ minimum: -0.5, maximum: 1.5 })],
  {
    description: '[x, y] in fractions of the frame, origin top left.',
  },
);

export const SourceConfig = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      description:
        'rtsp://, rtsps://, http(s):// or a file path (relative to the configuration file); `stills://FOLDER` for JPEG pictures that arrive in FOLDER or FOLDER/POSE, `stills://` for those that are posted. `${NAME}` is taken from the environment.',
    }),
    transport: Type.Union([Type.Literal('auto'), Type.Literal('tcp'), Type.Literal('udp')], {
      default: 'auto',
      description: 'RTSP transport; `auto` tries TCP, then UDP.',
    }),
    loop: Type.Boolean({ default: true, description: 'Files: start again at the end, as a live camera would go on.' }),
    realtime: Type.Boolean({
      default: true,
      description: 'Files: play at their own speed. `false` with `loop: false` analyses every frame as fast as it can.',
    }),
    stallMs: Type.Integer({
      default: 10_000,
      minimum: 1_000,
      maximum: 120_000,
      description: 'Reconnect when no packet came for so long (ms).',
    }),
  },
  closed,
);
export type SourceConfig = Static<typeof SourceConfig>;

export const HeadsConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true, description: '`false`: no heads are looked at; `no_helmet` stays silent.' }),
    model: Type.String({
      default: 'rider',
      description: 'Id of a model of heads in the manifest: classes helmet, no_helmet, unsure.',
    }),
    maxCrops: Type.Integer({
      default: 6,
      minimum: 1,
      maximum: 32,
      description: 'Motorcycles looked at per frame, at most; with more of them they take turns.',
    }),
  },
  {
    ...closed,
    description:
      'Second model on the crops of motorcycles with their riders. Switched on by itself where a `no_helmet` rule stands.',
  },
);
export type HeadsConfig = Static<typeof HeadsConfig>;

export const AnalysisConfig = Type.Object(
  {
    detector: Type.String({ default: 'road', description: 'Key under `detectors`.' }),
    fps: Type.Number({
      default: 5,
      exclusiveMinimum: 0,
      maximum: 30,
      description: 'Frames analysed per second of media time, at most.',
    }),
    tiles: Type.Optional(
      Type.Object(
        {
          rows: Type.Integer({ minimum: 1, maximum: 4, default: 1 }),
          columns: Type.Integer({ minimum: 1, maximum: 4, default: 1 }),
          overlap: Type.Number({
            minimum: 0,
            maximum: 0.5,
            default: 0.15,
            description: 'Share of a tile that its neighbour sees too.',
          }),
        },
        {
          ...closed,
          description:
            'Look at the picture in tiles, each at the full input size: finds small objects, costs rows × columns runs.',
        },
      ),
    ),
    region: Type.Optional(
      Type.Tuple(
        [
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
          Type.Number({ minimum: 0, maximum: 1 }),
        ],
        {
          description: '[x1, y1, x2, y2] in fractions: analyse only this part of the picture, enlarged.',
        },
      ),
    ),
    minScore: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Overrides the detector’s `minScore` on this camera.' }),
    ),
    heads: Type.Optional(HeadsConfig),
    priority: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 9,
        description:
          'Who is analysed in full when the machine cannot analyse all cameras; higher comes first. By default 3 with rules on acts that last a second or two, 2 with rules on what stays for a while, 1 with counts alone.',
      }),
    ),
    motionGate: Type.Optional(
      Type.Object(
        {
          floorMs: Type.Integer({
            default: 1_000,
            minimum: 200,
            maximum: 10_000,
            description: 'The detector looks at least so often, whatever the picture shows (ms of media time).',
          }),
        },
        {
          ...closed,
          description:
            'While nothing moves in the picture, the detector’s last result stands and it does not run. For quiet places; not for smoke, which grows slowly.',
        },
      ),
    ),
    deadlineMs: Type.Integer({
      default: 2_000,
      minimum: 50,
      maximum: 60_000,
      description: 'A live frame older than this when its turn comes is dropped and counted (ms).',
    }),
  },
  closed,
);
export type AnalysisConfig = Static<typeof AnalysisConfig>;

export const TrackerConfig = Type.Object(
  {
    highScore: Type.Number({
      default: 0.4,
      minimum: 0,
      maximum: 1,
      description: 'Boxes from this score on start and carry tracks.',
    }),
    lowScore: Type.Number({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'Boxes from this score on carry existing tracks only.',
    }),
    newTrackScore: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'Score needed to start a track.' }),
    matchCost: Type.Number({
      default: 0.8,
      minimum: 0,
      maximum: 1,
      description: 'Largest cost (1 − overlap, weighed by height and score) of a match in the first pass.',
    }),
    memoryMs: Type.Number({
      default: 1_500,
      minimum: 0,
      description: 'How long a lost track is remembered (ms of media time).',
    }),
    confirmMs: Type.Number({
      default: 300,
      minimum: 0,
      description: 'A track counts once it was seen over so long (ms of media time).',
    }),
  },
  closed,
);
export type TrackerConfig = Static<typeof TrackerConfig>;

export const PassagesConfig = Type.Object(
  {
    enabled: Type.Boolean({ default: true }),
    line: Type.Optional(
      Type.String({
        description: 'Key under `lines`: who crosses it has passed, at that instant and in that direction.',
      }),
    ),
    zone: Type.Optional(
      Type.String({
        description: 'Key under `zones`: who was in it has passed. Without line and zone, everybody has.',
      }),
    ),
    lanes: Type.Array(Type.String(), {
      default: [],
      description: 'Keys under `zones` that are lanes; a passage states the one that the vehicle was in.',
    }),
    keepDays: Type.Number({
      default: 30,
      exclusiveMinimum: 0,
      maximum: 3_650,
      description: 'Passages and their pictures are removed after so long (days).',
    }),
  },
  {
    ...closed,
    description:
      'Every vehicle that passes becomes a searchable passage, its plate read from the full-resolution recording.',
  },
);
export type PassagesConfig = Static<typeof PassagesConfig>;

export const CameraConfig = Type.Object(
  {
    id: Id,
    name: Type.String({ default: '', description: 'Shown to people; the id when empty.' }),
    place: Type.String({ default: '', description: 'Street and commune in words, as printed on a case.' }),
    group: Type.String({ default: 'default', description: 'Unit that may see this camera.' }),
    location: Type.Optional(
      Type.Object(
        {
          latitude: Type.Number({ minimum: -90, maximum: 90 }),
          longitude: Type.Number({ minimum: -180, maximum: 180 }),
        },
        { ...closed, description: 'WGS 84 position.' },
      ),
    ),
    enabled: Type.Boolean({ default: true }),
    source: SourceConfig,
    analysis: Type.Optional(AnalysisConfig),
    tracker: Type.Optional(TrackerConfig),
    sweep: Type.Optional(SweepConfig),
    ptz: Type.Optional(
      Type.Object(
        {
          onvif: Type.String({
            // No user and password in it: those of `source.url` are used, which no page shows.
            pattern: '^https?://[^@]+$',
            description:
              'Device service of the camera, e.g. http://10.0.0.5/onvif/device_service. User and password are those of `source.url`.',
          }),
        },
        { ...closed, description: 'A camera that people may turn from its page (ONVIF).' },
      ),
    ),
    zones: Type.Record(Type.String(), Type.Array(Fraction2, { minItems: 3 }), {
      default: {},
      description: 'Named polygons, corners in order.',
    }),
    lines: Type.Record(Type.String(), Type.Tuple([Fraction2, Fraction2]), {
      default: {},
      description:
        'Named directed lines [a, b]. Crossing from the left of a→b to its right (as seen on the picture) counts `in`.',
    }),
    signals: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Array(
          Type.Object(
            {
              colour: Type.Union([Type.Literal('red'), Type.Literal('yellow'), Type.Literal('green')]),
              box: Type.Tuple([Fraction, Fraction, Fraction, Fraction], {
                description: '[x1, y1, x2, y2] in fractions: the lamp with its housing, nothing bright around it.',
              }),
            },
            closed,
          ),
          { minItems: 1 },
        ),
        { description: 'Named traffic signals, one entry per lamp. An arrow is a signal of its own.' },
      ),
    ),
    signalFeeds: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          {
            maxSilenceMs: Type.Integer({
              minimum: 1_000,
              maximum: 600_000,
              default: 10_000,
              description:
                'A controller that has told nothing for so long is not believed: the signal is unknown (ms). Controllers repeat themselves every few seconds.',
            }),
          },
          { ...closed, default: {} },
        ),
        {
          description:
            'Signals that their controller tells by `POST /api/cameras/:id/signals/:signal`, instead of lamps in the picture. Rules name them like those under `signals`.',
        },
      ),
    ),
    rules: Type.Array(RuleConfig, { default: [] }),
    passages: Type.Optional(PassagesConfig),
  },
  closed,
);
export type CameraConfig = Static<typeof CameraConfig>;

/** What a camera's heads are looked at with; null where nobody looks. */
export const headsOf = ({ analysis, rules }: Pick<CameraConfig, 'analysis' | 'rules'>): HeadsConfig | null => {
  const isWanted = rules.some(({ kind }) => kind === 'no_helmet');
  const heads = analysis?.heads ?? (isWanted ? (Value.Default(HeadsConfig, {}) as HeadsConfig) : null);
  return analysis && heads?.enabled === true ? heads : null;
};

/** How a camera's passages are taken; null where none are. */
export const passagesOf = ({ enabled, analysis, passages }: CameraConfig): PassagesConfig | null =>
  enabled && analysis && passages?.enabled === true ? passages : null;

export const DetectorConfig = Type.Object(
  {
    model: Type.String({ description: 'Id in the model manifest; `watchpost models list` names them.' }),
    minScore: Type.Number({ default: 0.1, minimum: 0, maximum: 1, description: 'Lowest score handed to the tracker.' }),
    maxBatch: Type.Integer({
      default: 4,
      minimum: 1,
      maximum: 64,
      description: 'Frames per inference run, at most; fewer where the start found larger batches no cheaper.',
    }),
    batchDeadlineMs: Type.Number({
      default: 15,
      minimum: 0,
      maximum: 1000,
      description: 'A batch that is not full starts after so long (ms).',
    }),
    threads: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 64,
      description:
        'Inference threads; 0 = measured at the start, at most half of the cores (`replay`: half of them, always).',
    }),
    provider: Type.Union(
      [Type.Literal('cpu'), Type.Literal('cuda'), Type.Literal('tensorrt'), Type.Literal('webgpu')],
      { default: 'cpu' },
    ),
  },
  // TypeBox fills in the members of a record's values only when the value's schema has a default of its own.
  { ...closed, default: {} },
);
export type DetectorConfig = Static<typeof DetectorConfig>;

/** Secrets and codes pass between browser, provider and site: never in the clear, but on this very machine. */
const SECURE_URL = '^(https://|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:|/|$))';
const RoleName = Type.Union(
  (['viewer', 'operator', 'ranger', 'officer', 'supervisor', 'auditor', 'admin'] as const).map((role) =>
    Type.Literal(role),
  ),
);

export const OidcConfig = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 60,
      description: 'What people call the provider; on the log-in page.',
    }),
    issuer: Type.String({
      pattern: SECURE_URL,
      description: 'Address of the provider (https), below which `.well-known/openid-configuration` is found.',
    }),
    clientId: Type.String({ minLength: 1 }),
    clientSecret: Type.Optional(
      Type.String({ minLength: 1, description: 'Use `${NAME}` to take it from the environment.' }),
    ),
    siteUrl: Type.String({
      pattern: SECURE_URL,
      description:
        'Address of this site in browsers (https). The provider must send people back to `SITE/api/session/oidc/callback`.',
    }),
    scope: Type.String({ default: 'openid profile email' }),
    usernameClaim: Type.String({
      default: 'preferred_username',
      description: 'Claim that names a new account; later log-ins go by the subject.',
    }),
    rightsClaim: Type.String({
      default: 'groups',
      description: 'Claim with a person’s groups or roles; a dot leads into an object (`realm_access.roles`).',
    }),
    roles: Type.Array(Type.Object({ value: Type.String({ minLength: 1 }), role: RoleName }, closed), {
      minItems: 1,
      description: 'Role for a value of that claim; the first that a person has counts, with none nobody is let in.',
    }),
    cameraGroups: Type.Array(
      Type.Object({ value: Type.String({ minLength: 1 }), group: Type.String({ minLength: 1 }) }, closed),
      {
        default: [],
        description: 'Camera group for a value of that claim, all that a person has; an empty list opens all cameras.',
      },
    ),
    recheckMinutes: Type.Number({
      default: 10,
      minimum: 1,
      maximum: 1_440,
      description:
        'The provider is asked so often whether an account still holds, where it gives refresh tokens (min).',
    }),
    sessionHours: Type.Number({
      default: 12,
      exclusiveMinimum: 0,
      maximum: 168,
      description: 'After so long the provider is logged in at again, whatever it answered meanwhile (h).',
    }),
  },
  { ...closed, description: 'Log-in at an OpenID Connect provider, beside the local accounts.' },
);
export type OidcConfig = Static<typeof OidcConfig>;

export const TelemetryConfig = Type.Object(
  {
    otlp: Type.Object(
      {
        url: Type.String({
          pattern: '^https?://',
          description: 'OTLP/HTTP address of a collector for traces, usually `http://HOST:4318/v1/traces`.',
        }),
        sampleRatio: Type.Number({
          default: 0.001,
          minimum: 0,
          maximum: 1,
          description: 'Share of the frames that are followed; those that make a case always are.',
        }),
      },
      closed,
    ),
  },
  { ...closed, description: 'Traces of frames for OpenTelemetry; nothing is loaded without this section.' },
);
export type TelemetryConfig = Static<typeof TelemetryConfig>;

export const Config = Type.Object(
  {
    version: Type.Literal(1, { description: 'Version of this format.' }),
    site: Type.Object(
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
        map: Type.Optional(
          Type.Object(
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
          ),
        ),
      },
      { ...closed, default: {} },
    ),
    server: Type.Object(
      {
        host: Type.String({ default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` for all.' }),
        port: Type.Integer({ default: 8080, minimum: 0, maximum: 65535 }),
        secureCookies: Type.Boolean({ default: false, description: 'Set behind HTTPS.' }),
      },
      { ...closed, default: {} },
    ),
    accounts: Type.Object(
      {
        secondFactorRoles: Type.Array(RoleName, {
          default: [],
          description: 'Roles that must log in with a code of an authenticator app beside the password; others may.',
        }),
        oidc: Type.Optional(OidcConfig),
      },
      { ...closed, default: {} },
    ),
    recording: Type.Object(
      {
        segmentMs: Type.Integer({
          default: 2_000,
          minimum: 500,
          maximum: 10_000,
          description: 'Wanted length of a segment (ms); cut at key frames.',
        }),
        keepHours: Type.Number({
          default: 24,
          exclusiveMinimum: 0,
          description: 'Unheld recordings are removed after so long (h).',
        }),
        keepMinutesDays: Type.Integer({
          default: 30,
          minimum: 1,
          maximum: 36_500,
          description:
            'Sealed minutes of days that no case was cut from are removed after so long (d), but never before the recordings.',
        }),
        minFreePercent: Type.Number({
          default: 10,
          minimum: 1,
          maximum: 50,
          description: 'Below this share of free disk the oldest unheld recordings go first.',
        }),
        stopFreePercent: Type.Number({
          default: 2,
          minimum: 0,
          maximum: 20,
          description:
            'Below this share of free disk nothing is recorded any more; what is left is for evidence, database and queue.',
        }),
        liveSegments: Type.Integer({
          default: 6,
          minimum: 3,
          maximum: 30,
          description: 'Segments in the live playlist.',
        }),
        hardwareDecode: Type.Union(
          [Type.Literal('auto'), Type.Literal('off'), Type.Literal('cuda'), Type.Literal('vaapi'), Type.Literal('qsv')],
          {
            default: 'auto',
            description:
              'What decodes pictures for the analysis: NVIDIA (`cuda`), AMD and Intel (`vaapi`), Intel (`qsv`). `auto` takes the first that decodes a test clip when recording starts; `off`, and what does not work, is the processor.',
          },
        ),
      },
      { ...closed, default: {} },
    ),
    evidence: Type.Object(
      {
        preRollMs: Type.Integer({ default: 5_000, minimum: 0, maximum: 60_000 }),
        postRollMs: Type.Integer({ default: 5_000, minimum: 0, maximum: 60_000 }),
        maxClipMs: Type.Integer({
          default: 60_000,
          minimum: 5_000,
          maximum: 600_000,
          description: 'Longer events keep the part around the trigger (ms).',
        }),
        store: Type.Union(
          [
            Type.Object({ kind: Type.Literal('local') }, closed),
            Type.Object(
              {
                kind: Type.Literal('s3'),
                endpoint: Type.String({ description: 'http(s)://host:port of MinIO or S3.' }),
                bucket: Type.String({ default: 'watchpost' }),
                region: Type.String({ default: 'us-east-1' }),
                accessKey: Type.String({ description: 'Use `${NAME}` to take it from the environment.' }),
                secretKey: Type.String({ description: 'Use `${NAME}` to take it from the environment.' }),
                lock: Type.Optional(
                  Type.Object(
                    {
                      days: Type.Integer({
                        minimum: 1,
                        maximum: 36_500,
                        description: 'New evidence cannot be removed from the bucket for so long (d).',
                      }),
                      mode: Type.Union([Type.Literal('governance'), Type.Literal('compliance')], {
                        default: 'governance',
                        description: 'Who may end it before: those with a right of their own, or nobody.',
                      }),
                    },
                    closed,
                  ),
                ),
              },
              closed,
            ),
          ],
          { default: { kind: 'local' }, description: 'Where sealed cases are written.' },
        ),
        signing: Type.Optional(
          Type.Union(
            [
              Type.Object(
                {
                  kind: Type.Literal('command'),
                  command: Type.Array(Type.String({ minLength: 1 }), {
                    minItems: 1,
                    description: 'Program and arguments; gets the document on standard input.',
                  }),
                },
                closed,
              ),
              Type.Object(
                {
                  kind: Type.Literal('http'),
                  url: Type.String({ pattern: '^https?://', description: 'Gets the document as the body of a POST.' }),
                  token: Type.Optional(
                    Type.String({
                      description: 'Sent as bearer token; use `${NAME}` to take it from the environment.',
                    }),
                  ),
                },
                closed,
              ),
            ],
            { description: 'Who signs with Ed25519, when the private key must not lie in the data folder.' },
          ),
        ),
        timestamp: Type.Optional(
          Type.Object(
            {
              url: Type.String({ pattern: '^https?://', description: 'Address of a time stamp authority (RFC 3161).' }),
              certificate: Type.String({
                minLength: 1,
                description:
                  'PEM file with the certificate that the authority’s leads to, from the configuration’s folder.',
              }),
            },
            { ...closed, description: 'Has every sealed case confirmed by a time stamp authority; none without.' },
          ),
        ),
        retention: Type.Array(RetentionTier, {
          default: [...DEFAULT_TIERS],
          description:
            'How long the evidence of closed cases lives: the first tier that a case fits counts, one that fits none is kept for good, one under a legal hold for as long as that stands.',
        }),
      },
      { ...closed, default: {} },
    ),
    review: Type.Object(
      {
        leaseMs: Type.Integer({
          default: 120_000,
          minimum: 5_000,
          description: 'How long a claim lasts without activity (ms).',
        }),
        undoMs: Type.Integer({
          default: 60_000,
          minimum: 0,
          description: 'How long a verdict can be undone by who gave it (ms).',
        }),
        secondReviewShare: Type.Number({
          default: 0,
          minimum: 0,
          maximum: 1,
          description:
            'Share of cases that a second person decides too, without seeing the first verdict; when the two disagree, a supervisor decides. 0 = none; needs at least two people who decide.',
        }),
      },
      { ...closed, default: {} },
    ),
    fire: Type.Object(
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
                description:
                  'Of the province’s zone of 3° (degrees): 105.75 for Ho Chi Minh City, 104.5 for Phú Quốc …',
              }),
            },
            { ...closed, description: 'Places are told in VN-2000 as well.' },
          ),
        ),
        wind: Type.Optional(
          Type.Object(
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
          ),
        ),
      },
      { ...closed, default: {} },
    ),
    alerts: AlertsConfig,
    telemetry: Type.Optional(TelemetryConfig),
    detectors: Type.Record(Type.String(), DetectorConfig, { default: {} }),
    cameras: Type.Array(CameraConfig, { default: [] }),
  },
  closed,
);
export type Config = Static<typeof Config>;
