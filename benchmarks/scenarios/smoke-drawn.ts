import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Config } from '../../pipeline/config-schema.ts';
import { mulberry32 } from '../../pipeline/random.ts';
import { DRAWN_NEGATIVES, drawOver } from '../drawn-negatives.ts';
import { environment } from '../environment.ts';
import { readSmokeMaterial } from '../smoke-material.ts';
import { type Look, openTower, perDay, pipelineOf, RULE, standingTower } from '../smoke-tower.ts';

/**
 * Hard negatives of which there is no real picture, drawn over real ones: twenty looks of each scene, 30 s apart, through
 * detector, tracker and rule with its defaults. Scenes in which somebody would mark a place are run with the mark too. With `--kind` the others' results are kept.
 *     node dist/benchmarks/scenarios/smoke-drawn.js [--shared ../shared] [--scenes 10] [--seed 40000] [--kind NAME] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env['WATCHPOST_SHARED'] ?? '../shared' },
    scenes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '40000' },
    kind: { type: 'string' },
    out: { type: 'string' },
  },
});
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const { negatives } = readSmokeMaterial(resolve(values.shared), join(ROOT, 'benchmarks', 'smoke-frames.csv'));
const BACKGROUNDS = ['clear', 'clear hill', 'other towers'];
const clear = negatives.filter(({ kind }) => BACKGROUNDS.includes(kind));
const [scenes, firstSeed] = [Number(values.scenes), Number(values.seed)];
const LOOKS = 20;
const LOOK_MS = 30_000;

type Mark = readonly (readonly [number, number])[];

const marked = (mark: Mark | null): Config =>
  standingTower(mark ? { zones: { mark }, rules: [{ ...RULE, exclusions: ['mark'] }] } : {});

const alarmsOf = (looks: readonly Look[], mark: Mark | null): number => {
  const pipeline = pipelineOf(marked(mark), looks[0]!.frame);
  let alarms = 0;
  for (const [look, { frame, detections }] of looks.entries()) {
    const at = look * LOOK_MS;
    alarms += pipeline.push({ ...frame, ptsMs: at, capturedAt: at }, detections).events.length;
  }
  return alarms + pipeline.finish(LOOKS * LOOK_MS).length;
};

const measure = async () => {
  const tower = await openTower(marked(null));
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smoke-'));
  const path = join(folder, 'look.jpg');
  const kinds = [];
  try {
    for (const [index, negative] of DRAWN_NEGATIVES.entries()) {
      if (values.kind !== undefined && values.kind !== negative.kind) continue;
      const found = { alarms: 0, alarmsMarked: 0, detected: 0, scenesWithAlarm: 0 };
      for (let scene = 0; scene < scenes; scene++) {
        const seed = firstSeed + 100 * index + scene;
        const { file } = clear[Math.floor(mulberry32(seed)() * clear.length)]!;
        const looks: Look[] = [];
        for (let look = 0; look < LOOKS; look++) {
          const numbers = { next: mulberry32(seed), anew: mulberry32(10_000 * (look + 1) + seed) };
          writeFileSync(path, await drawOver(file, negative, { look, ...numbers }));
          looks.push(await tower.look(path));
        }
        const alarms = alarmsOf(looks, null);
        found.alarms += alarms;
        if (alarms > 0) found.scenesWithAlarm++;
        if (negative.mark) found.alarmsMarked += alarmsOf(looks, negative.mark(mulberry32(seed)));
        if (looks.some(({ detections }) => detections.some(({ score }) => score >= 0.5))) found.detected++;
      }
      const { alarmsMarked, ...rest } = found;
      kinds.push({
        ...{ kind: negative.kind, firstSeed, scenes, ...rest, ...(negative.mark ? { alarmsMarked } : {}) },
        ...perDay(found.alarms, scenes * LOOKS * LOOK_MS),
      });
      process.stderr.write(`${JSON.stringify(kinds.at(-1))}\n`);
    }
  } finally {
    await tower.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return kinds;
};

type Kept = { readonly drawn?: { readonly kinds: Awaited<ReturnType<typeof measure>> } };
const kept = values.out && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as Kept) : {};
const measured = await measure();
const others = (kept.drawn?.kinds ?? []).filter(({ kind }) => values.kind !== undefined && values.kind !== kind);
const result = { ...kept, drawn: { environment: environment(), kinds: [...others, ...measured] } };
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
