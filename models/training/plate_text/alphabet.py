"""What the reader can say: class 0 is CTC's blank, then the symbols of Vietnamese plates and all other Latin letters."""

import csv
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


@dataclass(frozen=True)
class Crop:
    file: Path
    text: str
    lines: int


def load_crops(folder: Path, split: str) -> list[Crop]:
    with open(folder / "index.csv", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] == split]
    return [Crop(folder / row["image"], row["text"], int(row["lines"])) for row in rows]
