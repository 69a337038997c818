import { type Static, Type } from '@sinclair/typebox';
import { RULE_KINDS } from '../event.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'Lower-case letters, digits and hyphens; stands in receipts.',
});
/** `writeOnly`, as JSON Schema marks passwords: messages about such a value do not show it. */
const secret = (what: string, minLength = 1) =>
  Type.String({ minLength, writeOnly: true, description: `${what} Use \`\${NAME}\` to take it from the environment.` });
const CaFile = Type.Optional(
  Type.String({ minLength: 1, description: 'Path of the PEM of the authority that signed the server’s certificate.' }),
);

const WebhookChannel = Type.Object(
  {
    id: Id,
    kind: Type.Literal('webhook'),
    url: Type.String({ pattern: '^https?://', description: 'Gets each alert as a signed POST.' }),
    secret: secret('Key of the signature.', 16),
  },
  closed,
);

const TelegramChannel = Type.Object(
  {
    id: Id,
    kind: Type.Literal('telegram'),
    token: secret('Of the bot.'),
    chat: Type.String({ description: 'Id of the chat or channel.' }),
    api: Type.String({ default: 'https://api.telegram.org', description: 'Address of the bot API.' }),
  },
  closed,
);

const MqttChannel = Type.Object(
  {
    id: Id,
    kind: Type.Literal('mqtt'),
    url: Type.String({ pattern: '^(mqtts?|wss?)://[^@]+$', description: 'Of the broker, without user and password.' }),
    topic: Type.String({
      default: 'watchpost/alerts',
      pattern: '^[^#+\\s]+$',
      description: 'Alerts are published below it as JSON, one topic per kind, with quality of service 1.',
    }),
    username: Type.Optional(Type.String({ minLength: 1 })),
    password: Type.Optional(secret('Of the broker’s user.')),
    caFile: CaFile,
  },
  closed,
);

const EmailChannel = Type.Object(
  {
    id: Id,
    kind: Type.Literal('email'),
    host: Type.String({ minLength: 1, description: 'Mail server that takes the messages.' }),
    port: Type.Integer({ default: 587, minimum: 1, maximum: 65_535 }),
    security: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
      default: 'starttls',
      description: '`tls` from the first byte (port 465); `none` only for a relay on the same machine.',
    }),
    username: Type.Optional(Type.String({ minLength: 1 })),
    password: Type.Optional(secret('Of the mail account.')),
    from: Type.String({ pattern: '@', description: 'Sender’s address.' }),
    to: Type.Array(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$' }), { minItems: 1, description: 'Who gets it.' }),
    caFile: CaFile,
    pictures: Type.Boolean({
      default: false,
      description:
        'Adds the sealed pictures of the case. The mail then waits for them, up to a minute, and evidence leaves the log-in: only for mailboxes that may hold it.',
    }),
  },
  closed,
);

const SmsChannel = Type.Object(
  {
    id: Id,
    kind: Type.Literal('sms'),
    url: Type.String({
      pattern: '^https?://',
      writeOnly: true,
      description:
        'HTTP gateway of the operator, asked once per number. `{{to}}` and `{{text}}` are filled in here and in `body`, quoted as the place needs it.',
    }),
    method: Type.Union([Type.Literal('POST'), Type.Literal('GET')], { default: 'POST' }),
    headers: Type.Record(Type.String(), secret('Value of the header.'), { default: {} }),
    body: Type.String({
      default: '',
      description: 'JSON, a form, or plain text, as `headers.content-type` says; JSON when it does not.',
    }),
    to: Type.Array(Type.String({ pattern: '^\\+?[0-9]{6,15}$' }), { minItems: 1, description: 'Telephone numbers.' }),
  },
  closed,
);

export const AlertChannel = Type.Union([WebhookChannel, TelegramChannel, MqttChannel, EmailChannel, SmsChannel]);
export type AlertChannel = Static<typeof AlertChannel>;
export type ChannelOf<K extends AlertChannel['kind']> = Extract<AlertChannel, { kind: K }>;

/** What somebody can be told of: cases of every rule, and passages whose plate is on a list that alerts. */
export const ALERT_KINDS = [...RULE_KINDS, 'plate_hit'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$', description: 'Like `22:00`.' });

export const AlertRoute = Type.Object(
  {
    kinds: Type.Array(Type.Union(ALERT_KINDS.map((kind) => Type.Literal(kind))), {
      minItems: 1,
      description: 'Kinds of cases (`smoke`, `flame`, `camera_health`, …), or `plate_hit`.',
    }),
    channels: Type.Array(Id, { minItems: 1, description: 'Ids of channels that are told at once.' }),
    then: Type.Array(Type.Array(Id, { minItems: 1 }), {
      default: [],
      description: 'Further groups of channels, told one after the other while nobody acknowledges.',
    }),
    escalateAfterMinutes: Type.Number({
      default: 5,
      exclusiveMinimum: 0,
      maximum: 24 * 60,
      description: 'Without acknowledgement for so long, the next group of `then` is told.',
    }),
    quietHours: Type.Optional(
      Type.Object(
        { from: TimeOfDay, until: TimeOfDay },
        {
          ...closed,
          description: 'In the site’s time zone: alerts wait until they are over. Not for smoke and flame.',
        },
      ),
    ),
  },
  closed,
);
export type AlertRoute = Static<typeof AlertRoute>;
export type QuietHours = NonNullable<AlertRoute['quietHours']>;

export const AlertsConfig = Type.Object(
  {
    link: Type.String({
      default: 'http://127.0.0.1:8080',
      description: 'Address of this site as receivers reach it.',
    }),
    channels: Type.Array(AlertChannel, { default: [], description: 'Ways to reach somebody.' }),
    routes: Type.Array(AlertRoute, {
      default: [],
      description: 'Who is told of what. Without any, all channels are told of smoke and flame.',
    }),
  },
  { ...closed, default: {} },
);
export type AlertsConfig = Static<typeof AlertsConfig>;
