"""Training samples: tower views and fires, cropped, mosaicked and seen through haze, dusk and an encoder."""

import csv
from pathlib import Path

import cv2
import numpy as np

from ..road.dataset import Sample, place

CLASSES = ("smoke", "flame")
# 4:3 as most tower pictures are; multiples of 32.
WIDTH, HEIGHT = 512, 384
# Left out of training, to choose the checkpoint and the threshold on: whole towers, never single images of one.
HELD_OUT = ("tower6", "tower9", "tower22", "tower16", "tower24")
# Share of draws. Towers with a plume teach the task; views without one are the hard negatives (cloud, haze, glare).
GROUP_WEIGHTS = {"plume": 0.55, "empty": 0.27, "web": 0.18}


def kind_of(group: str) -> str:
    if group.startswith("wildfire-web"):
        return "web"
    return "empty" if group.endswith("nobox") else "plume"


def load(shared: Path, split: str, *, held_out: bool | None = None) -> list[Sample]:
    """@param held_out None for all groups; True or False for the towers kept for choosing, or the others."""
    folder, samples = shared / "data/smoke", []
    with (folder / "index.csv").open() as rows:
        for row in csv.DictReader(rows):
            if row["split"] != split:
                continue
            if held_out is not None and (row["group"].removesuffix("-nobox") in HELD_OUT) != held_out:
                continue
            image = cv2.imread(str(folder / row["image"]))
            if image is None:
                continue
            labels = folder / row["image"].replace("images/", "labels/").replace(".jpg", ".txt")
            text = labels.read_text() if labels.exists() else ""
            values = np.array(text.split(), np.float32).reshape(-1, 5)
            size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
            centre, half = values[:, 1:3], values[:, 3:5] / 2
            boxes = np.concatenate((centre - half, centre + half), 1) * size
            samples.append(Sample(row["group"], np.ascontiguousarray(image[:, :, ::-1]), boxes, values[:, 0].astype(int)))
    return samples


class SmokeData:
    def __init__(self, samples: list[Sample]) -> None:
        self.samples = samples
        kinds = [kind_of(sample.group) for sample in samples]
        weights = np.array([GROUP_WEIGHTS[kind] / kinds.count(kind) for kind in kinds])
        self.weights = weights / weights.sum()

    def draw(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """-> uint8 RGB [HEIGHT,WIDTH,3], boxes [n,4] in pixels, classes [n] with -1 for regions to ignore."""
        canvas = np.full((HEIGHT, WIDTH, 3), 114, np.uint8)
        panes = [(0, 0, WIDTH, HEIGHT)]
        if random.random() < 0.3:
            x, y = int(WIDTH * random.uniform(0.35, 0.65)), int(HEIGHT * random.uniform(0.35, 0.65))
            panes = [(0, 0, x, y), (x, 0, WIDTH, y), (0, y, x, HEIGHT), (x, y, WIDTH, HEIGHT)]
        boxes, classes = [], []
        for pane in panes:
            sample = self.samples[random.choice(len(self.samples), p=self.weights)]
            b, c = place(sample, canvas, pane, random)
            boxes.append(b)
            classes.append(c)
        return weather(canvas, random), np.concatenate(boxes).astype(np.float32), np.concatenate(classes)


def weather(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """What a mast's camera does to a view. Colours shift little: grey against green is what tells smoke."""
    height, width = image.shape[:2]
    if random.random() < 0.6:
        gain = random.uniform(0.7, 1.3) * random.uniform(0.94, 1.06, 3)
        image = (image * gain).clip(0, 255).astype(np.uint8)
    if random.random() < 0.25:  # haze: thicker towards the horizon band, which is no smoke
        middle, depth = random.uniform(0.2, 0.7) * height, random.uniform(0.1, 0.5) * height
        veil = random.uniform(0.15, 0.5) * np.exp(-(((np.arange(height) - middle) / depth) ** 2))
        veil = veil[:, None, None].astype(np.float32)
        image = (image * (1 - veil) + random.uniform(170, 225) * veil).astype(np.uint8)
    if random.random() < 0.15:  # dusk and dawn: darker, warmer, flatter
        table = (np.linspace(0, 1, 256) ** random.uniform(1.1, 2.2) * random.uniform(130, 255)).astype(np.uint8)
        tint = np.array([random.uniform(0.95, 1.15), random.uniform(0.85, 1.0), random.uniform(0.7, 1.0)])
        image = (table[image] * tint).clip(0, 255).astype(np.uint8)
    if random.random() < 0.1:  # infrared at night: no colour
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, 2)
    if random.random() < 0.2:
        image = cv2.GaussianBlur(image, (3, 3), 0)
    if random.random() < 0.15:
        small = cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.15:
        image = (image + random.normal(0, random.uniform(2, 8), image.shape)).clip(0, 255).astype(np.uint8)
    if random.random() < 0.35:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 85))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image)
