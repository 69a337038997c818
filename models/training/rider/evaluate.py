"""Scores of the riders' model on crops: AP50 per class, and how often heads that can be judged are judged right.

    python -m models.training.rider.evaluate --shared ../shared --rider models/weights/rider.onnx [--road models/weights/road.onnx]
        [--split val --labels data/rider-labels]

Crops of the test pictures come from the labelled motorcycles and persons where a set has them, else from what `--road`
finds: never from the heads that are to be found.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..road.boxes import ious, suppress
from ..road.detectors import open_session, road, yolox_rows
from ..road.evaluate import average_precision, load_frames, tiled
from .dataset import HEIGHT, WIDTH, Drawn, crop
from .sources import CLASSES, IGNORED, NO_HELMET, UNSURE, Sample, load_heads, load_riders, load_street, split_names

SUPPRESSION_IOU = 0.45
# Two boxes of one head, of whatever class.
SAME_HEAD_IOU = 0.4
MIN_SCORE = 0.02
# A head is judged when one answer is at least this likely, given that it is a head.
SURE = 0.65
# What else the share judged and the share right are shown for.
OTHERS = (0.5, 0.55, 0.6, 0.7)

Rows = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


@dataclass(frozen=True)
class Heads:
    """Heads of one crop, best first; boxes [n,4] in crop pixels, probabilities [n,3] of `CLASSES`, given a head."""

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]


NOBODY = Heads(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, len(CLASSES)), np.float32))


def heads_of(rows: NDArray[np.float32]) -> Heads:
    """Exported rows of one crop -> heads; the classes of one head are read from its boxes of every class together."""
    boxes, scores = yolox_rows(rows, WIDTH, HEIGHT)
    every, classes = np.nonzero(scores >= MIN_SCORE)
    found, values = boxes[every].astype(np.float32), scores[every, classes].astype(np.float32)
    kept = suppress(found, values, classes, SUPPRESSION_IOU)
    found, values, classes = found[kept], values[kept], classes[kept]
    heads: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for box, value, kind in zip(found, values, classes, strict=True):
        at = int(np.argmax(ious(box[None], np.array([h for h, _ in heads]))[0])) if heads else -1
        if heads and ious(box[None], heads[at][0][None])[0, 0] >= SAME_HEAD_IOU:
            heads[at][1][kind] = max(heads[at][1][kind], value)
        else:
            sums = np.zeros(len(CLASSES), np.float32)
            sums[kind] = value
            heads.append((box, sums))
    if not heads:
        return NOBODY
    sums = np.array([s for _, s in heads])
    totals = sums.sum(1)
    return Heads(np.array([b for b, _ in heads]), np.minimum(totals, 1), sums / totals[:, None])


def match(heads: Heads, boxes: NDArray[np.float32], iou: float = 0.5) -> NDArray[np.int64]:
    """Per head the label it stands for, -1 for none; the likeliest head chooses first."""
    taken: set[int] = set()
    answer = np.full(len(heads.scores), -1, np.int64)
    overlap = ious(heads.boxes, boxes)
    for row in np.argsort(-heads.scores):
        free = [t for t in range(len(boxes)) if t not in taken and overlap[row, t] >= iou]
        if free:
            answer[row] = max(free, key=lambda t: overlap[row, t])
            taken.add(int(answer[row]))
    return answer


@dataclass
class Judged:
    """One labelled head in one crop and what was said of it."""

    kind: int
    height: float
    found: bool
    probabilities: NDArray[np.float32]
    score: float


def score(crops: list[Drawn], own_heights: list[NDArray[np.float32]], rows_of: Rows) -> tuple[dict[str, float], list[Judged]]:
    """AP50 of helmet and no_helmet (unsure and ignored labels count neither way), and every labelled head's answer."""
    answers: dict[int, list[tuple[float, bool]]] = {0: [], 1: []}
    truths = {0: 0, 1: 0}
    judged: list[Judged] = []
    for (image, boxes, kinds), heights in zip(crops, own_heights, strict=True):
        heads = heads_of(rows_of(image))
        matched = match(heads, boxes)
        for kind in (0, 1):
            truths[kind] += int((kinds == kind).sum())
            of_class = Heads(heads.boxes, heads.scores * heads.probabilities[:, kind], heads.probabilities)
            at = match(of_class, boxes)
            for row, label in enumerate(at):
                if label >= 0 and kinds[label] in (IGNORED, UNSURE):
                    continue
                answers[kind].append((float(of_class.scores[row]), bool(label >= 0 and kinds[label] == kind)))
        for label, kind in enumerate(kinds):
            row = np.nonzero(matched == label)[0]
            found = len(row) > 0
            probabilities = heads.probabilities[row[0]] if found else np.zeros(len(CLASSES), np.float32)
            judged.append(
                Judged(int(kind), float(heights[label]), found, probabilities, float(heads.scores[row[0]]) if found else 0.0)
            )
    values = {CLASSES[kind]: average_precision(answers[kind], truths[kind]) for kind in (0, 1)}
    return values, judged


