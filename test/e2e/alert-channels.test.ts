import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../api/alerts/alert-message.ts';
import { toPlateMessage } from '../../api/alerts/alert-message.ts';
import type { ChannelProblem } from '../../api/alerts/channel-problem.ts';
import { sendAlert } from '../../api/alerts/send-alert.ts';
import type { AlertChannel } from '../../pipeline/alerts/alert-config.ts';
import { smsShape } from '../../pipeline/alerts/sms-text.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { type Certificate, makeCertificate } from '../fakes/certificate.ts';
import { freePort } from '../fakes/free-port.ts';
import { type MailServer, openMailServer } from '../fakes/mail-server.ts';
import { hasMosquitto, type MqttBroker, openBroker } from '../fakes/mqtt-broker.ts';

const ACCOUNT = { username: 'watchpost', password: 'correct-horse' };
const WAIT = { timeout: 20_000, interval: 50 };
const why = hasMosquitto ? '' : ' (skipped: mosquitto is not installed)';

const message: AlertMessage = toPlateMessage(
  {
    ...{ hitId: 'h1', cameraId: 'gate', at: Date.UTC(2026, 10, 21, 7, 30), plate: '51F12345', probability: 0.93 },
    ...{ list: 'stolen', reason: 'báo mất ngày 20/11', owner: 'lan' },
  },
  {
    ...{ timeZone: 'Asia/Ho_Chi_Minh', link: 'https://watchpost.example', escalation: 0 },
    camera: { id: 'gate', name: 'Cổng chính', place: 'Trần Phú, Ba Đình' },
  },
);

/** A channel as the configuration gives it, defaults filled in. */
const channelOf = (yaml: string): AlertChannel =>
  parseConfig(`version: 1\nalerts:\n  channels:\n    - { id: one, ${yaml} }`).alerts.channels[0]!;
const send = (yaml: string, done: readonly string[] = [], onSent: (to: string) => void = () => undefined) =>
  sendAlert(channelOf(yaml), message, {
    ...{ nowMs: Date.UTC(2026, 10, 21), done },
    onSent: async (to) => {
      onSent(to);
      await Promise.resolve();
    },
  });
const problemOf = async (sending: Promise<string>): Promise<ChannelProblem> =>
  sending.then(
    () => expect.fail('the channel took it'),
    (error: unknown) => error as ChannelProblem,
  );

let folder: string;
let certificate: Certificate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchpost-channels-'));
  certificate = await makeCertificate(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasMosquitto)('MQTT', () => {
  let broker: MqttBroker;
  beforeAll(async () => {
    broker = await openBroker(folder, certificate, ACCOUNT);
  });
  afterAll(() => broker.stop());
  const mqtt = (extra: string): string => `kind: mqtt, url: "${broker.url}", ${extra}`;
  const login = `username: watchpost, password: correct-horse`;

  test(`a broker gets the whole alert under the topic of its kind${why}`, async () => {
    await send(mqtt(`${login}, caFile: "${certificate.certFile}", topic: city/alerts`));
    await expect.poll(() => broker.received.length, WAIT).toBe(1);
    const [{ topic, text } = { topic: '', text: '{}' }] = broker.received;
    expect(topic).toBe('city/alerts/plate_hit');
    expect(JSON.parse(text)).toEqual(message);
  });

  test(`a wrong password and a certificate that nobody vouches for are told apart, without the password${why}`, async () => {
    const wrong = await problemOf(
      send(mqtt(`username: watchpost, password: battery-staple, caFile: "${certificate.certFile}"`)),
    );
    expect(wrong.code).toBe('login');
    expect(wrong.message).not.toContain('battery');
    expect((await problemOf(send(mqtt(login)))).code).toBe('certificate');
  });

  test(`a broker that is not there is unreachable${why}`, async () => {
    const port = await freePort();
    expect((await problemOf(send(`kind: mqtt, url: "mqtt://127.0.0.1:${String(port)}"`))).code).toBe('unreachable');
  });
});

