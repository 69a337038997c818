"""Texts of plates as they are printed, and plates drawn from them."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .glyphs import GLYPHS, WIDTHS

FIRST = "ABCDEFGHKLMNPSTUVXYZ"
SECOND = "ABCDEFHKLMNPRSTUVXYZ"
ARMY = "ABCDHKPQTV"
SPECIAL = ["CD", "RM", "MK", "HC", "KT", "LD", "DA", "TĐ", "LB", "CT", "KL", "LA", "R"]
FOREIGN = ["NG", "QT", "CV", "NN"]

WHITE, YELLOW, BLUE, RED, BLACK = (235, 235, 235), (235, 190, 40), (35, 75, 165), (190, 30, 35), (25, 25, 28)
PX_PER_MM = 1.5


@dataclass(frozen=True)
class Print:
    """Lines as printed, separators included; ground and letters as RGB; size in mm."""

    lines: tuple[str, ...]
    ground: tuple[int, int, int]
    letters: tuple[int, int, int]
    size: tuple[int, int]


@dataclass(frozen=True)
class Drawn:
    """RGB picture and, for each symbol that is read, (line, symbol, left, right, middle y) in its pixels."""

    image: np.ndarray
    symbols: list[tuple[int, str, float, float, float]]


def random_print(random: np.random.Generator) -> Print:
    pick = lambda among: among[random.integers(len(among))]  # noqa: E731
    digits = lambda count: "".join(pick("0123456789") for _ in range(count))  # noqa: E731
    dash = lambda: "-" if random.random() < 0.75 else " " if random.random() < 0.3 else ""  # noqa: E731
    number = lambda: digits(3) + ("." if random.random() < 0.85 else "") + digits(2)  # noqa: E731
    number5or4 = lambda: number() if random.random() < 0.65 else digits(4)  # noqa: E731
    province = digits(2)
    ground, letters = WHITE, BLACK
    kind = random.random()
    bike, short, long = (190, 140), (330, 165), (520, 110)
    colour = random.random()
    if colour < 0.14:
        ground = YELLOW
    elif colour < 0.28:
        ground, letters = BLUE, WHITE
    if kind < 0.34:
        series = pick(FIRST) + (pick("123456789") if random.random() < 0.75 else pick(SECOND))
        return Print((province + dash() + series, number5or4()), ground, letters, bike)
    if kind < 0.42:
        return Print((province + dash() + "MĐ" + pick(["", pick("123456789")]), number()), ground, letters, bike)
    if kind < 0.47:
        return Print((province + dash() + pick(FIRST) + pick(SECOND), number()), ground, letters, bike)
    two_lines = random.random() < 0.35
    if kind < 0.54:
        ground, letters = RED, WHITE
        area, unit = pick(ARMY) + pick("ABCDEGHKLMNPQRSTUVX"), digits(2) + dash() + digits(2)
        return Print((area, unit), ground, letters, pick([bike, short])) if two_lines else Print((area + "-" + unit,), ground, letters, long)
    if kind < 0.62:
        ground, letters = WHITE, RED
        country, series, own = digits(3), pick(FOREIGN), digits(2)
        if two_lines:
            lines = pick([(f"{province}-{series}", f"{country}-{own}"), (f"{province}-{country}", f"{series}-{own}")])
            return Print(lines, ground, letters, pick([bike, short]))
        return Print((pick([f"{province}-{country}-{series}-{own}", f"{province}-{series}-{country}-{own}"]),), ground, letters, long)
    series = pick(SPECIAL) if random.random() < 0.35 else pick(FIRST)
    if random.random() < 0.05:
        series = "TĐ"
    if two_lines:
        return Print((province + (dash() if random.random() < 0.4 else "") + series, number5or4()), ground, letters, short)
    gap = dash()
    return Print((province + series + (gap or "-") + number5or4(),), ground, letters, pick([long, long, (470, 110)]))


def repeated(plate: Print, random: np.random.Generator) -> Print:
    """The same plate with a run of one digit, as on the numbers that owners pay for: 444.44, 868.88."""
    chosen = "0123456789"[random.integers(10)]
    chance = random.choice([0.5, 0.8, 1.0])
    last = "".join(chosen if symbol.isdigit() and random.random() < chance else symbol for symbol in plate.lines[-1])
    return replace(plate, lines=(*plate.lines[:-1], last))


def draw(plate: Print, random: np.random.Generator) -> Drawn:
    width, height = (int(side * PX_PER_MM) for side in plate.size)
    shade = random.uniform(0.8, 1.08)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(np.array(plate.ground) * shade + random.normal(0, 8, 3), 0, 255)
    letters = tuple(int(v) for v in np.clip(np.array(plate.letters) + random.normal(0, 12, 3), 0, 255))
    if random.random() < 0.8:
        inset, line = int(random.uniform(2, 7)), int(random.integers(2, 6))
        cv2.rectangle(image, (inset, inset), (width - inset, height - inset), letters, line, cv2.LINE_AA)
    symbols: list[tuple[int, str, float, float, float]] = []
    rows = len(plate.lines)
    letter_height = height * random.uniform(0.35, 0.41) if rows == 2 else height * random.uniform(0.6, 0.76)
    stroke = max(3, int(letter_height * random.uniform(0.1, 0.17)))
    letter_height -= stroke
    aspect = random.uniform(0.42, 0.54)
    ragged = random.random() < 0.15
    for row, text in enumerate(plate.lines):
        middle = height * ((0.27 if row == 0 else 0.72) + random.normal(0, 0.008) if rows == 2 else 0.5)
        gap = random.uniform(0.3, 0.55) + stroke / letter_height
        units = sum(WIDTHS.get(symbol, 1.0) + gap for symbol in text) - gap
        unit = min(letter_height * aspect, width * random.uniform(0.8, 0.88) / units)
        x = (width - units * unit) / 2 + random.normal(0, 0.01) * width
        for symbol in text:
            wide = WIDTHS.get(symbol, 1.0) * unit
            if symbol != " ":
                top = middle - letter_height / 2 + (random.normal(0, 1.5) if ragged else 0)
                for points in GLYPHS[symbol]:
                    line = np.array(points) * (wide, letter_height / 2) + (x, top)
                    thickness = stroke + 2 if symbol == "." else stroke
                    cv2.polylines(image, [np.round(line * 8).astype(np.int32)], False, letters, thickness, cv2.LINE_AA, 3)
                if symbol not in "-.":
                    symbols.append((row, symbol, x, x + wide, middle))
            x += wide + gap * unit
    return Drawn(image, symbols)
