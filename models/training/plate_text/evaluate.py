"""Exact match of the reader without grammar, on a split of the crops and on drawn hard plates: of the best path, as the
product reads without grammar, and (`--likeliest`) of the most probable text.

    python -m models.training.plate_text.evaluate --shared ../shared --split test --model models/weights/plate-text.onnx
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .alphabet import SYMBOLS, Crop, collapse, likeliest, load_crops
from .dataset import drawn_sample, fitted, read_rgb

Reader = Callable[[np.ndarray], np.ndarray]


def best_path(log_probabilities: np.ndarray) -> str:
    return collapse(log_probabilities.argmax(-1))


def read_all(read: Reader, crops: Sequence[Crop | np.ndarray], spell: Callable[[np.ndarray], str] = best_path) -> list[str]:
    texts: list[str] = []
    for first in range(0, len(crops), 32):
        part = [fitted(read_rgb(crop.file)) if isinstance(crop, Crop) else crop for crop in crops[first : first + 32]]
        texts += [spell(row) for row in read(np.stack(part))]
    return texts


def score(texts: list[str], crops: Sequence[Crop]) -> str:
    parts = []
    for lines in (1, 2):
        pairs = [(text, crop.text) for text, crop in zip(texts, crops, strict=True) if crop.lines == lines]
        parts.append(f"{lines}-line {sum(a == b for a, b in pairs)}/{len(pairs)}")
    return " ".join(parts)


def hard_plates(count: int, least: float = 9, seed: int = 7) -> tuple[list[str], list[np.ndarray]]:
    """Drawn plates of every kind, letters of `least` px and up, through the same bad camera as in training, from another
    random sequence. A part of them is beyond reading: blurred to nothing, or under mud."""
    random = np.random.default_rng(seed)
    samples = [drawn_sample(random, least=least) for _ in range(count)]
    return ["".join(SYMBOLS[symbol - 1] for symbol in sample.text) for sample in samples], [s.image for s in samples]


def main() -> None:
    import onnxruntime

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--split", default="test")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--likeliest", action="store_true", help="the most probable text instead of the best path's")
    parser.add_argument("--wrong", action="store_true", help="list what was read wrong")
    args = parser.parse_args()
    spell = likeliest if args.likeliest else best_path
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(args.model), options, providers=["CPUExecutionProvider"])
    read = lambda pictures: session.run(None, {"frames": pictures})[0]  # noqa: E731
    crops = load_crops(args.shared / "data/plate-text", args.split)
    texts = read_all(read, crops, spell)
    print(args.split, score(texts, crops))
    if args.wrong:
        for text, crop in zip(texts, crops, strict=True):
            if text != crop.text:
                print(f"  {crop.file.name}: {crop.text} read {text}")
    for least in (9, 14):
        expected, pictures = hard_plates(500, least)
        found = read_all(read, pictures, spell)
        print(f"drawn and hard, letters from {least} px: {sum(a == b for a, b in zip(found, expected, strict=True))}/500")


if __name__ == "__main__":
    main()
