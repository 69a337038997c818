import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { Supervisor } from './supervisor.ts';

const node = (name: string, code: string, mayFinish = false) => ({
  name,
  command: process.execPath,
  args: ['-e', code],
  mayFinish,
});
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('supervisor', () => {
  let supervisor: Supervisor;
  afterEach(() => supervisor.stop());

  test('a child that is killed comes back with another process id, its sibling stays', async () => {
    supervisor = new Supervisor(pino({ level: 'silent' }));
    supervisor.start(node('a', 'setInterval(() => {}, 1000)'));
    supervisor.start(node('b', 'setInterval(() => {}, 1000)'));
    const { a, b } = supervisor.pids();
    process.kill(a!, 'SIGKILL');
    await until(() => supervisor.pids()['a'] !== undefined && supervisor.pids()['a'] !== a);
    expect(supervisor.pids()['b']).toBe(b);
  });

  test('a child that asks for it has another one started again, even one that ends well when asked to', async () => {
    supervisor = new Supervisor(pino({ level: 'silent' }));
    supervisor.start(
      node('analyze', 'process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000)', true),
    );
    supervisor.start(node('record', 'setInterval(() => {}, 1000)', true));
    const { analyze, record } = supervisor.pids();
    const ask = 'process.send({ restart: ["analyze"] }); setInterval(() => {}, 1000)';
    supervisor.start(node('api', ask));
    await until(() => supervisor.pids()['analyze'] !== undefined && supervisor.pids()['analyze'] !== analyze);
    expect(supervisor.pids()['record']).toBe(record);
  });

  test('a child that told of itself and then hangs is killed and started again, one that goes on telling is not', async () => {
    supervisor = new Supervisor(pino({ level: 'silent' }), 'stdout', 20);
    const tells = 'setInterval(() => process.send({ alive: true }), 10);';
    supervisor.start(node('works', tells));
    supervisor.start(node('hangs', `${tells} setTimeout(() => { for (;;); }, 300)`));
    const { works, hangs } = supervisor.pids();
    await until(() => supervisor.pids()['hangs'] !== undefined && supervisor.pids()['hangs'] !== hangs);
    expect(supervisor.pids()['works']).toBe(works);
  });

  test('a child that may finish and ends well is not started again', async () => {
    supervisor = new Supervisor(pino({ level: 'silent' }));
    supervisor.start(node('once', 'process.exit(0)', true));
    expect(await supervisor.ended('once')).toBe(0);
    expect(supervisor.pids()).toEqual({});
  });

  test('a child that says its configuration is wrong is not started again', async () => {
    supervisor = new Supervisor(pino({ level: 'silent' }));
    supervisor.start(node('hopeless', 'process.exit(2)'));
    expect(await supervisor.ended('hopeless')).toBe(2);
  });
});