def judgement(judged: list[Judged], least_px: float, sure: float = SURE) -> str:
    """Right among the judged, and the share nobody could judge (not found, unsure or undecided)."""
    heads = [j for j in judged if j.kind in (0, 1) and j.height >= least_px]
    told = [j for j in heads if j.found and j.probabilities.argmax() != UNSURE and j.probabilities.max() >= sure]
    right = sum(j.probabilities.argmax() == j.kind for j in told)
    bare = [j for j in told if j.kind == NO_HELMET]
    caught = sum(j.probabilities.argmax() == NO_HELMET for j in bare)
    return (
        f"{len(heads)} heads: right {right / max(len(told), 1):.3f} of {len(told)} judged "
        f"(bare {caught}/{len(bare)}), cannot tell {1 - len(told) / max(len(heads), 1):.3f}, "
        f"not found {sum(not j.found for j in heads)}"
    )


def as_far_away(samples: list[Sample], random: np.random.Generator) -> list[Sample]:
    """One sample a head, which stands first, its neighbours ignored; the picture is made smaller until the head has 20 to
    60 px, since photos are nearer than cameras."""
    far = []
    for sample in samples:
        for own, box in enumerate(sample.boxes):
            wanted = float(np.exp(random.uniform(np.log(20), np.log(60))))
            scale = min(1.0, wanted / max(float(box[3] - box[1]), 1.0))
            image = cv2.resize(sample.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            boxes = np.concatenate((box[None], np.delete(sample.boxes, own, 0))) * np.float32(scale)
            kinds = np.array([sample.classes[own], *[IGNORED] * (len(boxes) - 1)])
            far.append(Sample(sample.group, image, boxes, kinds))
    return far


def rows_of_file(path: Path) -> Rows:
    session = open_session(path)
    return lambda image: session.run(None, {"frames": image[None]})[0][0]


# The product's crop: pipeline/rules/riders.ts and pipeline/heads/choose-riders.ts say the same.
MIN_OVERLAP, ASIDE, ABOVE = 0.5, 0.06, 0.08


def sits_on(person: NDArray[np.float32], machine: NDArray[np.float32]) -> bool:
    shared = min(person[2], machine[2]) - max(person[0], machine[0])
    if shared < MIN_OVERLAP * min(person[2] - person[0], machine[2] - machine[0]):
        return False
    height = machine[3] - machine[1]
    inside = machine[1] - 0.1 * height <= person[3] <= machine[3] + 0.1 * height
    return bool(inside and person[1] <= machine[1] + 0.5 * height)


def ride_regions(machines: NDArray[np.float32], persons: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Motorcycles with whoever sits on them, as the product crops them; machines without riders give none."""
    regions = []
    for machine in machines:
        riders = [person for person in persons if sits_on(person, machine)]
        if not riders:
            continue
        boxes = np.stack([machine, *riders])
        low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
        aside, above = ASIDE * (high[0] - low[0]), ABOVE * (high[1] - low[1])
        regions.append(np.array([low[0] - aside, low[1] - above, high[0] + aside, high[1]], np.float32))
    return regions


def region_around(head: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where a motorbike's crop would lie if it were found: for asking the second stage alone."""
    tall, middle = head[3] - head[1], (head[0] + head[2]) / 2
    return np.array([middle - 1.7 * tall, head[1] - 0.45 * tall, middle + 1.7 * tall, head[3] + 3.6 * tall], np.float32)


def frame_heads(image: NDArray[np.uint8], regions: list[NDArray[np.float32]], rows_of: Rows) -> Heads:
    """Heads of all crops of a frame, in its pixels; a head seen in two crops counts once."""
    parts: list[Heads] = []
    for region in regions:
        sample = Sample("", image, np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
        canvas, _, _ = crop(sample, region.astype(np.float64), 1.0, None)
        x1, y1 = max(0, int(region[0])), max(0, int(region[1]))
        x2, y2 = min(image.shape[1], int(np.ceil(region[2]))), min(image.shape[0], int(np.ceil(region[3])))
        scale = min(WIDTH / max(x2 - x1, 8), HEIGHT / max(y2 - y1, 8))
        heads = heads_of(rows_of(canvas))
        parts.append(Heads(heads.boxes / scale + np.array([x1, y1, x1, y1], np.float32), heads.scores, heads.probabilities))
    if not parts:
        return NOBODY
    boxes, scores, probabilities = (
        np.concatenate([getattr(part, key) for part in parts]) for key in ("boxes", "scores", "probabilities")
    )
    kept = suppress(boxes, scores, np.zeros(len(scores), np.int64), SAME_HEAD_IOU)
    return Heads(boxes[kept], scores[kept], probabilities[kept])


def score_frames(samples: list[Sample], regions: list[list[NDArray[np.float32]]], rows_of: Rows) -> tuple[str, list[Judged]]:
    answers: dict[int, list[tuple[float, bool]]] = {0: [], 1: []}
    truths = {0: 0, 1: 0}
    judged: list[Judged] = []
    for sample, crops in zip(samples, regions, strict=True):
        heads = frame_heads(sample.image, crops, rows_of)
        matched = match(heads, sample.boxes)
        for kind in (0, 1):
            truths[kind] += int((sample.classes == kind).sum())
            of_class = Heads(heads.boxes, heads.scores * heads.probabilities[:, kind], heads.probabilities)
            for row, label in enumerate(match(of_class, sample.boxes)):
                if label < 0 or sample.classes[label] not in (IGNORED, UNSURE):
                    answers[kind].append((float(of_class.scores[row]), bool(label >= 0 and sample.classes[label] == kind)))
        for label, kind in enumerate(sample.classes):
            row = np.nonzero(matched == label)[0]
            found = len(row) > 0
            probabilities = heads.probabilities[row[0]] if found else np.zeros(len(CLASSES), np.float32)
            height = float(sample.boxes[label, 3] - sample.boxes[label, 1])
            judged.append(Judged(int(kind), height, found, probabilities, float(heads.scores[row[0]]) if found else 0.0))
    return " ".join(f"{CLASSES[k]} {average_precision(answers[k], truths[k]):.3f} ({truths[k]})" for k in (0, 1)), judged


def reliability(judged: list[Judged]) -> str:
    """Expected calibration error of 'no helmet, given that it is a helmet or none', in ten bins."""
    told = [j for j in judged if j.found and j.kind in (0, 1) and j.probabilities[:2].sum() > 0]
    said = np.array([j.probabilities[1] / j.probabilities[:2].sum() for j in told])
    bare = np.array([j.kind == NO_HELMET for j in told])
    bins = np.minimum((said * 10).astype(int), 9)
    rows = [(said[bins == b].mean(), bare[bins == b].mean(), int((bins == b).sum())) for b in np.unique(bins)]
    error = sum(abs(a - b) * n for a, b, n in rows) / max(len(told), 1)
    return f"error {error:.3f} of {len(told)} " + " ".join(f"{a:.2f}:{b:.2f}({n})" for a, b, n in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    parser.add_argument("--rider", type=Path, nargs="+", required=True)
    parser.add_argument("--road", type=Path, help="adds crops of what this detector finds on tiles")
    parser.add_argument("--labels", type=Path, help="with `--split val`: what `label_riders` wrote; adds the groups kept from training")
    parser.add_argument("--least-px", type=float, default=20)
    args = parser.parse_args()
    sets: dict[str, tuple[list[Sample], list[list[NDArray[np.float32]]]]] = {}
    heads = load_heads(args.shared, args.split)
    if args.road:
        detect, found = tiled(road(args.road)), []
        for sample in heads:
            seen = detect(sample.image)
            seen = seen.take(np.nonzero(seen.scores >= 0.3)[0])
            found.append(ride_regions(seen.boxes[seen.classes == 2], seen.boxes[seen.classes == 0]))
        sets["heads, crops of what road finds"] = (heads, found)
    sets["heads, crops around labels"] = (heads, [[region_around(b) for b in s.boxes] for s in heads])
    if args.split == "val" and args.labels:
        photos = as_far_away(load_riders(args.shared, args.labels, held_out=True), np.random.default_rng(5))
        sets["roadside photos, every head once"] = (photos, [[region_around(s.boxes[0])] for s in photos])
    if args.split != "val":
        street = load_street(args.shared, args.split)
        frames = load_frames(args.shared / "data/street-frames", args.split)
        by_name = sorted(zip(street, split_names(args.shared, args.split), strict=True), key=lambda pair: pair[1])
        regions = []
        for (sample, _), frame in zip(by_name, frames, strict=True):
            every = ride_regions(frame.boxes[frame.classes == 2], frame.boxes[frame.classes == 0])
            middles = (sample.boxes[:, :2] + sample.boxes[:, 2:]) / 2
            regions.append([r for r in every if ((middles > r[:2]) & (middles < r[2:])).all(1).any()])
        street = [sample for sample, _ in by_name]
        for clip in sorted({s.group for s in street}):
            at = [i for i, s in enumerate(street) if s.group == clip]
            sets[f"street {clip}"] = ([street[i] for i in at], [regions[i] for i in at])
        sets["street all"] = (street, regions)
    for path in args.rider:
        rows_of, told = rows_of_file(path), []
        print(path)
        for name, (samples, crops) in sets.items():
            values, judged = score_frames(samples, crops, rows_of)
            print(f"  {name}: AP50 {values} | {judgement(judged, args.least_px)}", flush=True)
            for sure in OTHERS:
                print(f"    at {sure}: {judgement(judged, args.least_px, sure)}")
            if name in ("heads, crops around labels", "street all"):
                told += judged
        print(f"  all {judgement(told, args.least_px)}\n  calibration {reliability(told)}")


if __name__ == "__main__":
    main()
