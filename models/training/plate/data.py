"""Pictures with plate boxes; some get a drawn Vietnamese plate where theirs was."""

import csv
from pathlib import Path

import cv2
import numpy as np

from ..plate_text.plates import draw, random_print
from ..plate_text.wear import dirty
from ..road.dataset import Sample, camera, place
from ..road.evaluate import Frame

DRAWN = 0.4
# How often a group is drawn: one garage must not be all that a plate can look like.
GROUP_WEIGHTS = {"vn-garage": 0.28, "vn-garage-pseudo": 0.24, "world-cars": 0.48}


def load(folder: Path, split: str) -> list[Frame]:
    frames = []
    with open(folder / "index.csv", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == split]
    for row in rows:
        image = cv2.cvtColor(cv2.imread(str(folder / row["image"])), cv2.COLOR_BGR2RGB)
        size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
        label = folder / "labels" / Path(row["image"]).relative_to("images").with_suffix(".txt")
        boxes = np.array(label.read_text().split(), np.float32).reshape(-1, 5)[:, 1:]
        boxes = np.concatenate((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1) * size
        none = np.zeros((0, 4), np.float32)
        frames.append(Frame(f"{row['group']}/{row['image']}", image, boxes, np.zeros(len(boxes), int), none))
    return frames


def with_drawn_plates(image: np.ndarray, boxes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    out = image.copy()
    for x1, y1, x2, y2 in boxes.round().astype(int):
        width, height = x2 - x1, y2 - y1
        if width < 8 or height < 6:
            continue
        plate = min((random_print(random) for _ in range(6)), key=lambda p: abs(np.log(p.size[0] / p.size[1] * height / width)))
        drawn = cv2.resize(dirty(draw(plate, random).image, random), (width, height), interpolation=cv2.INTER_AREA)
        drawn = (drawn * random.uniform(0.5, 1.1)).clip(0, 255).astype(np.uint8)
        place_x, place_y = max(0, x1), max(0, y1)
        target = out[place_y:y2, place_x:x2]
        target[:] = drawn[place_y - y1 :, place_x - x1 :][: target.shape[0], : target.shape[1]]
    return out


class PlateData:
    def __init__(self, folder: Path) -> None:
        self.frames = load(folder, "train")
        groups = [frame.name.split("/")[0] for frame in self.frames]
        weights = np.array([GROUP_WEIGHTS[group] / groups.count(group) for group in groups])
        self.chances = weights / weights.sum()

    def draw(self, random: np.random.Generator, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """-> uint8 RGB [side,side,3], boxes [n,4] in pixels, classes [n] with -1 for regions to ignore."""
        canvas = np.full((side, side, 3), 114, np.uint8)
        panes = [(0, 0, side, side)]
        if random.random() < 0.3:
            cut = int(side * random.uniform(0.35, 0.65))
            panes = [(0, 0, cut, side), (cut, 0, side, side)] if random.random() < 0.5 else [(0, 0, side, cut), (0, cut, side, side)]
        found = []
        for pane in panes:
            frame = self.frames[random.choice(len(self.frames), p=self.chances)]
            image = with_drawn_plates(frame.image, frame.boxes, random) if random.random() < DRAWN else frame.image
            found.append(place(Sample("", image, frame.boxes, frame.classes), canvas, pane, random))
        boxes, classes = zip(*found, strict=True)
        return camera(canvas, random), np.concatenate(boxes).astype(np.float32), np.concatenate(classes)
