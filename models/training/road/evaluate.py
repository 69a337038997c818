"""AP50 per class on the labelled street frames, for any detector, ignore regions respected.

    python -m models.training.road.evaluate --shared ../shared --split test [--road models/weights/road.onnx ...]
"""

import argparse
import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from .boxes import Array, covered, ious
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


def score(detect: Detector, frames: list[Frame]) -> dict[str, float]:
    found = [detect(frame.image) for frame in frames]
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
    parser.add_argument("--road", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    frames = [f for f in load_frames(args.shared / "data/street-frames", args.split) if f.name.startswith(args.clip)]
    counts = {c: sum(int((f.classes == i).sum()) for f in frames) for i, c in enumerate(CLASSES)}
    print(f"{len(frames)} frames, labels: {counts}")
    detectors = starting_models(args.shared / "models") | {path.stem: road(path) for path in args.road}
    print(f"{'AP50':24}" + "".join(f"{c:>12}" for c in CLASSES))
    for name, detect in detectors.items():
        print(f"{name:24}" + "".join(f"{value:12.3f}" for value in score(detect, frames).values()), flush=True)


if __name__ == "__main__":
    main()
