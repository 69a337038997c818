import type { AlertKind, AlertRoute, AlertsConfig, QuietHours } from './alert-config.ts';
import type { EpochMs } from '../time.ts';

const FIRE_KINDS = ['smoke', 'flame'] as const;
export type FireKind = (typeof FIRE_KINDS)[number];
export const isFireKind = (kind: string): kind is FireKind => (FIRE_KINDS as readonly string[]).includes(kind);

/** Who is told of a kind, or null: nobody. */
export const routeOf = ({ channels, routes }: AlertsConfig, kind: string): AlertRoute | null => {
  if (channels.length === 0) return null;
  if (routes.length === 0)
    return isFireKind(kind)
      ? { kinds: [...FIRE_KINDS], channels: channels.map(({ id }) => id), then: [], escalateAfterMinutes: 5 }
      : null;
  return routes.find(({ kinds }) => kinds.includes(kind as AlertKind)) ?? null;
};

/** Groups of channels in the order in which they are told. Never empty. */
export const groupsOf = ({ channels, then }: AlertRoute): readonly (readonly string[])[] => [channels, ...then];

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/**
 * End of the quiet hours that an instant lies in, or null when it lies in none. Hours may span midnight; `from` equal to
 * `until` is no time at all. A change of the clocks within the hours moves the end by as much.
 */
export const quietUntil = (at: EpochMs, { from, until }: QuietHours, timeZone: string): EpochMs | null => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const now = minutesOf(clock.format(at));
  const [start, end] = [minutesOf(from), minutesOf(until)];
  const day = 24 * 60;
  const [since, length] = [(now - start + day) % day, (end - start + day) % day];
  return since < length ? Math.floor(at / 60_000) * 60_000 + (length - since) * 60_000 : null;
};
