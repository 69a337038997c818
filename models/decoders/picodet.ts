import { type Decoder, floats } from './decoder.ts';

const STRIDES = [8, 16, 32, 64];
const BINS = 8;

/**
 * PicoDet and NanoDet: generalised focal loss (Li et al., 2020). Four class tensors `[N, cells, classes]` (already
 * sigmoid), then four box tensors `[N, cells, 4 × 8]`, for strides 8, 16, 32, 64. Each side's distance from the cell's
 * centre is the mean of a distribution over 8 bins, in strides.
 */
export const picodet: Decoder = {
  shapes: ({ width, height, classes }) => {
    const cells = STRIDES.map((stride) => Math.ceil(width / stride) * Math.ceil(height / stride));
    return [...cells.map((n) => [-1, n, classes.count]), ...cells.map((n) => [-1, n, 4 * BINS])];
  },
  decode: (outputs, picture, { width, height, classes: { count, kept }, minScore }, into) => {
    STRIDES.forEach((stride, level) => {
      const scores = floats(outputs[level]);
      const distances = floats(outputs[level + STRIDES.length]);
      const columns = Math.ceil(width / stride);
      const cells = columns * Math.ceil(height / stride);
      for (let cell = 0; cell < cells; cell++) {
        const row = (picture * cells + cell) * count;
        let best = 0;
        let classId = -1;
        for (let k = 0; k < kept.length; k++) {
          const score = scores[row + kept[k]!]!;
          if (score > best) {
            best = score;
            classId = kept[k]!;
          }
        }
        if (classId < 0 || best < minScore) continue;
        const x = ((cell % columns) + 0.5) * stride;
        const y = (Math.floor(cell / columns) + 0.5) * stride;
        const at = (picture * cells + cell) * 4 * BINS;
        into.push(
          x - meanBin(distances, at) * stride,
          y - meanBin(distances, at + BINS) * stride,
          x + meanBin(distances, at + 2 * BINS) * stride,
          y + meanBin(distances, at + 3 * BINS) * stride,
          best,
          classId,
        );
      }
    });
  },
};

/** Expected bin under the softmax of the eight logits. */
const meanBin = (logits: Float32Array, at: number): number => {
  let largest = -Infinity;
  for (let bin = 0; bin < BINS; bin++) largest = Math.max(largest, logits[at + bin]!);
  let sum = 0;
  let weighted = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const weight = Math.exp(logits[at + bin]! - largest);
    sum += weight;
    weighted += bin * weight;
  }
  return weighted / sum;
};
