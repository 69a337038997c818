"""Second round of labels: what the first training sees on tiles settles doubtful boxes and adds missed ones.

    python -m models.training.road.relabel --data data/road --out data/road-2 --small first-small.onnx --large first.onnx

Labels by hand stay as they are, those of near things too. The detectors must not have been trained on the held-out clip.
"""

import argparse
import os
from pathlib import Path

import cv2
import numpy as np

from .boxes import covered, ious
from .detectors import Found, road
from .label import look, without_doubles

# Score from which a box that the detector finds on tiles is a label, per class; read off the held-out clip's frames.
CERTAIN = (0.65, 0.65, 0.58, 0.65, 0.65, 0.7)
# A box that the first round held doubtful needs less.
SETTLED = (0.5, 0.55, 0.45, 0.55, 0.55, 0.6)
DOUBTFUL = 0.2
# Labelled by hand, or near and large, where the first round misses little.
KEPT = ("avenue-by-hand", "bridge-by-hand", "riders", "photos")


def merge_views(found: Found) -> Found:
    """One box per thing: the mean by score of the boxes around the best one."""
    rows = np.argsort(-found.scores)
    boxes, scores, classes = [], [], []
    while len(rows):
        best = rows[0]
        same = (ious(found.boxes[best : best + 1], found.boxes[rows])[0] >= 0.5) & (found.classes[rows] == found.classes[best])
        same[0] = True
        members = rows[same]
        boxes.append(np.average(found.boxes[members], axis=0, weights=found.scores[members] ** 2))
        scores.append(found.scores[best])
        classes.append(found.classes[best])
        rows = rows[~same]
    merged = Found(np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(classes, np.int64))
    return without_doubles(merged)


def second_round(boxes: np.ndarray, classes: np.ndarray, found: Found) -> tuple[np.ndarray, np.ndarray]:
    new_boxes = [b for b, c in zip(boxes, classes, strict=True) if c >= 0]
    new_classes = [int(c) for c in classes if c >= 0]
    doubtful = boxes[classes < 0]
    settled = np.zeros(len(doubtful), bool)
    for box, score, class_id in zip(found.boxes, found.scores, found.classes, strict=True):
        known = np.array([b for b, c in zip(new_boxes, new_classes, strict=True) if c == class_id]).reshape(-1, 4)
        if len(known) and (ious(box[None], known).max() > 0.45 or covered(box[None], known).max() > 0.8):
            continue
        overlap = ious(box[None], doubtful)[0] if len(doubtful) else np.zeros(0)
        at = int(overlap.argmax()) if len(overlap) and overlap.max() > 0.45 else None
        if score >= (SETTLED if at is not None else CERTAIN)[int(class_id)]:
            new_boxes.append(box)
            new_classes.append(int(class_id))
            if at is not None:
                settled[at] = True
        elif score >= DOUBTFUL and at is None:
            new_boxes.append(box)
            new_classes.append(-1)
    for box, done in zip(doubtful, settled, strict=True):
        if not done:
            new_boxes.append(box)
            new_classes.append(-1)
    return np.array(new_boxes, np.float32).reshape(-1, 4), np.array(new_classes, int)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--small", type=Path, required=True, help="for tiles")
    parser.add_argument("--large", type=Path, required=True, help="for the whole frame")
    args = parser.parse_args()
    (args.out / "labels").mkdir(parents=True, exist_ok=True)
    if not (args.out / "images").exists():
        os.symlink((args.data / "images").resolve(), args.out / "images")
    small, large = road(args.small), road(args.large)
    for path in sorted((args.data / "labels").glob("*.txt")):
        target = args.out / "labels" / path.name
        if target.exists():
            continue
        text = path.read_text()
        if not path.name.startswith(KEPT):
            rows = np.array(text.split(), np.float32).reshape(-1, 5)
            image = cv2.imread(str(args.data / "images" / f"{path.stem}.jpg"))[:, :, ::-1]
            found = merge_views(Found.join([look(small, image), large(np.ascontiguousarray(image))]))
            boxes, classes = second_round(rows[:, 1:], rows[:, 0].astype(int), found)
            text = "\n".join(f"{c} " + " ".join(f"{v:.1f}" for v in b) for b, c in zip(boxes, classes, strict=True))
            counts = [int((classes == c).sum()) - int((rows[:, 0] == c).sum()) for c in range(-1, 6)]
            print(path.stem, "more by class", *counts, flush=True)
        target.write_text(text)


if __name__ == "__main__":
    main()
