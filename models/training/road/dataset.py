"""Training samples: crops and mosaics of labelled pictures, changed as cameras change them."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

# Kept in memory at most this wide: the widest training size crops at twice that detail.
CACHE_WIDTH = 1600
# What is less visible than this after a crop is ignored rather than learnt or denied.
VISIBLE = 0.45
# Things lower than this in the training picture cannot be told from noise.
MIN_HEIGHT_PX = 6

# How often a group is drawn. Streets seen by cameras come first; photos keep the near and large in memory.
GROUP_WEIGHTS = {"riders": 0.10, "photos": 0.10, "vnv": 0.10, "hanoi": 0.17, "sumedang": 0.17}
OTHER_WEIGHT = 0.05
BY_HAND_WEIGHT = 0.08


@dataclass
class Sample:
    group: str
    image: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray


class RoadData:
    """@param without groups left out, by the start of their name: what a model is selected on must not be learnt."""

    def __init__(self, folder: Path, without: tuple[str, ...] = ()) -> None:
        self.folder, self.without = folder, without
        self.samples: list[Sample] = []
        self.seen: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Takes in what has been labelled since."""
        for path in sorted((self.folder / "labels").glob("*.txt")):
            group = path.stem.split("__")[0]
            if path.stem in self.seen or group.startswith(self.without or "\0"):
                continue
            image = cv2.imread(str(self.folder / "images" / f"{path.stem}.jpg"))
            if image is None:
                continue
            rows = np.array(path.read_text().split(), np.float32).reshape(-1, 5)
            factor = min(1.0, CACHE_WIDTH / image.shape[1])
            if factor < 1:
                image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
            self.samples.append(Sample(group, image[:, :, ::-1], rows[:, 1:] * factor, rows[:, 0].astype(int)))
            self.seen.add(path.stem)
        kinds = [s.group.split("-")[0] if s.group.startswith("sumedang") else s.group for s in self.samples]
        total = {kind: kinds.count(kind) for kind in set(kinds)}
        weights = [
            GROUP_WEIGHTS.get(kind, BY_HAND_WEIGHT if kind.endswith("by-hand") else OTHER_WEIGHT) / total[kind]
            for kind in kinds
        ]
        self.weights = np.array(weights) / sum(weights)

    def draw(self, random: np.random.Generator, width: int, height: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """-> uint8 RGB [height,width,3], boxes [n,4] in pixels, classes [n] with -1 for regions to ignore."""
        canvas = np.full((height, width, 3), 114, np.uint8)
        if random.random() < 0.5:
            panes = [(0, 0, width, height)]
        else:
            x, y = int(width * random.uniform(0.3, 0.7)), int(height * random.uniform(0.3, 0.7))
            panes = [(0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)]
        boxes, classes = [], []
        for pane in panes:
            sample = self.samples[random.choice(len(self.samples), p=self.weights)]
            b, c = place(sample, canvas, pane, random)
            boxes.append(b)
            classes.append(c)
        return camera(canvas, random), np.concatenate(boxes).astype(np.float32), np.concatenate(classes)


def place(sample: Sample, canvas: np.ndarray, pane: tuple[int, int, int, int], random: np.random.Generator):
    """Puts a crop of the sample into the pane; returns its boxes there."""
    x1, y1, x2, y2 = pane
    w, h = x2 - x1, y2 - y1
    height, width = sample.image.shape[:2]
    whole = w == canvas.shape[1]
    fit = min(canvas.shape[1] / width, canvas.shape[0] / height)
    scale = fit * float(np.exp(random.uniform(np.log(0.75 if whole else 0.5), np.log(2.0 if whole else 1.4))))
    # Enlarging beyond the camera's own pixels teaches nothing that exists.
    scale = min(scale, 1.6)
    scaled_w, scaled_h = max(8, round(width * scale)), max(8, round(height * scale))
    left = int(random.integers(0, max(1, scaled_w - w + 1))) if scaled_w > w else -int(random.integers(0, w - scaled_w + 1))
    top = int(random.integers(0, max(1, scaled_h - h + 1))) if scaled_h > h else -int(random.integers(0, h - scaled_h + 1))
    flip = random.random() < 0.5
    factor = np.array([scaled_w / width, scaled_h / height])
    matrix = np.array([[factor[0], 0, -left], [0, factor[1], -top]])
    if flip:
        matrix = np.array([[-factor[0], 0, scaled_w - left], [0, factor[1], -top]])
    # Area resampling of just the part that shows; a direct warp would alias when it shrinks.
    seen_x1, seen_y1 = max(0, left), max(0, top)
    seen_x2, seen_y2 = min(scaled_w, left + w), min(scaled_h, top + h)
    source = [seen_x1 / factor[0], seen_x2 / factor[0]]
    if flip:
        source = [width - source[1], width - source[0]]
    a, b = int(source[0]), max(int(source[0]) + 1, min(width, int(np.ceil(source[1]))))
    c, d = int(seen_y1 / factor[1]), max(int(seen_y1 / factor[1]) + 1, min(height, int(np.ceil(seen_y2 / factor[1]))))
    part = sample.image[c:d, a:b]
    shown = cv2.resize(part, (seen_x2 - seen_x1, seen_y2 - seen_y1), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    px, py = x1 + max(0, -left), y1 + max(0, -top)
    canvas[py : py + shown.shape[0], px : px + shown.shape[1]] = shown[:, ::-1] if flip else shown
    boxes = sample.boxes.copy()
    if not len(boxes):
        return boxes, sample.classes
    xs = boxes[:, [0, 2]] * matrix[0, 0] + matrix[0, 2]
    ys = boxes[:, [1, 3]] * matrix[1, 1] + matrix[1, 2]
    moved = np.stack((xs.min(1), ys.min(1), xs.max(1), ys.max(1)), 1)
    shown_boxes = np.stack(
        (moved[:, 0].clip(0, w), moved[:, 1].clip(0, h), moved[:, 2].clip(0, w), moved[:, 3].clip(0, h)), 1
    )
    size = shown_boxes[:, 2:] - shown_boxes[:, :2]
    share = size.prod(1) / np.maximum((moved[:, 2:] - moved[:, :2]).prod(1), 1e-6)
    classes = sample.classes.copy()
    classes[(share < VISIBLE) | (size[:, 1] < MIN_HEIGHT_PX)] = -1
    keep = (size[:, 0] > 2) & (size[:, 1] > 2)
    return shown_boxes[keep] + np.array([x1, y1, x1, y1]), classes[keep]


def camera(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Light, weather, lens and encoder: what a street camera does to a picture."""
    if random.random() < 0.7:
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(np.float32)
        hsv[..., 0] = (hsv[..., 0] + random.uniform(-6, 6)) % 180
        hsv[..., 1] *= random.uniform(0.3, 1.4)
        hsv[..., 2] *= random.uniform(0.65, 1.35)
        image = cv2.cvtColor(hsv.clip(0, [179, 255, 255]).astype(np.uint8), cv2.COLOR_HSV2RGB)
    if random.random() < 0.18:  # dusk and night: darker, flatter, a lamp's tint, noise
        table = (np.linspace(0, 1, 256) ** random.uniform(1.3, 2.6) * random.uniform(140, 255)).astype(np.uint8)
        tint = np.array([random.uniform(0.8, 1.1), random.uniform(0.8, 1.0), random.uniform(0.7, 1.1)])
        image = (table[image] * tint).clip(0, 255).astype(np.uint8)
    if random.random() < 0.1:  # haze or rain on the dome
        veil = random.uniform(0.1, 0.4)
        image = (image * (1 - veil) + 200 * veil).astype(np.uint8)
    if random.random() < 0.2:
        size = int(random.choice([3, 3, 5]))
        if random.random() < 0.5:
            image = cv2.GaussianBlur(image, (size, size), 0)
        else:
            kernel = np.zeros((size, size), np.float32)
            kernel[size // 2] = 1 / size
            turn = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), random.uniform(0, 180), 1)
            kernel = cv2.warpAffine(kernel, turn, (size, size))
            image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6))
    if random.random() < 0.12:
        small = cv2.resize(image, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.2:
        noise = random.normal(0, random.uniform(2, 10), image.shape).astype(np.float32)
        image = (image + noise).clip(0, 255).astype(np.uint8)
    if random.random() < 0.35:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 80))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image)
