import type { Detection } from '../pipeline/detection.ts';
import { isSamePlume } from '../pipeline/fire/same-plume.ts';
import { TextureWatch } from '../pipeline/fire/texture.ts';
import type { LabelledPicture } from './smoke-material.ts';
import { openTower, standingTower } from './smoke-tower.ts';

/** Scores of boxes on smoke, on what is none, and on what may be stray light; `missed` plumes have no box. */
type Scored = {
  pictures: number;
  missed: number;
  readonly smoke: number[];
  readonly other: number[];
  readonly glare: number[];
};

/**
 * What the detector gives smoke and what is none, as 21 quantiles; the generated streams of `test/smoke-scores.ts` are made of
 * them. Boxes from 0.1 on, as the confirmation sees them: one plume is one box, and belongs to smoke that it would be matched with.
 */
export const runScores = async (pictures: readonly LabelledPicture[]) => {
  const tower = await openTower(standingTower());
  const sets = new Map<string, Scored>();
  try {
    for (const { file, set, smoke } of pictures) {
      const { frame, detections } = await tower.look(file);
      const { width, height } = frame.letterbox.source;
      const truth = smoke.map(({ x1, y1, x2, y2 }) => ({
        ...{ x1: x1 * width, y1: y1 * height, x2: x2 * width, y2: y2 * height },
      }));
      const seen: Detection[] = [];
      for (const one of detections.toSorted((a, b) => b.score - a.score))
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
    await tower.close();
  }
  return [...sets].map(([set, { pictures, missed, smoke, other, glare }]) => ({
    ...{ set, pictures, missed },
    boxes: { smoke: smoke.length, other: other.length, glare: glare.length },
    quantiles: { smoke: quantiles(smoke), other: quantiles(other), glare: quantiles(glare) },
  }));
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