describe('e-mail', () => {
  let mail: MailServer;
  beforeAll(async () => {
    mail = await openMailServer(certificate, ACCOUNT);
  });
  afterAll(() => mail.stop());
  const email = (extra: string): string =>
    `kind: email, host: localhost, port: ${String(mail.port)}, from: watchpost@city.example, ${extra}`;
  const login = 'username: watchpost, password: correct-horse';

  test('all recipients get one mail over TLS, Vietnamese first, with an id that repeats when it does', async () => {
    const channel = email(`to: [a@city.example, b@city.example], ${login}, caFile: "${certificate.certFile}"`);
    await send(channel);
    await send(channel);
    expect(mail.received).toHaveLength(2);
    const [first, second] = mail.received;
    expect(first).toMatchObject({ to: ['a@city.example', 'b@city.example'], user: 'watchpost', secure: true });
    const idOf = (text = '') => /^Message-ID: (.*)\r$/im.exec(text)?.[1];
    expect(idOf(first?.text)).toBe('<h1@city.example>');
    expect(idOf(second?.text)).toBe(idOf(first?.text));
    expect(first?.text).toMatch(/^Subject: XE MAT CAP 51F12345 14:30/m);
  });

  test('pictures of the case go with it where they are configured', async () => {
    const picture = { name: 'at.jpg', mediaType: 'image/jpeg', bytes: new Uint8Array([255, 216, 7, 255, 217]) };
    const channel = channelOf(
      email(`to: [a@city.example], ${login}, caFile: "${certificate.certFile}", pictures: true`),
    );
    await sendAlert(channel, message, { nowMs: 0, done: [], onSent: () => Promise.resolve(), pictures: [picture] });
    const text = mail.received.at(-1)!.text;
    expect(text).toMatch(/Content-Type: image\/jpeg; name=at\.jpg/);
    expect(text).toContain(Buffer.from(picture.bytes).toString('base64'));
  });

  test('a mailbox that does not exist is in the receipt and keeps nobody else from it', async () => {
    const channel = email(`to: [x@nowhere.example, b@city.example], ${login}, caFile: "${certificate.certFile}"`);
    expect(await send(channel)).toContain('1 of 2 refused');
    expect(mail.received.at(-1)?.to).toEqual(['b@city.example']);
  });

  test('a wrong password, an unknown certificate and a server that is away are told apart', async () => {
    const to = 'to: [a@city.example]';
    const wrong = await problemOf(
      send(email(`${to}, username: watchpost, password: battery-staple, caFile: "${certificate.certFile}"`)),
    );
    expect([wrong.code, wrong.message]).toEqual(['login', 'localhost answered 535']);
    expect((await problemOf(send(email(`${to}, ${login}`)))).code).toBe('certificate');
    const nobody = `kind: email, host: 127.0.0.1, port: ${String(await freePort())}, from: a@b.example, ${to}`;
    expect((await problemOf(send(nobody))).code).toBe('unreachable');
  });
});

describe('SMS', () => {
  let gateway: Server;
  let address: string;
  let status = 200;
  let received: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  beforeAll(async () => {
    gateway = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        received.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${String((gateway.address() as AddressInfo).port)}`;
  });
  afterAll(() => gateway.close());
  const sms = (): string =>
    [
      `kind: sms, url: "${address}/send", headers: { authorization: "Bearer key" }`,
      `to: ["+84900000001", "+8490123456"], body: '{"to":"{{to}}","text":"{{text}}"}'`,
    ].join(', ');

  test('each number gets one message of GSM-7 that fits, with plate, place and time', async () => {
    received = [];
    await send(sms());
    const bodies = received.map(({ body }) => JSON.parse(body) as { to: string; text: string });
    expect(bodies.map(({ to }) => to)).toEqual(['+84900000001', '+8490123456']);
    expect(bodies[0]!.text).toBe(
      'XE MAT CAP 51F12345 14:30; 93%; Cong chinh; Tran Phu, Ba Dinh; https://watchpost.example/plates',
    );
    expect(smsShape(bodies[0]!.text)).toMatchObject({ encoding: 'gsm-7', parts: 1 });
    expect(received[0]!.headers.authorization).toBe('Bearer key');
  });

  test('a number that has it is not sent it again', async () => {
    received = [];
    const sent: string[] = [];
    await send(sms(), ['+84900000001'], (to) => sent.push(to));
    expect(received).toHaveLength(1);
    expect(sent).toEqual(['+8490123456']);
  });

  test.each([
    [401, 'login'],
    [400, 'refused_message'],
    [404, 'answered_error'],
    [503, 'answered_error'],
    [302, 'answered_error'],
  ] as const)('an answer of %i is %s', async (answer, code) => {
    status = answer;
    const problem = await problemOf(send(sms()));
    expect([problem.code, problem.message]).toEqual([code, `${new URL(address).host} answered ${String(answer)}`]);
    status = 200;
  });
});
