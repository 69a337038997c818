import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Truth } from '../../models/street/film.ts';
import type { Sighting, WatchEvent } from '../../pipeline/event.ts';
import { iou, type Size } from '../../pipeline/geometry.ts';
import { ROOT } from '../shared.ts';

const run = promisify(execFile);
/** Drawn once, by scripts/test.sh while other tests run. */
const DRAWN = join(ROOT, '.cache', 'samples', 'street');
/** Looks are 160 ms apart; a rule's instant lies at most so far from the act. */
const NEAR_S = 1;

let folder: string;
let truth: Truth;
let events: readonly WatchEvent[];

beforeAll(async () => {
  await run('node', ['dist/models/street/main.js', '--out', DRAWN], { cwd: ROOT });
  truth = JSON.parse(readFileSync(join(DRAWN, 'street-day.json'), 'utf8')) as Truth;
  folder = mkdtempSync(join(tmpdir(), 'watchpost-street-'));
  const demo = parse(readFileSync(join(ROOT, 'scripts/demo/cameras.yml'), 'utf8')) as {
    cameras: { id: string; source: object }[];
  };
  const config = join(folder, 'street.yml');
  const cameras = demo.cameras
    .filter(({ id }) => id === 'street')
    .map((camera) => ({ ...camera, source: { url: join(DRAWN, 'street-day.mp4'), loop: false, realtime: false } }));
  writeFileSync(config, stringify({ ...demo, cameras }));
  const clip = join(DRAWN, 'street-day.mp4');
  await run(join(ROOT, 'bin/watchpost'), ['replay', clip, '--config', config, '--camera', 'street', '--out', folder], {
    cwd: ROOT,
  });
  events = readFileSync(join(folder, 'events.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as WatchEvent); // prettier-ignore
}, 400_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = (kind: string): WatchEvent[] => events.filter((event) => event.kind === kind);

/** Whom the truth has at the place of a sighting. */
const actorAt = ({ ptsMs, box }: Sighting): number | undefined => {
  const { width, height }: Size = truth.size;
  const seen = { x1: box.x1 * width, y1: box.y1 * height, x2: box.x2 * width, y2: box.y2 * height };
  const { actors } = truth.frames[Math.min(truth.frames.length - 1, Math.round((ptsMs * truth.fps) / 1000))]!;
  const overlaps = actors.map(({ id, box: [x1, y1, x2, y2] }) => ({ id, share: iou(seen, { x1, y1, x2, y2 }) }));
  return overlaps.sort((a, b) => b.share - a.share)[0]?.id;
};

test.each(['wrong_way', 'wrong_lane', 'red_light', 'pavement_riding', 'no_helmet'] as const)(
  'on a street that is drawn, with real detectors, %s is found of those who do it, while they do, and of nobody else',
  (kind) => {
    const acts = truth.acts.filter((act) => act.kind === kind);
    const reported = found(kind);
    expect(reported.length).toBeGreaterThan(0);
    for (const { triggerPtsMs, subjects } of reported) {
      const at = triggerPtsMs / 1000;
      const doing = acts.filter(({ from, to }) => at > from - NEAR_S && at < to + NEAR_S).map(({ actor }) => actor);
      const accused = subjects.flatMap(({ sightings }) => sightings.map(actorAt));
      expect(accused.filter((actor) => doing.includes(actor!)).length, `${kind} at ${at} s`).toBeGreaterThan(0);
    }
    // Heads far away are not judged; every other act is found, once.
    if (kind === 'no_helmet') expect(reported.length).toBeLessThanOrEqual(acts.length);
    else expect(reported).toHaveLength(acts.length);
  },
);

test('the instant at which the stop line is passed on red is right to a tenth of a second', () => {
  const [act] = truth.acts.filter(({ kind }) => kind === 'red_light');
  expect(Math.abs(found('red_light')[0]!.triggerPtsMs / 1000 - act!.from)).toBeLessThan(0.1);
});
