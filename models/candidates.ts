/**
 * Boxes before suppression, in typed arrays that are used again for every picture: a decoder may look at 3,549 cells
 * per picture, and an object for each would be the largest cost after inference itself.
 */
export class Candidates {
  count = 0;
  /** Four numbers per box: x1 y1 x2 y2 in input pixels. */
  boxes: Float32Array;
  scores: Float32Array;
  /** Output index of the class. */
  classes: Int32Array;

  constructor(capacity = 1024) {
    this.boxes = new Float32Array(capacity * 4);
    this.scores = new Float32Array(capacity);
    this.classes = new Int32Array(capacity);
  }

  clear(): void {
    this.count = 0;
  }

  push(x1: number, y1: number, x2: number, y2: number, score: number, classId: number): void {
    if (this.count === this.scores.length) this.#grow();
    const at = this.count++;
    this.boxes[at * 4] = x1;
    this.boxes[at * 4 + 1] = y1;
    this.boxes[at * 4 + 2] = x2;
    this.boxes[at * 4 + 3] = y2;
    this.scores[at] = score;
    this.classes[at] = classId;
  }

  #grow(): void {
    const boxes = new Float32Array(this.boxes.length * 2);
    const scores = new Float32Array(this.scores.length * 2);
    const classes = new Int32Array(this.classes.length * 2);
    boxes.set(this.boxes);
    scores.set(this.scores);
    classes.set(this.classes);
    this.boxes = boxes;
    this.scores = scores;
    this.classes = classes;
  }
}
