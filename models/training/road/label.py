"""Prepares the training set: pictures of `sources`, labelled by the starting models on tiles, beside labels by hand.

    python -m models.training.road.label --shared ../shared --clones clones --out data/road

A label file has one box a line, `class x1 y1 x2 y2` in pixels; class -1 is a region where nothing is said either way.
"""

import argparse
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from .boxes import Array, covered, ious
from .detectors import Detector, Found, starting_models
from .sources import Picture, all_pictures

TEACHERS = ("yolox-nano-416", "deimv2-femto-416", "deimv2-atto-320", "picodet-s-416")
TILE_OVERLAP = 0.25
# A box nearer to a tile's inner edge than this is likely cut off there.
EDGE_PX = 4
SAME_THING_IOU = 0.5
# The mean of the teachers' best scores for one thing, 0 for one who missed it, per class of `network.CLASSES`. Read off
# the labelled train frames: from SURE up 75 to 90 % of persons and motorcycles are right (see README.md).
SURE = (0.22, 0.3, 0.2, 0.36, 0.3, 0.36)
DOUBTFUL = 0.1
# Classes of which one thing has only one.
EXCLUSIVE = ((3, 4, 5), (1, 2))


def tiles(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """The whole frame, 2x2 and 3x3; only what is large enough to gain from it."""
    yield 0, 0, width, height
    for across in (2, 3):
        if width / across < 220:
            return
        w = width / (across - (across - 1) * TILE_OVERLAP)
        h = height / (across - (across - 1) * TILE_OVERLAP)
        for column, row in product(range(across), range(across)):
            x, y = column * w * (1 - TILE_OVERLAP), row * h * (1 - TILE_OVERLAP)
            yield round(x), round(y), min(width, round(x + w)), min(height, round(y + h))


def look(detect: Detector, image: np.ndarray) -> Found:
    height, width = image.shape[:2]
    parts = []
    for x1, y1, x2, y2 in tiles(width, height):
        found = detect(np.ascontiguousarray(image[y1:y2, x1:x2]))
        boxes = found.boxes
        cut = ((boxes[:, 0] < EDGE_PX) & (x1 > 0)) | ((boxes[:, 1] < EDGE_PX) & (y1 > 0))
        cut |= ((boxes[:, 2] > x2 - x1 - EDGE_PX) & (x2 < width)) | ((boxes[:, 3] > y2 - y1 - EDGE_PX) & (y2 < height))
        keep = np.nonzero(~cut & (found.scores > 0.1))[0]
        part = found.take(keep)
        parts.append(Found(part.boxes + np.array([x1, y1, x1, y1], np.float32), part.scores, part.classes))
    return Found.join(parts)


def merge(views: list[Found]) -> Found:
    """One box per thing: the mean of the teachers' boxes by score, and the mean of their best scores."""
    all_found = Found.join(views)
    teacher = np.concatenate([np.full(len(view.scores), at) for at, view in enumerate(views)])
    boxes, scores, classes = [], [], []
    for class_id in np.unique(all_found.classes):
        rows = np.nonzero(all_found.classes == class_id)[0]
        rows = rows[np.argsort(-all_found.scores[rows])]
        while len(rows):
            same = ious(all_found.boxes[rows[:1]], all_found.boxes[rows])[0] >= SAME_THING_IOU
            same[0] = True
            members = rows[same]
            best = [all_found.scores[members[teacher[members] == t]].max(initial=0) for t in range(len(views))]
            boxes.append(np.average(all_found.boxes[members], axis=0, weights=all_found.scores[members] ** 2))
            scores.append(np.mean(best))
            classes.append(class_id)
            rows = rows[~same]
    found = Found(np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), np.array(classes, np.int64))
    return without_doubles(found)


def without_doubles(found: Found) -> Found:
    """A thing found as car and truck is the likelier of the two; a box inside a like box of its class goes."""
    order = np.argsort(-found.scores)
    kept: list[int] = []
    for row in order:
        rivals = [
            k for k in kept
            if found.classes[k] == found.classes[row]
            or any(found.classes[k] in group and found.classes[row] in group for group in EXCLUSIVE)
        ]
        if rivals:
            overlap = ious(found.boxes[row : row + 1], found.boxes[rivals])[0]
            same_class = found.classes[rivals] == found.classes[row]
            inside = covered(found.boxes[row : row + 1], found.boxes[rivals])[0]
            if (overlap > np.where(same_class, 0.5, 0.6)).any() or ((inside > 0.85) & same_class & (overlap > 0.3)).any():
                continue
        kept.append(int(row))
    return found.take(np.array(kept, np.int64))


def split_rider(box: Array) -> tuple[Array, Array]:
    """Rider and machine out of one box, by the rule that the hand-labelled frames use: top 85 %, bottom 58 %."""
    x1, y1, x2, y2 = box
    return np.array([x1, y1, x2, y1 + 0.85 * (y2 - y1)]), np.array([x1, y2 - 0.58 * (y2 - y1), x2, y2])


def label(picture: Picture, teachers: list[Detector]) -> tuple[Array, np.ndarray]:
    """-> boxes [n,4] and classes, -1 for ignore."""
    boxes: list[Array] = [*picture.boxes]
    classes: list[int] = [*picture.classes]
    for region in picture.ignore:
        boxes.append(region)
        classes.append(-1)
    if len(picture.complete) < 6:
        found = merge([look(detect, picture.image) for detect in teachers])
        for box, score, class_id in zip(found.boxes, found.scores, found.classes, strict=True):
            if int(class_id) in picture.complete or score < DOUBTFUL:
                continue
            boxes.append(box)
            classes.append(int(class_id) if score >= SURE[int(class_id)] else -1)
        machines = np.array([b for b, c in zip(boxes, classes, strict=True) if c in (1, 2)], np.float32).reshape(-1, 4)
        persons = np.array([b for b, c in zip(boxes, classes, strict=True) if c == 0], np.float32).reshape(-1, 4)
        for rider in picture.riders:
            person, machine = split_rider(rider)
            if not len(machines) or covered(machines, rider[None]).max() < 0.6:
                boxes.append(machine)
                classes.append(2)
            if not len(persons) or covered(persons, rider[None]).max() < 0.6:
                boxes.append(person)
                classes.append(0)
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(classes, int)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--clones", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    (args.out / "images").mkdir(parents=True, exist_ok=True)
    (args.out / "labels").mkdir(exist_ok=True)
    models = starting_models(args.shared / "models")
    teachers = [models[name] for name in TEACHERS]
    for number, picture in enumerate(all_pictures(args.shared, args.clones)):
        stem = f"{picture.group}__{number:04d}"
        if (args.out / f"labels/{stem}.txt").exists():
            continue
        boxes, classes = label(picture, teachers)
        cv2.imwrite(str(args.out / f"images/{stem}.jpg"), picture.image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])
        lines = [f"{c} " + " ".join(f"{v:.1f}" for v in b) for b, c in zip(boxes, classes, strict=True)]
        (args.out / f"labels/{stem}.txt").write_text("\n".join(lines))
        print(stem, picture.name, *(int((classes == c).sum()) for c in range(-1, 6)), flush=True)


if __name__ == "__main__":
    main()
