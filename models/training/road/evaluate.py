"""AP50 per class on the labelled street frames, for any detector, ignore regions respected.

    python -m models.training.road.evaluate --shared ../shared --split test [--tiled] [--road models/weights/road.onnx ...]

With `--tiled` every detector sees the whole frame and four overlapping quarters. Of our own files the reliability is
printed too: how often boxes of a score are right.
"""

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .boxes import Array, covered, ious, suppress
from .detectors import Detector, Found, road, starting_models
from .network import CLASSES

# A detection that lies this much inside an ignore region counts neither way.
IGNORED_SHARE = 0.5


@dataclass(frozen=True)
class Frame:
    name: str
    image: np.ndarray
    boxes: Array
    classes: np.ndarray
    ignore: Array


def load_frames(folder: Path, split: str) -> list[Frame]:
    with open(folder / "split.csv") as file:
        names = [row["image"] for row in csv.DictReader(file) if row["split"] == split]
    regions = json.loads((folder / "ignore.json").read_text())
    frames = []
    for name in sorted(names):
        image = cv2.cvtColor(cv2.imread(str(folder / "images" / name)), cv2.COLOR_BGR2RGB)
        size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
        rows = np.loadtxt(folder / "labels" / Path(name).with_suffix(".txt"), ndmin=2, dtype=np.float32).reshape(-1, 5)
        boxes = np.concatenate((rows[:, 1:3] - rows[:, 3:5] / 2, rows[:, 1:3] + rows[:, 3:5] / 2), 1) * size
        ignore = np.array(regions.get(name, []), np.float32).reshape(-1, 4) * size
        frames.append(Frame(name, image, boxes, rows[:, 0].astype(int), ignore))
    return frames


def match(found: Found, frame: Frame, class_id: int, iou: float = 0.5) -> list[tuple[float, bool]]:
    """Greedy matching by score within one class; ignored detections are left out of the answer."""
    rows = np.nonzero(found.classes == class_id)[0]
    rows = rows[np.argsort(-found.scores[rows])]
    truth = frame.boxes[frame.classes == class_id]
    overlap = ious(found.boxes[rows], truth)
    inside = covered(found.boxes[rows], frame.ignore)
    taken: set[int] = set()
    answers = []
    for at, row in enumerate(rows):
        free = [t for t in range(len(truth)) if t not in taken and overlap[at, t] >= iou]
        if free:
            taken.add(max(free, key=lambda t: overlap[at, t]))
        elif inside.shape[1] and inside[at].max() >= IGNORED_SHARE:
            continue
        answers.append((float(found.scores[row]), bool(free)))
    return answers


def average_precision(answers: list[tuple[float, bool]], truths: int) -> float:
    """Area under the precision envelope at 101 recall points, as COCO does it."""
    if truths == 0:
        return float("nan")
    hits = np.cumsum([hit for _, hit in sorted(answers, key=lambda a: -a[0])])
    if len(hits) == 0:
        return 0.0
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    at = np.searchsorted(hits / truths, np.linspace(0, 1, 101), side="left")
    return float(np.mean([precision[i] if i < len(precision) else 0.0 for i in at]))


def tiled(detect: Detector) -> Detector:
    """The whole frame and 2x2 tiles that overlap by a quarter; boxes cut by an inner edge are dropped."""

    def look(image: np.ndarray) -> Found:
        height, width = image.shape[:2]
        w, h = round(width / 1.75), round(height / 1.75)
        parts = [detect(image)]
        for x, y in ((0, 0), (width - w, 0), (0, height - h), (width - w, height - h)):
            found = detect(np.ascontiguousarray(image[y : y + h, x : x + w]))
            b = found.boxes
            inner = ((b[:, 0] < 4) & (x > 0)) | ((b[:, 1] < 4) & (y > 0))
            inner |= ((b[:, 2] > w - 4) & (x == 0)) | ((b[:, 3] > h - 4) & (y == 0))
            kept = found.take(np.nonzero(~inner)[0])
            parts.append(Found(kept.boxes + np.array([x, y, x, y], np.float32), kept.scores, kept.classes))
        every = Found.join(parts)
        return every.take(suppress(every.boxes, every.scores, every.classes, 0.5))

    return look


def reliability(found: list[Found], frames: list[Frame]) -> None:
    """Per class the share of right boxes per score, and the expected calibration error over boxes of score 0.1 up."""
    edges = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01])
    for class_id, name in enumerate(CLASSES):
        answers = np.array([a for f, d in zip(frames, found, strict=True) for a in match(d, f, class_id)]).reshape(-1, 2)
        answers = answers[answers[:, 0] >= edges[0]]
        if len(answers) < 100:
            continue
        bins = np.digitize(answers[:, 0], edges) - 1
        rows = [(answers[bins == k, 0].mean(), answers[bins == k, 1].mean(), (bins == k).sum()) for k in np.unique(bins)]
        error = sum(abs(said - right) * count for said, right, count in rows) / len(answers)
        print(f"  {name:11} error {error:.3f} " + " ".join(f"{said:.2f}:{right:.2f}({count})" for said, right, count in rows))


def score(found: list[Found], frames: list[Frame]) -> dict[str, float]:
    result = {}
    for class_id, name in enumerate(CLASSES):
        truths = sum(int((f.classes == class_id).sum()) for f in frames)
        answers = [a for f, d in zip(frames, found, strict=True) for a in match(d, f, class_id)]
        result[name] = average_precision(answers, truths)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--split", choices=("train", "test"), default="test")
    parser.add_argument("--clip", default="", help="only frames whose name starts so")
    parser.add_argument("--tiled", action="store_true")
    parser.add_argument("--road", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    frames = [f for f in load_frames(args.shared / "data/street-frames", args.split) if f.name.startswith(args.clip)]
    counts = {c: sum(int((f.classes == i).sum()) for f in frames) for i, c in enumerate(CLASSES)}
    print(f"{len(frames)} frames, labels: {counts}")
    detectors = starting_models(args.shared / "models") | {path.stem: road(path) for path in args.road}
    print(f"{'AP50':24}" + "".join(f"{c:>12}" for c in CLASSES))
    for name, detect in detectors.items():
        found = [(tiled(detect) if args.tiled else detect)(frame.image) for frame in frames]
        print(f"{name:24}" + "".join(f"{value:12.3f}" for value in score(found, frames).values()), flush=True)
        if name in {path.stem for path in args.road}:
            reliability(found, frames)


if __name__ == "__main__":
    main()
