import { type Decoder, floats } from './decoder.ts';

const STRIDES = [8, 16, 32];

/**
 * YOLOX (Ge et al., 2021), exported without `--decode_in_inference`: `[N, cells, 5 + classes]`, cells of strides 8, 16
 * and 32 row by row. Centre = (cell + offset) × stride, size = exp(value) × stride; score = objectness × class.
 */
export const yolox: Decoder = {
  shapes: ({ width, height, classes }) => [
    [-1, STRIDES.reduce((sum, stride) => sum + (width / stride) * (height / stride), 0), 5 + classes.count],
  ],
  decode: (outputs, picture, { width, height, classes: { count, kept }, minScore, multiLabel }, into) => {
    const data = floats(outputs[0]);
    const row = 5 + count;
    let at = picture * outputs[0]!.dims[1]! * row;
    for (const stride of STRIDES) {
      const columns = width / stride;
      const rows = height / stride;
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++, at += row) {
          const objectness = data[at + 4]!;
          if (objectness < minScore) continue;
          let best = 0;
          let classId = -1;
          for (let k = 0; k < kept.length; k++) {
            const score = data[at + 5 + kept[k]!]!;
            if (score > best) {
              best = score;
              classId = kept[k]!;
            }
          }
          if (classId < 0 || objectness * best < minScore) continue;
          const centreX = (data[at]! + x) * stride;
          const centreY = (data[at + 1]! + y) * stride;
          const halfWidth = (Math.exp(data[at + 2]!) * stride) / 2;
          const halfHeight = (Math.exp(data[at + 3]!) * stride) / 2;
          const [x1, y1, x2, y2] = [
            centreX - halfWidth,
            centreY - halfHeight,
            centreX + halfWidth,
            centreY + halfHeight,
          ];
          if (multiLabel !== true) {
            into.push(x1, y1, x2, y2, objectness * best, classId);
            continue;
          }
          for (const each of kept) {
            const score = objectness * data[at + 5 + each]!;
            if (score >= minScore) into.push(x1, y1, x2, y2, score, each);
          }
        }
      }
    }
  },
};
