"""What the model says of the same heads again and again, as a camera sees somebody ride up: material for the helmet vote.

    python -m models.training.rider.readings --shared ../shared --labels data/rider-labels --rider models/weights/rider.onnx \\
        --out test/fixtures/traffic/helmet-readings.json

Heads are those kept from training; each is shown in `FRAMES` crops that grow, every crop cut and spoilt anew. Numbers only.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from .dataset import around, crop
from .evaluate import heads_of, match, rows_of_file
from .sources import NO_HELMET, Sample, load_heads, load_riders

FRAMES = 16
# The head grows from the first to the last frame, if the picture has so many pixels of it.
FROM_PX, TO_PX = 14, 40
# As `pipeline/heads/read-heads.ts` has it.
BLURRED, SHARP, MEASURED_PX = 0.03, 0.13, 24


def sharpness(image: np.ndarray, box: np.ndarray, own_px: float) -> float:
    """@param own_px height of the head before the crop was enlarged: the product measures it there"""
    grey = cv2.transform(image, np.array([[0.25, 0.5, 0.25]])).astype(np.float32)
    x1, y1, x2, y2 = (int(v) for v in (max(1, box[0]), max(1, box[1]), box[2], box[3]))
    step = max(1, round((y2 - y1) / min(MEASURED_PX, own_px)))
    ys, xs = np.arange(y1, y2, step), np.arange(x1, x2, step)
    if len(ys) < 3 or len(xs) < 3:
        return 0.0

    def at(dy: int, dx: int) -> np.ndarray:
        return grey[np.ix_((ys + dy).clip(0, grey.shape[0] - 1), (xs + dx).clip(0, grey.shape[1] - 1))]

    detail = np.abs(at(0, 0) - (at(0, -step) + at(0, step) + at(-step, 0) + at(step, 0)) / 4).mean()
    return float(np.clip((detail / max(float(at(0, 0).std()), 4) - BLURRED) / (SHARP - BLURRED), 0, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--rider", type=Path, required=True)
    parser.add_argument("--heads", type=int, default=70, help="of each kind, at most")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    random, rows_of = np.random.default_rng(11), rows_of_file(args.rider)
    samples = load_heads(args.shared, "val") + load_riders(args.shared, args.labels, held_out=True)
    every = [(s, h) for s in samples for h in range(len(s.boxes)) if s.classes[h] in (0, 1)]
    every = [(s, h) for s, h in every if s.boxes[h, 3] - s.boxes[h, 1] >= 24]
    riders = []
    for kind in (0, 1):
        of_kind = [pair for pair in every if pair[0].classes[pair[1]] == kind]
        for at in random.permutation(len(of_kind))[: args.heads]:
            sample, head = of_kind[at]
            riders.append({"bare": kind == NO_HELMET, "readings": readings_of(sample, head, random, rows_of)})
    args.out.write_text(json.dumps(riders, separators=(",", ":")) + "\n")
    print(f"{len(riders)} riders, {sum(r is not None for rider in riders for r in rider['readings'])} readings")


def readings_of(sample: Sample, head: int, random: np.random.Generator, rows_of) -> list[list[float] | None]:
    box = sample.boxes[head]
    tall = float(box[3] - box[1])
    alone = Sample(sample.group, sample.image, sample.boxes[head : head + 1], sample.classes[head : head + 1])
    region = around(box, random)
    answers: list[list[float] | None] = []
    for frame in range(FRAMES):
        wanted = min(tall, FROM_PX + (TO_PX - FROM_PX) * frame / (FRAMES - 1))
        moved = region + random.uniform(-0.15, 0.15, 4) * tall
        canvas, boxes, _ = crop(alone, moved, wanted / tall, random)
        heads = heads_of(rows_of(canvas))
        found = np.nonzero(match(heads, boxes, 0.4) == 0)[0] if len(boxes) else np.zeros(0, np.int64)
        if not len(found):
            answers.append(None)
            continue
        at = found[0]
        share = heads.scores[at] * heads.probabilities[at]
        values = (share[0], share[1], wanted, sharpness(canvas, heads.boxes[at], wanted))
        answers.append([round(float(v), 3) for v in values])
    return answers


if __name__ == "__main__":
    main()
