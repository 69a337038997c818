"""What the reader can say: class 0 is CTC's blank, then the symbols of Vietnamese plates and all other Latin letters."""

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SYMBOLS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"
CLASSES = len(SYMBOLS) + 1


def encode(text: str) -> list[int]:
    return [SYMBOLS.index(symbol) + 1 for symbol in text]


def collapse(classes) -> str:
    """Best path of CTC: repeats are one, blanks are dropped."""
    text, before = [], 0
    for value in classes:
        if value and value != before:
            text.append(SYMBOLS[value - 1])
        before = value
    return "".join(text)


# Texts followed at a time, symbols tried at each step, and below which log-probability none is tried.
BEAM, SYMBOLS_TRIED, LEAST_LOG = 8, 6, -7.0


def log_add(a: float, b: float) -> float:
    high, low = max(a, b), min(a, b)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))


def likeliest(log_probabilities) -> str:
    """The most probable text, summed over its alignments, where `collapse` takes the text of the most probable alignment.

    Prefix beam search: Hannun et al. 2014, "First-pass large vocabulary continuous speech recognition". [steps, classes].
    """
    # Per text: log-probability of the alignments that end in a blank, and of those that end in its last symbol.
    texts: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
    for row in log_probabilities:
        tried = [(int(kind), float(row[kind])) for kind in row.argsort()[::-1][:SYMBOLS_TRIED] if row[kind] > LEAST_LOG]
        longer: defaultdict[tuple[int, ...], list[float]] = defaultdict(lambda: [-math.inf, -math.inf])

        def add(text: tuple[int, ...], ending: int, value: float, into=longer) -> None:
            into[text][ending] = log_add(into[text][ending], value)

        for text, (blank, symbol) in texts.items():
            both = log_add(blank, symbol)
            for kind, value in tried:
                if kind == 0:
                    add(text, 0, both + value)
                elif text and text[-1] == kind:
                    add(text, 1, symbol + value)
                    add((*text, kind), 1, blank + value)
                else:
                    add((*text, kind), 1, both + value)
        best = sorted(longer.items(), key=lambda item: -log_add(*item[1]))[:BEAM]
        texts = {text: (blank, symbol) for text, (blank, symbol) in best}
    return "".join(SYMBOLS[kind - 1] for kind in next(iter(texts)))


@dataclass(frozen=True)
class Crop:
    file: Path
    text: str
    lines: int


def load_crops(folder: Path, split: str) -> list[Crop]:
    with open(folder / "index.csv", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == split]
    return [Crop(folder / row["image"], row["text"], int(row["lines"])) for row in rows]
