"""Pictures with labelled heads from the shared folder, in memory. Splits stay apart: a sample knows which it is of."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES = ("helmet", "no_helmet", "unsure")
HELMET, NO_HELMET, UNSURE = range(3)
# Somebody is there, but the network is told nothing about it.
IGNORED = -1

# One riders' group in ten is kept for choosing a checkpoint.
HELD_OUT_OF = 10


@dataclass
class Sample:
    group: str
    image: NDArray[np.uint8]
    """RGB"""
    boxes: NDArray[np.float32]
    """[n,4] x1 y1 x2 y2 in pixels"""
    classes: NDArray[np.int64]


def read(path: Path) -> NDArray[np.uint8]:
    image = cv2.imread(str(path))
    if image is None:
        raise ValueError(f"{path}: not a picture")
    return np.ascontiguousarray(image[:, :, ::-1])


def yolo_rows(path: Path, image: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rows = np.array(path.read_text().split(), np.float32).reshape(-1, 5)
    height, width = image.shape[:2]
    middle, size = rows[:, 1:3], rows[:, 3:5]
    boxes = np.concatenate((middle - size / 2, middle + size / 2), 1) * np.array([width, height, width, height])
    return boxes.astype(np.float32), rows[:, 0].astype(np.int64)


def load_heads(shared: Path, split: str) -> list[Sample]:
    """Stock photos (train, val) and a roadside camera (test)."""
    folder = shared / "data/heads"
    samples = []
    for path in sorted((folder / "images" / split).glob("*.jpg")):
        image = read(path)
        samples.append(Sample("heads", image, *yolo_rows(folder / "labels" / split / f"{path.stem}.txt", image)))
    return samples


STREET = {"helmet": HELMET, "no_helmet": NO_HELMET, "other_headwear": NO_HELMET, "cannot_tell": UNSURE}


def split_names(shared: Path, split: str) -> list[str]:
    with (shared / "data/street-frames/split.csv").open() as file:
        return [row["image"] for row in csv.DictReader(file) if row["split"] == split]


def load_street(shared: Path, split: str) -> list[Sample]:
    """Frames of street cameras; `other_headwear` is no helmet by law. The name of the clip is the group."""
    folder = shared / "data/street-frames"
    names = split_names(shared, split)
    rows = defaultdict(list)
    with (folder / "heads.csv").open() as file:
        for row in csv.DictReader(file):
            rows[row["image"]].append((*(float(row[side]) for side in ("x1", "y1", "x2", "y2")), STREET[row["label"]]))
    samples = []
    for name in names:
        image = read(folder / "images" / name)
        height, width = image.shape[:2]
        found = np.array(rows[name], np.float32).reshape(-1, 5)
        boxes = found[:, :4] * np.array([width, height, width, height], np.float32)
        samples.append(Sample(name.split("-")[0], image, boxes, found[:, 4].astype(np.int64)))
    return samples


def load_riders(shared: Path, labels: Path, held_out: bool) -> list[Sample]:
    """Roadside photos with boxes of whole riders; `labels` holds the heads that `label_riders` found in them."""
    folder = shared / "data/riders"
    with (folder / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    groups = sorted({row["group"] for row in rows})
    kept = {group for number, group in enumerate(groups) if (number % HELD_OUT_OF == 0) == held_out}
    samples = []
    for row in rows:
        path = folder / row["image"]
        text = labels / f"{path.stem}.txt"
        if row["group"] not in kept or not text.exists():
            continue
        found = np.array(text.read_text().split(), np.float32).reshape(-1, 5)
        samples.append(Sample("riders", read(path), found[:, 1:], found[:, 0].astype(np.int64)))
    return samples
