"""Samples for training: real crops and drawn plates, both seen through a bad camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from .alphabet import Crop, encode
from .network import HEIGHT, STEPS, WIDTH
from .plates import BLACK, BLUE, RED, WHITE, YELLOW, Print, draw, random_print
from .wear import dirty, recorded, repainted, viewed

UNKNOWN = -100
# Share of the real crops that is drawn from plates of two lines.
TWO_LINES = 0.75
PAINTS = [(YELLOW, BLACK), (BLUE, WHITE), (WHITE, RED), (RED, WHITE)]


@dataclass(frozen=True)
class Sample:
    """uint8 RGB HEIGHT x WIDTH, the text, and per line and time step the class there (drawn plates) or UNKNOWN."""

    image: np.ndarray
    text: list[int]
    steps: np.ndarray


def fitted(image: np.ndarray, random: np.random.Generator | None = None) -> np.ndarray:
    """Stretched to the input; when training, by any of the filters that a caller may use."""
    smaller = image.shape[1] > WIDTH or image.shape[0] > HEIGHT
    filters = [cv2.INTER_AREA if smaller else cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_CUBIC]
    return cv2.resize(image, (WIDTH, HEIGHT), interpolation=filters[random.integers(3) if random else 0])


def read_rgb(file) -> np.ndarray:
    return cv2.cvtColor(cv2.imread(str(file), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def letter_px(random: np.random.Generator, least: float = 9) -> float:
    """Height of a letter in the crop: up to 45 px, small ones as often as large ones."""
    return float(np.exp(random.uniform(np.log(least), np.log(45))))


def tilt(random: np.random.Generator, usual: float) -> float:
    """Spread of the turn, degrees: cameras hang straight, hand-held pictures and leaning motorbikes do not."""
    return usual if random.random() < 0.65 else 13.0


def spelt(symbols: list[tuple[str, float, float]]) -> np.ndarray:
    """Symbols of a line with their left and right ends, in steps -> the class at each step.

    A blank stays between two of the same symbol: without it CTC reads 33 as 3.
    """
    steps = np.zeros(STEPS, np.int64)
    before, end = "", -1
    for symbol, left, right in symbols:
        centre, half = (left + right) / 2, (right - left) * 0.3
        first, last = int(np.ceil(centre - half - 0.5)), int(np.floor(centre + half + 0.5))
        if last <= first:
            first = int(np.floor(centre))
            last = first + 1
        if symbol == before and first <= end:
            first = end + 1
            last = max(last, first + 1)
        steps[max(0, first) : max(0, last)] = encode(symbol)[0]
        before, end = symbol, last
    return steps


def drawn_sample(random: np.random.Generator, plate: Print | None = None, hard: float = 1.0, *, turned: float = 5.0, least: float = 9) -> Sample:
    plate = plate or random_print(random)
    picture = draw(plate, random)
    rows = len(plate.lines)
    height = int(letter_px(random, least) / (0.39 if rows == 2 else 0.68))
    crop, matrix = viewed(dirty(picture.image, random), random, height, tilt=turned, margin=0.12)
    crop = recorded(crop, random, hard)
    lines: list[list[tuple[str, float, float]]] = [[], []]
    for line, symbol, left, right, middle in picture.symbols:
        ends = cv2.perspectiveTransform(np.float32([[(left, middle), (right, middle)]]), matrix)[0, :, 0]
        lines[line].append((symbol, *map(float, ends * STEPS / crop.shape[1])))
    steps = np.stack([spelt(symbols) for symbols in lines])
    text = encode("".join(plate.lines).replace("-", "").replace(".", "").replace(" ", ""))
    return Sample(fitted(crop, random), text, steps)


class Crops:
    """Real crops in memory, drawn with one- and two-line plates and rare letters evened out."""

    def __init__(self, crops: list[Crop]):
        self.images = [read_rgb(crop.file) for crop in crops]
        self.texts = [encode(crop.text) for crop in crops]
        letters = [next((s for s in crop.text if s.isalpha()), "") + str(crop.lines) for crop in crops]
        weights = np.array([1 / np.sqrt(letters.count(own)) for own in letters])
        two = np.array([crop.lines == 2 for crop in crops])
        self.chances = np.where(two, TWO_LINES * weights / weights[two].sum(), (1 - TWO_LINES) * weights / weights[~two].sum())

    def draw(self, random: np.random.Generator) -> Sample:
        index = random.choice(len(self.images), p=self.chances)
        image = self.images[index]
        if random.random() < 0.25:
            image = repainted(image, random, *PAINTS[random.integers(len(PAINTS))])
        if random.random() < 0.3:
            image = dirty(image, random)
        rows = 1 if image.shape[1] > image.shape[0] * 2.5 else 2
        height = int(min(image.shape[0] * 1.1, letter_px(random) / (0.39 if rows == 2 else 0.68)))
        if random.random() < 0.25:
            height = image.shape[0]
        crop, _ = viewed(image, random, max(10, height), tilt=tilt(random, 3.0), margin=0.06)
        crop = recorded(crop, random, 0.6)
        return Sample(fitted(crop, random), self.texts[index], np.full((2, STEPS), UNKNOWN))


def nothing(random: np.random.Generator) -> Sample:
    """Clutter without a plate, so that the reader learns to say nothing."""
    image = cv2.resize(random.integers(0, 256, (int(random.integers(2, 9)), int(random.integers(2, 14)), 3)).astype(np.uint8), (WIDTH, HEIGHT), interpolation=int(random.choice([cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST])))
    return Sample(recorded(image, random, 1.0), [], np.zeros((2, STEPS), np.int64))
