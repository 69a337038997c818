"""Crops of a motorbike with its riders, made around labelled heads and spoilt as street cameras spoil them.

The pictures are mostly sharp and near, the cameras far: so a crop is first shrunk to the few pixels that a camera would
have of it, then lit, blurred and compressed at that size, and only then enlarged to the network's input, as the product
does it.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from .sources import IGNORED, NO_HELMET, UNSURE, Sample

WIDTH, HEIGHT = 160, 192
PADDING = 114
# Heads lower than this in the camera's own pixels cannot be judged, whatever the label says.
LEAST_PX = 8.0
# What is less visible than this after a crop is ignored.
VISIBLE = 0.5

GROUP_WEIGHTS = {"heads": 0.48, "riders": 0.32, "avenue": 0.06, "bridge": 0.14}
NEGATIVE = 0.06
BARE = 0.5

Drawn = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]


class CropData:
    def __init__(self, samples: list[Sample]) -> None:
        self.samples = samples
        self.heads: dict[str, dict[bool, list[tuple[int, int]]]] = {}
        for number, sample in enumerate(samples):
            for head, kind in enumerate(sample.classes):
                lists = self.heads.setdefault(sample.group, {True: [], False: []})
                if kind != IGNORED:
                    lists[bool(kind == NO_HELMET)].append((number, head))
        self.groups = [group for group, lists in self.heads.items() if lists[True] or lists[False]]
        weights = np.array([GROUP_WEIGHTS[group] for group in self.groups])
        self.weights = weights / weights.sum()
        self.empty = [sample for sample in samples if len(sample.boxes) == 0]

    def draw(self, random: np.random.Generator) -> Drawn:
        """-> uint8 RGB [HEIGHT,WIDTH,3], boxes [n,4] in its pixels, classes [n]"""
        if self.empty and random.random() < NEGATIVE:
            sample = self.empty[random.integers(len(self.empty))]
            height, width = sample.image.shape[:2]
            side = random.uniform(0.3, 1.0)
            x, y = random.uniform(0, width * (1 - side)), random.uniform(0, height * (1 - side))
            region = np.array([x, y, x + width * side, y + height * side])
            return crop(sample, region, float(np.exp(random.uniform(np.log(0.2), 0))), random)
        lists = self.heads[self.groups[random.choice(len(self.groups), p=self.weights)]]
        wanted = lists[random.random() < BARE] or lists[False] or lists[True]
        number, head = wanted[random.integers(len(wanted))]
        sample = self.samples[number]
        return crop(sample, around(sample.boxes[head], random), shrink_for(sample.boxes[head], random), random)


def around(head: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float64]:
    """Where a motorbike's box with its riders may lie when this is one of the heads."""
    tall = max(head[3] - head[1], 4.0)
    middle = (head[0] + head[2]) / 2
    left, right = random.uniform(0.9, 3.4, 2)
    return np.array(
        [middle - left * tall, head[1] - random.uniform(-0.1, 1.4) * tall, middle + right * tall,
         head[3] + random.uniform(1.5, 6.5) * tall]
    )


def shrink_for(head: NDArray[np.float32], random: np.random.Generator) -> float:
    """Factor that leaves the head 7 to 60 px, more often few than many."""
    wanted = float(np.exp(random.uniform(np.log(7), np.log(60))))
    return min(1.0, wanted / max(float(head[3] - head[1]), 1.0))


