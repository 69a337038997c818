import { type Static, Type } from '@sinclair/typebox';

const nullable = <T extends import('@sinclair/typebox').TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/**
 * Why a channel did not take an alert; pages say by it what to do.
 *
 * `refused_message`  this one message is not wanted, others may be: it does not hold up those behind it
 * the others         the channel as a whole: its alerts wait, in order
 */
export const CHANNEL_PROBLEMS = [
  'unreachable',
  'timeout',
  'certificate',
  'login',
  'answered_error',
  'refused_message',
] as const;
export const ChannelProblemCode = Type.Union(CHANNEL_PROBLEMS.map((code) => Type.Literal(code)));
export type ChannelProblemCode = Static<typeof ChannelProblemCode>;

/** `GET /api/alerts/channels`. Times are epoch milliseconds. */
export const AlertChannelState = Type.Object({
  id: Type.String(),
  kind: Type.Union((['webhook', 'telegram', 'mqtt', 'email', 'sms'] as const).map((kind) => Type.Literal(kind))),
  /** Null while it works. */
  failingSince: nullable(Type.Number()),
  problem: nullable(ChannelProblemCode),
  /** Who answered what, without addresses or secrets. */
  told: nullable(Type.String()),
  deliveredAt: nullable(Type.Number()),
  /** Alerts that wait for this channel, and those that it does not want. */
  waiting: Type.Integer(),
  refused: Type.Integer(),
});
export type AlertChannelState = Static<typeof AlertChannelState>;
export const AlertChannelList = Type.Object({ channels: Type.Array(AlertChannelState) });
export type AlertChannelList = Static<typeof AlertChannelList>;

/** One alert's way through one channel. */
export const AlertDelivery = Type.Object({
  channelId: Type.String(),
  /** 0 is who was told first, n the n-th group after. */
  level: Type.Integer(),
  dueAt: Type.Number(),
  attempts: Type.Integer(),
  deliveredAt: nullable(Type.Number()),
  refusedAt: nullable(Type.Number()),
});
export type AlertDelivery = Static<typeof AlertDelivery>;

/** Who was told of an incident, and what happens when nobody takes notice. */
export const AlertProgress = Type.Object({
  deliveries: Type.Array(AlertDelivery),
  level: Type.Integer(),
  /** Groups there are, the first one included. */
  groups: Type.Integer(),
  /** When the next group is told; null when none is left or somebody has taken notice. */
  escalateAt: nullable(Type.Number()),
  acknowledged: nullable(Type.Object({ by: Type.String(), at: Type.Number() })),
});
export type AlertProgress = Static<typeof AlertProgress>;
