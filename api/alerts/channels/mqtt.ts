import { readFile } from 'node:fs/promises';
import { connectAsync } from 'mqtt';
import type { ChannelOf } from '../../../pipeline/alerts/alert-config.ts';
import type { AlertMessage } from '../alert-message.ts';
import { ChannelProblem, toChannelProblem } from '../channel-problem.ts';

const TIMEOUT_MS = 10_000;
/** Refusals of a connection: user or password wrong, or not allowed [MQTT 3.1.1 §3.2.2.3]. */
const LOGIN_REFUSED: readonly unknown[] = [4, 5];

/**
 * Publishes the whole message and waits until the broker has it (quality of service 1). Each alert opens a connection of
 * its own: alerts are rare, and one that is opened afresh cannot have died unnoticed.
 * @throws ChannelProblem
 */
export const sendToBroker = async (channel: ChannelOf<'mqtt'>, message: AlertMessage): Promise<string> => {
  const { url, topic, username, password, caFile } = channel;
  const { host } = new URL(url);
  try {
    const client = await connectAsync(
      url,
      {
        connectTimeout: TIMEOUT_MS,
        reconnectPeriod: 0,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(caFile === undefined ? {} : { ca: await readFile(caFile) }),
      },
      // The queue tries again, with its own back-off.
      false,
    );
    try {
      await within(client.publishAsync(`${topic}/${message.kind}`, JSON.stringify(message), { qos: 1 }), host);
    } finally {
      await client.endAsync(true);
    }
  } catch (error) {
    const { code, message: reason } = error as { code?: unknown; message: string };
    if (LOGIN_REFUSED.includes(code)) throw new ChannelProblem('login', `${host}: ${reason}`);
    throw toChannelProblem(error, host);
  }
  return 'acknowledged by the broker';
};

const within = async (publishing: Promise<unknown>, host: string): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ChannelProblem('timeout', `${host} does not acknowledge`)), TIMEOUT_MS);
  });
  try {
    await Promise.race([publishing, late]);
  } finally {
    clearTimeout(timer);
  }
};
