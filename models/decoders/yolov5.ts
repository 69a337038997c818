import { type Decoder, floats } from './decoder.ts';

/**
 * YOLOv5, v6 and v7 as exported: `[N, rows, 5 + classes]` with centre x, centre y, width, height in input pixels,
 * objectness and class probabilities; score = objectness × class.
 */
export const yolov5: Decoder = {
  shapes: ({ classes }) => [[-1, -1, 5 + classes.count]],
  decode: (outputs, picture, { classes: { count, kept }, minScore }, into) => {
    const data = floats(outputs[0]);
    const rows = outputs[0]!.dims[1]!;
    const row = 5 + count;
    const end = (picture + 1) * rows * row;
    for (let at = picture * rows * row; at < end; at += row) {
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
      const score = objectness * best;
      if (classId < 0 || score < minScore) continue;
      const halfWidth = data[at + 2]! / 2;
      const halfHeight = data[at + 3]! / 2;
      const x = data[at]!;
      const y = data[at + 1]!;
      into.push(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, score, classId);
    }
  },
};
