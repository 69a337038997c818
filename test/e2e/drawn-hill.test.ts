import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { HillTruth } from '../../models/hill/film.ts';
import type { WatchEvent } from '../../pipeline/event.ts';
import { angleBetweenDeg } from '../../pipeline/fire/lens.ts';
import { ROOT } from '../shared.ts';

const run = promisify(execFile);
/** Drawn once, by scripts/test.sh while other tests run. */
const DRAWN = join(ROOT, '.cache', 'samples', 'hill');
const CLIP = join(DRAWN, 'hill.mp4');

let folder: string;
let truth: HillTruth;
let events: readonly WatchEvent[];

beforeAll(async () => {
  await run('node', ['dist/models/hill/main.js', '--out', DRAWN], { cwd: ROOT });
  truth = JSON.parse(readFileSync(join(DRAWN, 'hill.json'), 'utf8')) as HillTruth;
  folder = mkdtempSync(join(tmpdir(), 'watchpost-hill-'));
  const demo = parse(readFileSync(join(ROOT, 'scripts/demo/cameras.yml'), 'utf8')) as { cameras: { id: string }[] };
  const config = join(folder, 'hill.yml');
  const cameras = demo.cameras
    .filter(({ id }) => id === 'tower')
    .map((camera) => ({ ...camera, source: { url: CLIP, loop: false, realtime: false } }));
  writeFileSync(config, stringify({ ...demo, cameras }));
  await run(join(ROOT, 'bin/watchpost'), ['replay', CLIP, '--config', config, '--camera', 'tower', '--out', folder], {
    cwd: ROOT,
  });
  events = readFileSync(join(folder, 'events.ndjson'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as WatchEvent); // prettier-ignore
}, 200_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('smoke that begins on a drawn hillside is confirmed once, within half a minute, and never before it rises', () => {
  expect(events.map(({ kind }) => kind)).toEqual(['smoke']);
  const afterS = events[0]!.triggerPtsMs / 1000 - truth.smokeFrom;
  expect(afterS).toBeGreaterThan(0);
  expect(afterS).toBeLessThan(30);
});

test('its bearing is that of the fire to half a degree', () => {
  const azimuth = events[0]!.decision.measurements.find(({ name }) => name === 'azimuth')!.value;
  expect(Math.abs(angleBetweenDeg(azimuth, truth.fire.azimuthDeg))).toBeLessThan(0.5);
});
