import { didYouMean } from '../did-you-mean.ts';
import type { AlertChannel, AlertRoute, AlertsConfig } from './alert-config.ts';
import { isFireKind } from './routing.ts';

type Fault = { readonly path: string; readonly message: string };

/** What the schema cannot say of `alerts`: references, and settings that contradict each other. */
export const checkAlerts = ({ channels, routes }: AlertsConfig): readonly Fault[] => [
  ...channels.flatMap((channel, index) => [
    ...repeated(channels, index),
    ...checkChannel(channel).map((message) => ({ path: `/alerts/channels/${String(index)}`, message })),
  ]),
  ...routes.flatMap((route, index) => checkRoute(route, index, routes, channels)),
];

const repeated = (channels: readonly AlertChannel[], index: number): Fault[] => {
  const { id } = channels[index]!;
  const isSecond = channels.findIndex((other) => other.id === id) < index;
  const message = `"${id}" is used by another channel too`;
  return isSecond ? [{ path: `/alerts/channels/${String(index)}/id`, message }] : [];
};

const checkChannel = (channel: AlertChannel): string[] => {
  if (channel.kind === 'sms')
    return ['{{to}}', '{{text}}']
      .filter((name) => !channel.url.includes(name) && !channel.body.includes(name))
      .map((name) => `neither \`url\` nor \`body\` has ${name}; write it where the gateway wants it`);
  if (channel.kind !== 'email' && channel.kind !== 'mqtt') return [];
  const faults: string[] = [];
  if ((channel.username === undefined) !== (channel.password === undefined))
    faults.push('`username` and `password` go together; give both, or neither');
  if (channel.kind === 'email' && channel.security === 'none' && channel.password !== undefined)
    faults.push('with `security: none` the password would travel in the clear; use `starttls` or `tls`');
  return faults;
};

const checkRoute = (
  route: AlertRoute,
  index: number,
  routes: readonly AlertRoute[],
  channels: readonly AlertChannel[],
): Fault[] => {
  const at = `/alerts/routes/${String(index)}`;
  const known = channels.map(({ id }) => id);
  const unknown = (ids: readonly string[], path: string): Fault[] =>
    ids.flatMap((id, i) => {
      if (known.includes(id)) return [];
      const near = didYouMean(id, known);
      const help = near
        ? `did you mean "${near}"?`
        : known.length > 0
          ? `known: ${known.join(', ')}`
          : 'none is defined';
      return [{ path: `${path}/${String(i)}`, message: `no channel "${id}"; ${help}` }];
    });
  const elsewhere = route.kinds.filter((kind) =>
    routes.some(({ kinds }, other) => other < index && kinds.includes(kind)),
  );
  const sleeping = route.quietHours ? route.kinds.filter(isFireKind) : [];
  return [
    ...unknown(route.channels, `${at}/channels`),
    ...route.then.flatMap((group, g) => unknown(group, `${at}/then/${String(g)}`)),
    ...elsewhere.map((kind) => ({ path: `${at}/kinds`, message: `"${kind}" stands in a route before this one` })),
    ...sleeping.map((kind) => ({
      path: `${at}/quietHours`,
      message: `"${kind}" is told at any hour; give it a route without quiet hours`,
    })),
  ];
};
