import { focalLengthPx } from '../../pipeline/fire/lens.ts';
import { DAY, skyAt } from '../street/light.ts';
import { mix, unit, type Vec3 } from '../street/vector.ts';
import { coverAt, heightAt, rough } from './land.ts';
import type { Tower } from './scene.ts';

/** What never moves: linear RGB, and how far away what a pixel shows is (m; Infinity: the sky). */
export type Stage = { readonly colour: Float32Array; readonly depth: Float32Array; readonly clouds: Clouds };

/** Share of the light behind that clouds hide, wider than the picture, since they drift. */
type Clouds = { readonly width: number; readonly cover: Float32Array };

/** Every pixel is drawn so many times across and down. */
const FINE = 2;
const [NEAREST_M, FARTHEST_M, STEP] = [25, 16_000, 1.004];
/** Over so many metres haze takes all but a third of the contrast. */
const CLEAR_M = 11_000;
const HAZE: Vec3 = [0.66, 0.8, 0.98];
const CLOUD: Vec3 = [1.35, 1.36, 1.4];
/** How far clouds drift in the film, pixels. */
const DRIFT_PX = 90;

export const hazed = (colour: Vec3, depth: number): Vec3 => mix(HAZE, colour, Math.exp(-depth / CLEAR_M));

/** Land by columns from near to far, each place once where nothing nearer hides it; then the sky above. */
export const drawStage = (tower: Tower): Stage => {
  const [width, height] = [tower.width * FINE, tower.height * FINE];
  const focal = focalLengthPx(tower, { width, height });
  const turn = (tower.azimuthDeg * Math.PI) / 180;
  const ahead: Vec3 = [Math.sin(turn), Math.cos(turn), 0];
  const right: Vec3 = [Math.cos(turn), -Math.sin(turn), 0];
  const fine = new Float32Array(width * height * 3);
  const depth = new Float32Array(tower.width * tower.height).fill(Infinity);
  for (let column = 0; column < width; column++) {
    const aside = (column + 0.5 - width / 2) / focal;
    const way = [ahead[0] + aside * right[0], ahead[1] + aside * right[1]] as const;
    let [top, before] = [height, NEAREST_M];
    for (let far: number = NEAREST_M; far < FARTHEST_M && top > 0; before = far, far *= STEP) {
      const [east, north] = [tower.at[0] + way[0] * far, tower.at[1] + way[1] * far];
      const up = heightAt(east, north);
      const row = Math.max(0, Math.ceil(height / 2 - (focal * (up - tower.at[2])) / far));
      if (row >= top) continue;
      const light = lightAt(east, north, up);
      for (let at = top - 1; at >= row; at--) {
        const share = (top - at) / (top - row);
        const there = before + (far - before) * share;
        const cover = coverAt(tower.at[0] + way[0] * there, tower.at[1] + way[1] * there, (1.5 * there) / focal);
        const seen = hazed([cover[0] * light[0], cover[1] * light[1], cover[2] * light[2]], there);
        fine.set(seen, (at * width + column) * 3);
        depth[Math.floor(at / FINE) * tower.width + Math.floor(column / FINE)] = there;
      }
      top = row;
    }
    for (let at = 0; at < top; at++) {
      const direction = unit([way[0], way[1], (height / 2 - at - 0.5) / focal]);
      const sky = skyAt([direction[0], direction[1], 1.6 * direction[2]], DAY);
      fine.set(mix(HAZE, sky, Math.min(1, 0.1 + 6 * Math.max(0, direction[2]))), (at * width + column) * 3);
    }
  }
  return { colour: shrink(fine, tower), depth, clouds: clouds(tower) };
};

/** Light of sun and sky on a slope, with the sun's part lost on those that look away. */
const lightAt = (east: number, north: number, up: number): Vec3 => {
  const [dx, dy] = [heightAt(east + 12, north) - up, heightAt(east, north + 12) - up];
  const normal = unit([-dx / 12, -dy / 12, 1]);
  const sunny = Math.max(0, normal[0] * DAY.sunAt[0] + normal[1] * DAY.sunAt[1] + normal[2] * DAY.sunAt[2]);
  const light = (channel: 0 | 1 | 2): number => DAY.sky[channel] * (0.5 + 0.5 * normal[2]) + DAY.sun[channel] * sunny;
  return [light(0), light(1), light(2)];
};

const shrink = (fine: Float32Array, { width, height }: Tower): Float32Array => {
  const colour = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let dy = 0; dy < FINE; dy++)
          for (let dx = 0; dx < FINE; dx++)
            sum += fine[((y * FINE + dy) * width * FINE + x * FINE + dx) * 3 + channel]!;
        colour[(y * width + x) * 3 + channel] = sum / FINE ** 2;
      }
  return colour;
};

/** Flat heaps, smaller towards the horizon. */
const clouds = ({ width, height, azimuthDeg }: Tower): Clouds => {
  const cover = new Float32Array((width + DRIFT_PX) * height);
  for (let y = 0; y < height / 2; y++)
    for (let x = 0; x < width + DRIFT_PX; x++) {
      const away = 160 / (height / 2 - y + 40);
      const thick = rough(((x - width / 2) * away) / 210 + azimuthDeg, 6 * away, 120, 5);
      cover[y * (width + DRIFT_PX) + x] = Math.min(0.85, Math.max(0, (thick - 0.56) * 6));
    }
  return { width: width + DRIFT_PX, cover };
};

/** Draws the sky of an instant into a copy of the stage. @param share of the film that has passed, 0–1 */
export const drawClouds = (
  picture: Float32Array,
  { depth, clouds }: Stage,
  { width, height }: Tower,
  share: number,
): void => {
  const shift = DRIFT_PX * share;
  const [whole, part] = [Math.min(DRIFT_PX - 1, Math.floor(shift)), shift - Math.floor(shift)];
  for (let y = 0; y < height / 2; y++)
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (depth[at] !== Infinity) continue;
      const from = y * clouds.width + x + whole;
      const cover = clouds.cover[from]! * (1 - part) + (clouds.cover[from + 1] ?? 0) * part;
      if (cover === 0) continue;
      for (let channel = 0; channel < 3; channel++)
        picture[at * 3 + channel] = picture[at * 3 + channel]! * (1 - cover) + CLOUD[channel]! * cover;
    }
};
