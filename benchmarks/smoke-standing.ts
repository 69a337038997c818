import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Config } from '../pipeline/config-schema.ts';
import type { SmokeNegative } from './smoke-material.ts';
import { type Look, MINUTE_MS, openTower, perDay, pipelineOf, standingTower } from './smoke-tower.ts';

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

type Sum = { readonly pictures: number; readonly alarms: number; readonly detected: number; readonly choice: number };

/**
 * Real pictures without smoke, by kind: each stands for 20 minutes with sway, grain and changing light. `detected`: the detector
 * alone gives 0.50 or more; `choice`: also looked at when the cost of glare was chosen.
 */
export const runStanding = async (negatives: readonly SmokeNegative[]) => {
  const config = standingTower();
  const tower = await openTower(config);
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-smoke-'));
  const kinds = new Map<string, Sum>();
  try {
    for (const [index, { file, kind, isChoice }] of negatives.entries()) {
      const looks: Look[] = [];
      for (let variant = 0; variant < VARIANTS; variant++) {
        const path = join(folder, `${String(variant)}.jpg`);
        writeFileSync(path, await variantOf(file, variant));
        looks.push(await tower.look(path));
      }
      const sum = kinds.get(kind) ?? { pictures: 0, alarms: 0, detected: 0, choice: 0 };
      const isDetected = looks.some(({ detections }) => detections.some(({ score }) => score >= 0.5));
      kinds.set(kind, {
        pictures: sum.pictures + 1,
        alarms: sum.alarms + watched(config, looks, index),
        detected: sum.detected + (isDetected ? 1 : 0),
        choice: sum.choice + (isChoice ? 1 : 0),
      });
      process.stderr.write(`\r${String(index + 1)} of ${String(negatives.length)} `);
    }
  } finally {
    await tower.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const alarms = [...kinds.values()].reduce((sum, kind) => sum + kind.alarms, 0);
  return {
    ...{ pictures: negatives.length, alarms, ...perDay(alarms, negatives.length * STANDS_MS) },
    kinds: [...kinds].map(([kind, sum]) => ({ kind, ...sum, ...perDay(sum.alarms, sum.pictures * STANDS_MS) })),
  };
};

/** Alarms of one view that stands. */
const watched = (config: Config, looks: readonly Look[], seed: number): number => {
  const pipeline = pipelineOf(config, looks[0]!.frame);
  let alarms = 0;
  for (let look = 0; look * LOOK_MS < STANDS_MS; look++) {
    const { frame, detections } = looks[(look * 5 + seed) % VARIANTS]!;
    const at = look * LOOK_MS;
    alarms += pipeline.push({ ...frame, ptsMs: at, capturedAt: at }, detections).events.length;
  }
  return alarms + pipeline.finish(STANDS_MS).length;
};
