import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { readFrame } from '../../models/detect-images.ts';
import { planAnalysis } from '../../models/tiled-detector.ts';
import type { FireAlertMessage } from '../../api/alerts/alert-message.ts';
import type { CameraPipeline } from '../../pipeline/camera-pipeline.ts';
import type { Config } from '../../pipeline/config-schema.ts';
import type { CameraConfig } from '../../pipeline/config/camera.ts';
import { parseConfig } from '../../pipeline/config.ts';
import type { Detection } from '../../pipeline/detection.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { isSamePlume } from '../../pipeline/fire/same-plume.ts';
import { TextureWatch } from '../../pipeline/fire/texture.ts';
import { toStillName } from '../../pipeline/stills.ts';
import { openDetectors } from '../../workers/detector-pool.ts';
import { environment } from '../environment.ts';
import { configOf, type Look, MINUTE_MS, perDay, pipelineOf, RULE } from '../smoke-tower.ts';
import { readLabelledPictures, readSmokeMaterial, type SmokeNegative, type SmokeView } from '../smoke-material.ts';

/**
 * The smoke detector and the rule on real pictures that neither was made with.
 *     node dist/benchmarks/scenarios/smoke.js [--shared ../shared] [--part live|sweep|standing|scores] [--out FILE]
 * `live`: the whole product, one tower that turns from view to view, a real sequence each, and a receiver of its alerts.
 * `sweep`: the same tower's pictures through detector, tracker and rule in this process.
 * `standing`: pictures without smoke, by kind: each view stands for 20 minutes with sway, grain and changing light;
 *   `choice` of a kind's pictures were also looked at when the cost of glare was chosen, no others.
 * `scores`: what the detector gives smoke and what is none, on towers that are held out of training and on the test pictures,
 *   as 21 quantiles; the generated streams of `test/smoke-scores.ts` are made of them.
 * A result that is there is kept for the part that is not run.
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env['WATCHPOST_SHARED'] ?? '../shared' },
    out: { type: 'string' },
    part: { type: 'string', default: 'all' },
  },
});
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const { views, negatives } = readSmokeMaterial(resolve(values.shared), join(ROOT, 'benchmarks', 'smoke-frames.csv'));

/** Views are shown one after the other within each minute, as a tower that turns would see them. */
const layOut = (inbox: string): { readonly startAt: ReadonlyMap<string, number>; readonly pictures: number } => {
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

const sweep = async () => {
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
  const { startAt, pictures } = layOut(inbox);
  const hook = `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/`;
  const poses = views.map(({ id }, index) => ({ id, azimuthDeg: (360 * index) / views.length, fieldOfViewDeg: 54 }));
  const config = configOf(
    { source: { url: `stills://${inbox}` }, sweep: { by: 'source', poses }, rules: [RULE] },
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
  for (let waitedS = 0; waitedS < 1_200; waitedS++) {
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

/** One picture of a view after the other in order of time, as the tower would give them. */
const sweepHere = async () => {
  const poses = views.map(({ id }, index) => ({ id, azimuthDeg: (360 * index) / views.length, fieldOfViewDeg: 54 }));
  const camera = { source: { url: 'stills://none' }, sweep: { by: 'source', poses }, rules: [RULE] };
  const config = parseConfig(JSON.stringify(configOf(camera)));
  const tower = config.cameras[0]!;
  const pool = await openDetectors(config, [tower], { live: false });
  const detector = pool.forCamera(tower);
  const outcomes = [];
  try {
    for (const view of views) {
      const alarms: number[] = [];
      const firstAt = view.pictures[0]!.atMs;
      const take = (events: readonly WatchEvent[]): void => {
        alarms.push(...events.map(({ triggerPtsMs }) => Math.round(triggerPtsMs / MINUTE_MS)));
      };
      let pipeline: CameraPipeline | undefined;
      for (const { file, atMs } of view.pictures) {
        const { frame } = await readFrame(file, (size) => planAnalysis(tower.analysis!, detector.entry, size), 114);
        const detections = await detector.detect(frame);
        pipeline ??= pipelineOf(config, tower, frame);
        const when = { ptsMs: atMs - firstAt, capturedAt: atMs, poseId: view.id };
        take(pipeline.push({ ...frame, ...when }, detections).events);
      }
      take(pipeline?.finish(view.pictures.at(-1)!.atMs - firstAt) ?? []);
      outcomes.push(outcome(view, alarms));
    }
  } finally {
    await pool.close();
  }
  return { pictures: views.reduce((sum, { pictures }) => sum + pictures.length, 0), views: outcomes };
};

const alarmsOf = ({ id }: SmokeView, startAt: number, messages: readonly FireAlertMessage[]): readonly number[] =>
  messages
    .filter(({ pose }) => pose === id)
    .map(({ confirmedAt }) => Math.round((Date.parse(confirmedAt) - startAt) / MINUTE_MS))
    .sort((a, b) => a - b);

/** @param alarms minutes since the view's first picture, in order */
const outcome = ({ id, kind, pictures }: SmokeView, alarms: readonly number[]) => {
  const minuteOf = (atMs: number): number => Math.round((atMs - pictures[0]!.atMs) / MINUTE_MS);
  const first = pictures.find(({ hasSmoke }) => hasSmoke);
  const smokeFrom = first === undefined ? null : minuteOf(first.atMs);
  const lastMinute = minuteOf(pictures.at(-1)!.atMs);
  const found = smokeFrom === null ? undefined : alarms.find((minute) => minute >= smokeFrom);
  return {
    ...{ id, kind, pictures: pictures.length, minutes: lastMinute },
    firstSmokeMinute: smokeFrom,
    picturesOfSmoke: pictures.filter(({ hasSmoke }) => hasSmoke).length,
    confirmedAfterMinutes: smokeFrom === null || found === undefined ? null : found - smokeFrom,
    smokeFreeMinutes: smokeFrom ?? lastMinute,
    falseAlarms: alarms.filter((minute) => smokeFrom === null || minute < smokeFrom).length,
  };
};

/** How long a picture without smoke stands, how far apart its looks are, and in how many ways it differs from look to look. */
const STANDS_MS = 20 * MINUTE_MS;
const LOOK_MS = 30_000;
const VARIANTS = 8;

/** The same view a moment later: a mast that sways, another light, the grain of the sensor and of the coding. */
const variantOf = async (file: string, variant: number): Promise<Buffer> => {
  const { width, height } = await sharp(file).metadata();
  const wobble = (step: number): number => ((variant * step) % 5) - 2;
  const [dx, dy] = [2 + wobble(3), 2 + wobble(2)];
  return sharp(file)
    .extract({ left: dx, top: dy, width: width - 4, height: height - 4 })
    .modulate({ brightness: 1 + 0.015 * wobble(4) })
    .jpeg({ quality: 88 - 2 * (variant % 4) })
    .toBuffer();
};

const standStill = async (config: Config, camera: CameraConfig, shown: readonly SmokeNegative[]) => {
  const pool = await openDetectors(config, [camera], { live: false });
  const detector = pool.forCamera(camera);
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smoke-'));
  const kinds = new Map<string, { pictures: number; alarms: number; detected: number; choice: number }>();
  try {
    for (const [index, { file, kind, isChoice }] of shown.entries()) {
      const looks = [];
      for (let variant = 0; variant < VARIANTS; variant++) {
        const path = join(folder, `${String(variant)}.jpg`);
        writeFileSync(path, await variantOf(file, variant));
        const { frame } = await readFrame(path, (size) => planAnalysis(camera.analysis!, detector.entry, size), 114);
        looks.push({ frame, detections: await detector.detect(frame) });
      }
      const alarms = watched(config, camera, looks, index);
      const sum = kinds.get(kind) ?? { pictures: 0, alarms: 0, detected: 0, choice: 0 };
      const isDetected = looks.some(({ detections }) => detections.some(({ score }) => score >= 0.5));
      kinds.set(kind, {
        pictures: sum.pictures + 1,
        alarms: sum.alarms + alarms,
        detected: sum.detected + (isDetected ? 1 : 0),
        choice: sum.choice + (isChoice ? 1 : 0),
      });
      process.stderr.write(`\r${String(index + 1)} of ${String(shown.length)} `);
    }
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return [...kinds].map(([kind, sum]) => ({ kind, ...sum, ...perDay(sum.alarms, sum.pictures * STANDS_MS) }));
};

/** Alarms of one view that stands. */
const watched = (config: Config, camera: CameraConfig, looks: readonly Look[], seed: number): number => {
  const pipeline = pipelineOf(config, camera, looks[0]!.frame);
  let alarms = 0;
  for (let look = 0; look * LOOK_MS < STANDS_MS; look++) {
    const { frame, detections } = looks[(look * 5 + seed) % VARIANTS]!;
    const at = look * LOOK_MS;
    alarms += pipeline.push({ ...frame, ptsMs: at, capturedAt: at }, detections).events.length;
  }
  return alarms + pipeline.finish(STANDS_MS).length;
};

type Swept = Awaited<ReturnType<typeof sweep>>;

const sumOfSweep = (swept: Swept) => {
  const fires = swept.views.filter(({ firstSmokeMinute }) => firstSmokeMinute !== null);
  const freeMinutes = swept.views.reduce((sum, { smokeFreeMinutes }) => sum + smokeFreeMinutes, 0);
  const falseAlarms = swept.views.reduce((sum, view) => sum + view.falseAlarms, 0);
  return {
    ...swept,
    fires: fires.length,
    confirmed: fires.filter(({ confirmedAfterMinutes }) => confirmedAfterMinutes !== null).length,
    minutesToConfirm: fires.map(({ confirmedAfterMinutes }) => confirmedAfterMinutes),
    falseAlarms,
    ...perDay(falseAlarms, freeMinutes * MINUTE_MS),
  };
};

const standing = async () => {
  const config = parseConfig(JSON.stringify(configOf({ source: { url: 'stills://none' }, rules: [RULE] })));
  const kinds = await standStill(config, config.cameras[0]!, negatives);
  const alarms = kinds.reduce((sum, kind) => sum + kind.alarms, 0);
  const pictures = kinds.reduce((sum, kind) => sum + kind.pictures, 0);
  return { pictures, alarms, ...perDay(alarms, pictures * STANDS_MS), kinds };
};

const QUANTILES = 21;
const quantiles = (scores: readonly number[]): readonly number[] => {
  const sorted = [...scores].sort((a, b) => a - b);
  return Array.from({ length: QUANTILES }, (_, index) => {
    const at = (index / (QUANTILES - 1)) * (sorted.length - 1);
    const [low = 0, high = low] = sorted.slice(Math.floor(at), Math.floor(at) + 2);
    return Math.round(100 * (low + (at % 1) * (high - low))) / 100;
  });
};

/** Boxes from 0.1 on, as the confirmation sees them: one plume is one box, and belongs to smoke that it would be matched with. */
const scores = async () => {
  const config = parseConfig(JSON.stringify(configOf({ source: { url: 'stills://none' }, rules: [RULE] })));
  const camera = config.cameras[0]!;
  const pool = await openDetectors(config, [camera], { live: false });
  const detector = pool.forCamera(camera);
  const sets = new Map<
    string,
    { pictures: number; missed: number; smoke: number[]; other: number[]; glare: number[] }
  >();
  try {
    for (const { file, set, smoke } of readLabelledPictures(resolve(values.shared))) {
      const { frame } = await readFrame(file, (size) => planAnalysis(camera.analysis!, detector.entry, size), 114);
      const { width, height } = frame.letterbox.source;
      const truth = smoke.map(({ x1, y1, x2, y2 }) => ({
        ...{ x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height },
      }));
      const seen: Detection[] = [];
      for (const one of (await detector.detect(frame)).toSorted((a, b) => b.score - a.score))
        if (one.className === 'smoke' && one.score >= 0.1 && !seen.some(({ box }) => isSamePlume(box, one.box)))
          seen.push(one);
      const textures = new TextureWatch().look(
        frame,
        0,
        seen.map(({ box }) => box),
      );
      const sum = sets.get(set) ?? { pictures: 0, missed: 0, smoke: [], other: [], glare: [] };
      sets.set(set, sum);
      sum.pictures++;
      sum.missed += truth.filter((box) => !seen.some((one) => isSamePlume(one.box, box))).length;
      for (const [index, { box, score }] of seen.entries()) {
        const isSmoke = truth.some((one) => isSamePlume(one, box));
        (isSmoke ? sum.smoke : textures[index]!.glare > 0.5 ? sum.glare : sum.other).push(score);
      }
    }
  } finally {
    await pool.close();
  }
  return [...sets].map(([set, { pictures, missed, smoke, other, glare }]) => ({
    ...{ set, pictures, missed },
    boxes: { smoke: smoke.length, other: other.length, glare: glare.length },
    quantiles: { smoke: quantiles(smoke), other: quantiles(other), glare: quantiles(glare) },
  }));
};

const isWanted = (part: string): boolean => values.part === 'all' || values.part === part;
const kept = values.out && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as object) : {};
const result = {
  ...kept,
  scenario: 'smoke',
  environment: environment(),
  ...(isWanted('live') ? { live: sumOfSweep(await sweep()) } : {}),
  ...(isWanted('sweep') ? { sweep: sumOfSweep(await sweepHere()) } : {}),
  ...(isWanted('scores') ? { scores: await scores() } : {}),
  ...(isWanted('standing') ? { standing: await standing() } : {}),
};
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
