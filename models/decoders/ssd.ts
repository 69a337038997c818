import { type Decoder, floats } from './decoder.ts';

/**
 * SSD as the TensorFlow detection API exports it, suppression in the graph: `detection_boxes` `[N,K,4]` as
 * y1 x1 y2 x2 in fractions of the input, `detection_classes` `[N,K]` counted from 1, `detection_scores` `[N,K]`.
 * The manifest's class list must be in that order, from class 1 on.
 */
export const ssd: Decoder = {
  shapes: () => [
    [-1, -1, 4],
    [-1, -1],
    [-1, -1],
  ],
  decode: (outputs, picture, { width, height, classes: { names }, minScore }, into) => {
    const boxes = floats(outputs[0]);
    const classes = outputs[1]!.data;
    const scores = floats(outputs[2]);
    const most = outputs[2]!.dims[1]!;
    const end = (picture + 1) * most;
    for (let k = picture * most; k < end; k++) {
      const score = scores[k]!;
      if (!(score >= minScore)) continue;
      const classId = Number(classes[k]) - 1;
      if ((names[classId] ?? null) === null) continue;
      into.push(
        boxes[k * 4 + 1]! * width,
        boxes[k * 4]! * height,
        boxes[k * 4 + 3]! * width,
        boxes[k * 4 + 2]! * height,
        score,
        classId,
      );
    }
  },
};
