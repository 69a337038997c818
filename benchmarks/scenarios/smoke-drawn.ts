import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readFrame } from '../../models/detect-images.ts';
import { planAnalysis } from '../../models/tiled-detector.ts';
import { parseConfig } from '../../pipeline/config.ts';
import { mulberry32 } from '../../pipeline/random.ts';
import { openDetectors } from '../../workers/detector-pool.ts';
import { DRAWN_NEGATIVES, drawOver } from '../drawn-negatives.ts';
import { environment } from '../environment.ts';
import { readSmokeMaterial } from '../smoke-material.ts';
import { configOf, type Look, perDay, pipelineOf, RULE } from '../smoke-tower.ts';

/**
 * Hard negatives of which there is no real picture, drawn over real ones: twenty looks of each scene, 30 s apart, through
 * detector, tracker and rule with its defaults. Scenes in which somebody would mark a place are run with the mark too.
 *     node dist/benchmarks/scenarios/smoke-drawn.js [--shared ../shared] [--scenes 10] [--out FILE]
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: process.env['WATCHPOST_SHARED'] ?? '../shared' },
    scenes: { type: 'string', default: '10' },
    out: { type: 'string' },
  },
});
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const { negatives } = readSmokeMaterial(resolve(values.shared), join(ROOT, 'benchmarks', 'smoke-frames.csv'));
const BACKGROUNDS = ['clear', 'clear hill', 'other towers'];
const clear = negatives.filter(({ kind }) => BACKGROUNDS.includes(kind));
const scenes = Number(values.scenes);
const LOOKS = 20;
const LOOK_MS = 30_000;

const configFor = (mark: readonly (readonly [number, number])[] | null) => {
  const marked = mark ? { zones: { mark }, rules: [{ ...RULE, exclusions: ['mark'] }] } : { rules: [RULE] };
  return parseConfig(JSON.stringify(configOf({ source: { url: 'stills://none' }, ...marked })));
};

const alarmsOf = (looks: readonly Look[], mark: readonly (readonly [number, number])[] | null): number => {
  const config = configFor(mark);
  const pipeline = pipelineOf(config, config.cameras[0]!, looks[0]!.frame);
  let alarms = 0;
  for (const [look, { frame, detections }] of looks.entries()) {
    const at = look * LOOK_MS;
    alarms += pipeline.push({ ...frame, ptsMs: at, capturedAt: at }, detections).events.length;
  }
  return alarms + pipeline.finish(LOOKS * LOOK_MS).length;
};

const measure = async () => {
  const config = configFor(null);
  const camera = config.cameras[0]!;
  const pool = await openDetectors(config, [camera], { live: false });
  const detector = pool.forCamera(camera);
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smoke-'));
  const path = join(folder, 'look.jpg');
  const kinds = [];
  try {
    for (const [index, negative] of DRAWN_NEGATIVES.entries()) {
      let [alarms, marked, detected] = [0, 0, 0];
      for (let scene = 0; scene < scenes; scene++) {
        const { file } = clear[Math.floor((scene * clear.length) / scenes)]!;
        const seed = 100 * index + scene;
        const looks: Look[] = [];
        for (let look = 0; look < LOOKS; look++) {
          const numbers = { next: mulberry32(seed), anew: mulberry32(10_000 * (look + 1) + seed) };
          writeFileSync(path, await drawOver(file, negative, { look, ...numbers }));
          const { frame } = await readFrame(path, (size) => planAnalysis(camera.analysis!, detector.entry, size), 114);
          looks.push({ frame, detections: await detector.detect(frame) });
        }
        alarms += alarmsOf(looks, null);
        if (negative.mark) marked += alarmsOf(looks, negative.mark(mulberry32(seed)));
        if (looks.some(({ detections }) => detections.some(({ score }) => score >= 0.5))) detected++;
      }
      const found = {
        kind: negative.kind,
        scenes,
        detected,
        alarms,
        ...(negative.mark ? { alarmsMarked: marked } : {}),
      };
      kinds.push({ ...found, ...perDay(alarms, scenes * LOOKS * LOOK_MS) });
      process.stderr.write(`${JSON.stringify(kinds.at(-1))}\n`);
    }
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return kinds;
};

const kept = values.out && existsSync(values.out) ? (JSON.parse(readFileSync(values.out, 'utf8')) as object) : {};
const result = { ...kept, drawn: { environment: environment(), kinds: await measure() } };
console.log(JSON.stringify(result, null, 2));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