def crop(sample: Sample, region: NDArray[np.float64], shrink: float, random: np.random.Generator | None) -> Drawn:
    """@param random None: nothing is changed but the size, as in the product"""
    height, width = sample.image.shape[:2]
    x1, y1 = max(0, int(region[0])), max(0, int(region[1]))
    x2, y2 = min(width, int(np.ceil(region[2]))), min(height, int(np.ceil(region[3])))
    x2, y2 = max(x2, x1 + 8), max(y2, y1 + 8)
    part = sample.image[y1:y2, x1:x2]
    boxes = sample.boxes - np.array([x1, y1, x1, y1], np.float32)
    if random is not None:
        factor = (shrink * random.uniform(0.92, 1.09), shrink)
        small = (max(6, round(part.shape[1] * factor[0])), max(6, round(part.shape[0] * factor[1])))
        boxes = boxes * np.tile([small[0] / part.shape[1], small[1] / part.shape[0]], 2)
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
        if random.random() < 0.5:
            part = np.ascontiguousarray(part[:, ::-1])
            boxes = np.stack((part.shape[1] - boxes[:, 2], boxes[:, 1], part.shape[1] - boxes[:, 0], boxes[:, 3]), 1)
        part, blur = spoil(part, random)
    else:
        blur = 0.0
    own = boxes[:, 3] - boxes[:, 1]
    scale = min(WIDTH / part.shape[1], HEIGHT / part.shape[0])
    size = (min(WIDTH, max(1, round(part.shape[1] * scale))), min(HEIGHT, max(1, round(part.shape[0] * scale))))
    shown = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    canvas = np.full((HEIGHT, WIDTH, 3), PADDING, np.uint8)
    canvas[: size[1], : size[0]] = shown
    moved = (boxes * np.tile([size[0] / part.shape[1], size[1] / part.shape[0]], 2)).astype(np.float32)
    clipped = np.stack([moved[:, i].clip(0, size[i % 2]) for i in range(4)], 1) if len(moved) else moved.reshape(0, 4)
    area = np.maximum((moved[:, 2:] - moved[:, :2]).prod(1), 1e-6)
    seen = (clipped[:, 2:] - clipped[:, :2]).prod(1) / area
    classes = sample.classes.copy()
    classes[(own < LEAST_PX + 1.5 * blur) & (classes != IGNORED)] = UNSURE
    classes[seen < VISIBLE] = IGNORED
    keep = seen > 0.1
    return canvas, clipped[keep].astype(np.float32), classes[keep]


def spoil(image: NDArray[np.uint8], random: np.random.Generator) -> tuple[NDArray[np.uint8], float]:
    """Light, lens, motion, noise and encoder at the camera's own resolution. -> picture, blur in px"""
    blur = 0.0
    if random.random() < 0.8:
        hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(np.float32)
        hsv[..., 0] = (hsv[..., 0] + random.uniform(-7, 7)) % 180
        hsv[..., 1] *= random.uniform(0.2, 1.5)
        hsv[..., 2] = hsv[..., 2] * random.uniform(0.5, 1.4) + random.uniform(-15, 25)
        image = cv2.cvtColor(hsv.clip(0, [179, 255, 255]).astype(np.uint8), cv2.COLOR_HSV2RGB)
    if random.random() < 0.15:  # dusk: darker, flatter, a lamp's tint
        table = (np.linspace(0, 1, 256) ** random.uniform(1.2, 2.2) * random.uniform(120, 255)).astype(np.uint8)
        tint = np.array([random.uniform(0.8, 1.1), random.uniform(0.8, 1.0), random.uniform(0.7, 1.1)])
        image = (table[image] * tint).clip(0, 255).astype(np.uint8)
    if random.random() < 0.1:  # haze, rain on the dome
        veil = random.uniform(0.1, 0.4)
        image = (image * (1 - veil) + 200 * veil).astype(np.uint8)
    if random.random() < 0.3:
        sigma = random.uniform(0.4, 1.2)
        image, blur = cv2.GaussianBlur(image, (0, 0), sigma), sigma
    elif random.random() < 0.15:
        length = int(random.choice([3, 5]))
        kernel = np.zeros((length, length), np.float32)
        kernel[length // 2] = 1
        turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), random.uniform(0, 180), 1)
        kernel = cv2.warpAffine(kernel, turn, (length, length))
        image, blur = cv2.filter2D(image, -1, kernel / max(float(kernel.sum()), 1e-6)), length / 4
    elif random.random() < 0.15:  # a camera that sharpens
        image = cv2.addWeighted(image, 1.6, cv2.GaussianBlur(image, (0, 0), 1.2), -0.6, 0)
    if random.random() < 0.3:
        noise = random.normal(0, random.uniform(2, 9), image.shape).astype(np.float32)
        image = (image + noise).clip(0, 255).astype(np.uint8)
    if random.random() < 0.55:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 85))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_COLOR)
    return np.ascontiguousarray(image), blur
