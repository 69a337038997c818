import { type Decoder, floats } from './decoder.ts';

/**
 * YOLOv8 and its successors as exported: `[N, 4 + classes, anchors]`, channels first: centre x, centre y, width, height
 * in input pixels, then class probabilities; there is no objectness.
 */
export const yolov8: Decoder = {
  shapes: ({ classes }) => [[-1, 4 + classes.count, -1]],
  decode: (outputs, picture, { classes: { count, kept }, minScore }, into) => {
    const data = floats(outputs[0]);
    const anchors = outputs[0]!.dims[2]!;
    const base = picture * (4 + count) * anchors;
    for (let anchor = 0; anchor < anchors; anchor++) {
      let best = 0;
      let classId = -1;
      for (let k = 0; k < kept.length; k++) {
        const score = data[base + (4 + kept[k]!) * anchors + anchor]!;
        if (score > best) {
          best = score;
          classId = kept[k]!;
        }
      }
      if (classId < 0 || best < minScore) continue;
      const x = data[base + anchor]!;
      const y = data[base + anchors + anchor]!;
      const halfWidth = data[base + 2 * anchors + anchor]! / 2;
      const halfHeight = data[base + 3 * anchors + anchor]! / 2;
      into.push(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight, best, classId);
    }
  },
};
