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
# Landscapes and scenes are from elsewhere: without them a new hill scores like a faint plume.
GROUP_WEIGHTS = {"plume": 0.42, "empty": 0.21, "web": 0.14, "landscape": 0.16, "scene": 0.07}


def kind_of(group: str) -> str:
    if group in ("landscape", "scene"):
        return group
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


def without_fire(files: list[Path], group: str, widest: int = 1280) -> list[Sample]:
    """Pictures known to show neither smoke nor flame; of near-twins the first."""
    samples, seen = [], []
    for file in files:
        image = cv2.imread(str(file))
        if image is None:
            continue
        small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
        bits = small[:, 1:] > small[:, :-1]
        if any((bits != other).sum() < 6 for other in seen):
            continue
        seen.append(bits)
        factor = min(1.0, widest / image.shape[1])
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        samples.append(Sample(group, np.ascontiguousarray(image[:, :, ::-1]), np.zeros((0, 4), np.float32), np.zeros(0, int)))
    return samples


def landscapes(folder: Path, *, held_out: bool) -> list[Sample]:
    """Landscapes from elsewhere; every third is kept, with the held-out towers, for choosing."""
    samples = without_fire(sorted(folder.glob("*.*")), "landscape")
    return [sample for index, sample in enumerate(samples) if (index % 3 == 0) == held_out]


def scenes(shared: Path) -> list[Sample]:
    """Streets and people from the other training sets, every fourth: what is no landscape is no smoke either."""
    files = [file for part in ("heads", "riders") for file in sorted((shared / "data" / part / "images/train").glob("*.jpg"))]
    return without_fire(files[::4], "scene", 800)


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
            if len(panes) == 1 and not len(b):
                canvas = fogged(canvas, random) if random.random() < 0.2 else canvas
            boxes.append(b)
            classes.append(c)
        if len(panes) == 1 and random.random() < 0.25:
            canvas = clouded(canvas, random)
        return weather(canvas, random), np.concatenate(boxes).astype(np.float32), np.concatenate(classes)


def drift(shape: tuple[int, int], cells: tuple[int, int], random: np.random.Generator) -> np.ndarray:
    """Fractal noise 0-1 of that height and width; `cells` over height and width make it round or long."""
    total, weight = np.zeros(shape, np.float32), 0.0
    for octave in range(4):
        size = (max(2, cells[1] << octave), max(2, cells[0] << octave))
        total += cv2.resize(random.random(size[::-1]).astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
        weight += 1 / 2**octave
    return (total / weight).clip(0, 1)


def clouded(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Drawn clouds in the upper part: heaps with soft edges, that rise from no point on the ground."""
    height, width = image.shape[:2]
    noise = drift((height, width), (int(random.integers(2, 6)), int(random.integers(2, 7))), random)
    cover = ((noise - random.uniform(0.45, 0.6)) * random.uniform(4, 12)).clip(0, random.uniform(0.4, 0.95))
    low = random.uniform(0.15, 0.4) * height
    cover *= (1 - (np.arange(height) - low) / (0.12 * height)).clip(0, 1)[:, None]
    shade = random.uniform(190, 250) * (0.75 + 0.25 * drift((height, width), (3, 3), random))[..., None]
    cover = cover[..., None]
    return (image * (1 - cover) + shade * cover).clip(0, 255).astype(np.uint8)


def fogged(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A drawn bank of valley fog: long, flat, from edge to edge."""
    height, width = image.shape[:2]
    middle, depth = random.uniform(0.35, 0.85) * height, random.uniform(0.04, 0.12) * height
    noise = drift((height, width), (8, 2), random)
    band = np.exp(-(((np.arange(height) - middle) / depth) ** 2))[:, None]
    cover = (band * (noise * 1.8 - 0.2)).clip(0, 1)[..., None] * random.uniform(0.3, 0.8)
    return (image * (1 - cover) + random.uniform(185, 235) * cover).astype(np.uint8)


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
