import { type Decoder, floats } from './decoder.ts';

/**
 * DETR-like with the post-processor in the graph (D-FINE, DEIM, RT-DETR): inputs `images` and `orig_target_sizes`
 * int64 `[N,2]` (width, height), outputs `labels` int64 `[N,Q]`, `boxes` `[N,Q,4]` in those sizes' pixels, `scores`
 * `[N,Q]`. The sizes given are the input's own, so boxes come in input pixels. A query may appear once per class.
 */
export const detr: Decoder = {
  shapes: () => [
    [-1, -1],
    [-1, -1, 4],
    [-1, -1],
  ],
  decode: (outputs, picture, { classes: { names }, minScore }, into) => {
    const labels = outputs[0]!.data;
    const boxes = floats(outputs[1]);
    const scores = floats(outputs[2]);
    const queries = outputs[2]!.dims[1]!;
    const end = (picture + 1) * queries;
    for (let q = picture * queries; q < end; q++) {
      const score = scores[q]!;
      if (!(score >= minScore)) continue;
      const classId = Number(labels[q]);
      if ((names[classId] ?? null) === null) continue;
      into.push(boxes[q * 4]!, boxes[q * 4 + 1]!, boxes[q * 4 + 2]!, boxes[q * 4 + 3]!, score, classId);
    }
  },
};
