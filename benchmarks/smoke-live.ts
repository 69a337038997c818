import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FireAlertMessage } from '../api/alerts/alert-message.ts';
import { toStillName } from '../pipeline/stills.ts';
import type { SmokeView } from './smoke-material.ts';
import { type Outcome, outcome } from './smoke-sequences.ts';
import { configOf, MINUTE_MS, RULE, turningTower } from './smoke-tower.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ANALYSED_WITHIN_S = 1_200;

/** The whole product, one tower that turns from view to view, a real sequence each, and a receiver of its alerts. */
export const runLive = async (
  views: readonly SmokeView[],
): Promise<{ readonly pictures: number; readonly views: readonly Outcome[] }> => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smoke-'));
  const messages: (FireAlertMessage & { readonly arrivedAt: number })[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      messages.push({ ...(JSON.parse(body) as FireAlertMessage), arrivedAt: Date.now() });
      response.end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const inbox = join(folder, 'inbox');
  const { startAt, pictures } = layOut(inbox, views);
  const hook = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/`;
  const config = configOf(
    { ...turningTower(views), source: { url: `stills://${inbox}` }, rules: [RULE] },
    { alerts: { channels: [{ id: 'desk', kind: 'webhook', url: hook, secret: 'a-secret-of-enough-length' }] } },
  );
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const system = spawn(join(ROOT, 'bin/watchpost'), ['up', '--config', file, '--data', join(folder, 'data')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await analysed(system, pictures);
    // The evidence of the last alert is sealed after it; alerts do not wait for that.
    await sleep(5_000);
    return { pictures, views: views.map((view) => outcome(view, alarmsOf(view, startAt.get(view.id)!, messages))) };
  } finally {
    system.kill('SIGTERM');
    await new Promise((done) => system.once('exit', done));
    receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Waits until the metrics say that all pictures were analysed. */
const analysed = async (system: ChildProcess, pictures: number): Promise<void> => {
  let said = '';
  for (const stream of [system.stdout, system.stderr]) stream?.on('data', (part: Buffer) => (said += part.toString()));
  for (let waitedS = 0; waitedS < ANALYSED_WITHIN_S; waitedS++) {
    await sleep(1_000);
    const address = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
    if (address === undefined) continue;
    const text = await fetch(`${address}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    const count = /^watchpost_frames_analysed_total\{[^}]*\} (\d+)/m.exec(text)?.[1];
    if (Number(count ?? 0) >= pictures) return;
    if (system.exitCode !== null) break;
  }
  throw new Error(`not all pictures were analysed:\n${said.slice(-3_000)}`);
};

/** Views are shown one after the other within each minute, as a tower that turns would see them. */
const layOut = (
  inbox: string,
  views: readonly SmokeView[],
): { readonly startAt: ReadonlyMap<string, number>; readonly pictures: number } => {
  const longestMs = Math.max(...views.map(({ pictures }) => pictures.at(-1)!.atMs - pictures[0]!.atMs));
  const base = Math.floor((Date.now() - longestMs) / MINUTE_MS - 2) * MINUTE_MS;
  const startAt = new Map<string, number>();
  let count = 0;
  views.forEach(({ id, pictures }, index) => {
    const start = base + (index * MINUTE_MS) / views.length;
    startAt.set(id, start);
    mkdirSync(join(inbox, id), { recursive: true });
    for (const { file, atMs } of pictures) {
      // To the minute of the sweep: the towers' own minutes begin at different seconds.
      const minute = Math.round((atMs - pictures[0]!.atMs) / MINUTE_MS);
      copyFileSync(file, join(inbox, id, toStillName(Math.round(start + minute * MINUTE_MS))));
      count++;
    }
  });
  return { startAt, pictures: count };
};

const alarmsOf = ({ id }: SmokeView, startAt: number, messages: readonly FireAlertMessage[]): readonly number[] =>
  messages
    .filter(({ pose }) => pose === id)
    .map(({ confirmedAt }) => Math.round((Date.parse(confirmedAt) - startAt) / MINUTE_MS))
    .sort((a, b) => a - b);
