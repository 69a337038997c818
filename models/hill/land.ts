import type { Colour } from '../street/mesh.ts';

/** Value noise, 0–1: the same place always gives the same. */
export const grain = (x: number, y: number, seed: number): number => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [dx, dy] = [x - column, y - row];
  const [sx, sy] = [dx * dx * (3 - 2 * dx), dy * dy * (3 - 2 * dy)];
  const upper = lattice(column, row, seed) * (1 - sx) + lattice(column + 1, row, seed) * sx;
  const lower = lattice(column, row + 1, seed) * (1 - sx) + lattice(column + 1, row + 1, seed) * sx;
  return upper * (1 - sy) + lower * sy;
};

const lattice = (column: number, row: number, seed: number): number => {
  let hash = (Math.imul(column, 374_761_393) + Math.imul(row, 668_265_263) + Math.imul(seed, 974_634_741)) | 0;
  hash = Math.imul(hash ^ (hash >>> 13), 1_274_126_177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
};

/** Sum of octaves, about 0–1; each half as high and a little over twice as fine as the one before. */
export const rough = (x: number, y: number, seed: number, octaves: number): number => {
  let [sum, weight, whole] = [0, 1, 0];
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * grain(x, y, seed + octave);
    whole += weight;
    weight /= 2;
    x = 2.07 * x + 17.3;
    y = 2.07 * y - 9.1;
  }
  return sum / whole;
};

/** Height of the ground above the sea at a place in metres east and north: ridges that rise towards the north. */
export const heightAt = (east: number, north: number): number => {
  let [sum, weight, x, y] = [0, 1, east / 3_400 + 3.1, north / 3_400 + 5.2];
  for (let octave = 0; octave < 6; octave++) {
    const crest = 1 - Math.abs(2 * grain(x, y, 40 + octave) - 1);
    sum += weight * crest * crest;
    weight *= 0.43;
    [x, y] = [1.93 * x + 0.4 * y + 11, 1.93 * y - 0.4 * x + 7];
  }
  return 60 + 210 * sum + 260 * Math.min(1, Math.max(0, (north - 1_500) / 9_000));
};

/**
 * What grows there: woods, and dry grass where it is thin.
 * @param finest what is smaller than so many metres is not seen
 */
export const coverAt = (east: number, north: number, finest: number): Colour => {
  const crowns = (size: number, seed: number): number => (size < finest ? 0.5 : grain(east / size, north / size, seed));
  const thin = rough(east / 420, north / 420, 70, 4);
  const shade = 0.2 + 0.5 * crowns(5, 79) + 0.6 * crowns(11, 80) + 0.35 * crowns(26, 81) + 0.3 * crowns(70, 82);
  const grass = Math.min(1, Math.max(0, (thin - 0.52) * 7));
  return [shade * (0.045 + 0.12 * grass), shade * (0.062 + 0.085 * grass), shade * (0.03 + 0.03 * grass)];
};
