import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Certificate } from './certificate.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
/** Debian keeps it out of the path of ordinary users. */
const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find(existsSync);
export const hasMosquitto = MOSQUITTO !== undefined;

export type MqttBroker = {
  /** With TLS; the certificate is made for `localhost`. */
  readonly url: string;
  /** What was published since, by topic. */
  readonly received: { readonly topic: string; readonly text: string }[];
  readonly stop: () => Promise<void>;
};

/** A real Mosquitto on a free port, with TLS, one user and no guests. */
export const openBroker = async (
  folder: string,
  { certFile, keyFile, cert }: Certificate,
  { username, password }: { readonly username: string; readonly password: string },
): Promise<MqttBroker> => {
  const port = await freePort();
  const [passwords, config] = [join(folder, 'passwords'), join(folder, 'mosquitto.conf')];
  await run('mosquitto_passwd', ['-b', '-c', passwords, username, password]);
  const lines = [
    `listener ${String(port)} 127.0.0.1`,
    ...[`certfile ${certFile}`, `keyfile ${keyFile}`, `password_file ${passwords}`],
    // As root it would change to a user that cannot read the folder.
    ...['allow_anonymous false', 'persistence false', 'user root'],
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn(MOSQUITTO!, ['-c', config], { stdio: 'ignore' });
  const url = `mqtts://localhost:${String(port)}`;
  const received: { topic: string; text: string }[] = [];
  const listener = await listen(url, cert, { username, password });
  listener.on('message', (topic, payload) => received.push({ topic, text: payload.toString() }));
  await listener.subscribeAsync('#', { qos: 1 });
  return {
    ...{ url, received },
    stop: async () => {
      await listener.endAsync(true);
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
};

const listen = async (
  url: string,
  ca: Buffer,
  account: { readonly username: string; readonly password: string },
): Promise<MqttClient> => {
  for (let attempt = 0; ; attempt++)
    try {
      return await connectAsync(url, { ...account, ca, reconnectPeriod: 0, connectTimeout: 2_000 }, false);
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
};
