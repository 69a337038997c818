import { describe, expect, test } from 'vitest';
import { parseConfig } from '../config.ts';
import { groupsOf, quietUntil, routeOf } from './routing.ts';

const alertsOf = (text: string) => parseConfig(`version: 1\nalerts:\n${text}`).alerts;
const CHANNELS = `
  channels:
    - { id: desk, kind: webhook, url: "https://desk.example/", secret: "sixteen-characters" }
    - { id: chat, kind: telegram, token: t, chat: c }
`;
const at = (time: string): number => Date.parse(`2026-11-21T${time}:00+07:00`);

describe('who is told', () => {
  test('without routes: all channels, of smoke and flame, and nobody of anything else', () => {
    const alerts = alertsOf(CHANNELS);
    expect(routeOf(alerts, 'flame')?.channels).toEqual(['desk', 'chat']);
    expect(routeOf(alerts, 'plate_hit')).toBeNull();
  });

  test('with routes: the groups of the route that names the kind', () => {
    const alerts = alertsOf(`${CHANNELS}
  routes:
    - { kinds: [smoke], channels: [desk], then: [[chat], [desk, chat]] }
    - { kinds: [plate_hit, camera_health], channels: [chat] }
`);
    expect(groupsOf(routeOf(alerts, 'smoke')!)).toEqual([['desk'], ['chat'], ['desk', 'chat']]);
    expect(routeOf(alerts, 'camera_health')?.channels).toEqual(['chat']);
    expect(routeOf(alerts, 'flame')).toBeNull();
  });

  test('nobody where no channel is', () => {
    expect(routeOf(alertsOf('  link: https://x.example'), 'smoke')).toBeNull();
  });
});

describe('quiet hours', () => {
  const night = { from: '22:00', until: '06:30' };
  const zone = 'Asia/Ho_Chi_Minh';

  test.each([
    ['21:59', null],
    ['22:00', '2026-11-22T06:30:00+07:00'],
    ['23:45', '2026-11-22T06:30:00+07:00'],
    ['00:00', '2026-11-21T06:30:00+07:00'],
    ['06:29', '2026-11-21T06:30:00+07:00'],
    ['06:30', null],
    ['12:00', null],
  ])('over midnight: at %s they end %s', (time, end) => {
    expect(quietUntil(at(time) + 0, night, zone)).toBe(end === null ? null : Date.parse(end));
  });

  test('within a day, with seconds past the minute', () => {
    const noon = { from: '12:00', until: '13:00' };
    expect(quietUntil(at('12:30') + 42_500, noon, zone)).toBe(at('13:00'));
    expect(quietUntil(at('13:00') + 1, noon, zone)).toBeNull();
  });

  test('the same hour twice is no time at all', () => {
    expect(quietUntil(at('08:00'), { from: '08:00', until: '08:00' }, zone)).toBeNull();
  });
});
