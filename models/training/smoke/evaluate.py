"""Image-level figures of a smoke detector: is there a plume, and how many boxes where there is none.

    python -m models.training.smoke.evaluate --shared ../shared --model models/weights/smoke.onnx [--split test]
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..road.boxes import ious, letterbox
from ..road.dataset import Sample
from ..road.detectors import open_session, yolox_rows
from .dataset import CLASSES, HEIGHT, WIDTH, landscapes, load

# Smoke has no edge: 0.33 is the fair overlap (Nemo).
FAIR_IOU = 0.33
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 19))
Rows = Callable[[np.ndarray], np.ndarray]


def detections(sample: Sample, rows_of: Rows) -> tuple[np.ndarray, np.ndarray]:
    """-> boxes [n,4] in the picture's pixels and scores [n, classes], best first, overlapping ones suppressed."""
    canvas, scale = letterbox(sample.image, WIDTH, HEIGHT)
    boxes, scores = yolox_rows(rows_of(canvas), WIDTH, HEIGHT)
    best = scores.max(1)
    order = [row for row in np.argsort(-best)[:200] if best[row] > 0.02]
    kept: list[int] = []
    for row in order:
        if not kept or ious(boxes[row : row + 1], boxes[kept]).max() < 0.45:
            kept.append(int(row))
    return boxes[kept] / scale, scores[kept]


def figures(samples: list[Sample], rows_of: Rows) -> str:
    found = [detections(sample, rows_of) for sample in samples]
    best, value = best_threshold(samples, found)
    return f"F1 {value:.3f} at {best:.2f}, {describe(samples, found, best)}"


def top(scores: np.ndarray) -> float:
    return float(scores.max()) if scores.size else 0.0


def f1(samples: list[Sample], found: list, threshold: float) -> float:
    truth = np.array([len(s.boxes) > 0 for s in samples])
    said = np.array([top(scores) >= threshold for _, scores in found])
    hits = float((truth & said).sum())
    return 2 * hits / max(1.0, float(truth.sum() + said.sum()))


def best_threshold(samples: list[Sample], found: list) -> tuple[float, float]:
    return max(((t, f1(samples, found, t)) for t in THRESHOLDS), key=lambda pair: pair[1])


def describe(samples: list[Sample], found: list, threshold: float) -> str:
    groups: dict[str, list[int]] = {}
    boxes_hit = boxes_all = 0
    for index, sample in enumerate(samples):
        empty = not len(sample.boxes)
        groups.setdefault(sample.group if sample.group in ("hill-negatives", "landscape") else "no box" if empty else "plume", []).append(index)
        if not empty:
            kept = found[index][0][found[index][1].max(1, initial=0) >= threshold] if len(found[index][0]) else []
            boxes_all += len(sample.boxes)
            if len(kept):
                boxes_hit += int((ious(sample.boxes, kept).max(1) >= FAIR_IOU).sum())
    parts = [f"boxes found at IoU {FAIR_IOU}: {boxes_hit}/{boxes_all}"]
    for name, indices in sorted(groups.items()):
        said = sum(top(found[i][1]) >= threshold for i in indices)
        alarms = sum(int((found[i][1].max(1, initial=0) >= threshold).sum()) for i in indices)
        parts.append(f"{name}: {said}/{len(indices)} images, {alarms / len(indices):.3f} boxes per image")
    return "; ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--split", choices=("test", "held-out"), default="test")
    parser.add_argument("--landscapes", type=Path, help="with `held-out`: the folder of landscapes of the training")
    parser.add_argument("--all-landscapes", action="store_true", help="the model saw none of them in training")
    parser.add_argument("--threshold", type=float, help="the one chosen on the held-out towers")
    args = parser.parse_args()
    samples = load(args.shared, "test") if args.split == "test" else load(args.shared, "train", held_out=True)
    if args.landscapes and args.split == "held-out":
        samples += landscapes(args.landscapes, held_out=True)
        samples += landscapes(args.landscapes, held_out=False) if args.all_landscapes else []
    session = open_session(args.model)
    found = [detections(sample, lambda image: session.run(None, {"frames": image[None]})[0][0]) for sample in samples]
    print(f"{len(samples)} pictures, classes {CLASSES}")
    for threshold in THRESHOLDS if args.threshold is None else (args.threshold,):
        print(f"{threshold:.2f}: image F1 {f1(samples, found, threshold):.3f}; {describe(samples, found, threshold)}")


if __name__ == "__main__":
    main()
