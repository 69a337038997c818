import { developer, encode } from '../street/film.ts';
import type { Vec3 } from '../street/vector.ts';
import { Plume, type Rectangle } from './plume.ts';
import { FILM, FIRE, TOWER, towerView } from './scene.ts';
import { drawClouds, drawStage } from './stage.ts';

/** What is true of the film. Metres east, north and above the sea; angles in degrees from north; boxes in pixels. */
export type HillTruth = {
  readonly size: { readonly width: number; readonly height: number };
  readonly fps: number;
  readonly tower: { readonly at: Vec3; readonly azimuthDeg: number; readonly fieldOfViewDeg: number };
  readonly fire: {
    readonly at: Vec3;
    readonly azimuthDeg: number;
    readonly distanceM: number;
    readonly pixel: readonly [number, number];
  };
  /** Second at which the first smoke rises, and the first second with any that can be seen. */
  readonly smokeFrom: number;
  readonly visibleFrom: number | null;
  /** One a second. */
  readonly smoke: readonly { readonly second: number; readonly box: Rectangle | null }[];
};

const EXPOSURE = 0.62;

/** Writes what the camera on the tower sends while a fire begins: H.264, a key frame each second. */
export const filmHill = async (file: string): Promise<HillTruth> => {
  const { width, height, at, azimuthDeg, fieldOfViewDeg } = TOWER;
  const { seconds, fps } = FILM;
  const smoke: HillTruth['smoke'][number][] = [];
  const draw = function* (): Generator<Buffer> {
    const stage = drawStage(TOWER);
    const plume = new Plume(TOWER, FIRE);
    const develop = developer(width, height, EXPOSURE);
    const picture = new Float32Array(stage.colour.length);
    for (let frame = 0; frame < seconds * fps; frame++) {
      picture.set(stage.colour);
      drawClouds(picture, stage, TOWER, frame / (seconds * fps));
      const box = plume.draw(picture, stage, frame / fps);
      if (frame % fps === 0) smoke.push({ second: frame / fps, box });
      yield develop(picture, frame);
    }
  };
  await encode(draw(), { width, height, fps }, file);
  const [east, north] = [FIRE.at[0] - at[0], FIRE.at[1] - at[1]];
  const { x, y } = towerView(TOWER)(FIRE.at);
  return {
    ...{ size: { width, height }, fps, tower: { at, azimuthDeg, fieldOfViewDeg } },
    fire: {
      ...{ at: FIRE.at, azimuthDeg: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360 },
      ...{ distanceM: Math.hypot(east, north), pixel: [x, y] },
    },
    ...{ smokeFrom: FIRE.from, visibleFrom: smoke.find(({ box }) => box)?.second ?? null, smoke },
  };
};
