"""Reliability of the shipped models on their test splits: how often what has a score is right, and the expected error.

    python -m models.training.calibration --shared ../shared [--models road,rider,plate,smoke,plate-text] [--landscapes DIR]

For each class: expected calibration error over ten bins (Guo et al. 2017), the curve as `said:right(count)`, and, where
there are labels that neither training nor the test split has, what a slope and an offset fitted there (Platt 1999) would
make of the test's error. Boxes count from a score of 0.1, right at IoU 0.5 (smoke: 0.33, it has no edge).
"""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .plate.data import load as load_plates
from .plate_text.alphabet import SYMBOLS, load_crops
from .plate_text.dataset import fitted, read_rgb
from .rider.evaluate import frame_heads, region_around, rows_of_file
from .rider.evaluate import match as match_heads
from .rider.sources import load_heads
from .road.boxes import ious, letterbox
from .road.detectors import Found, open_session, road, yolox_rows
from .road.evaluate import Frame, load_frames, match
from .road.network import CLASSES as ROAD_CLASSES
from .smoke.dataset import CLASSES as SMOKE_CLASSES
from .smoke.dataset import HEIGHT, WIDTH, landscapes
from .smoke.dataset import load as load_smoke
from .smoke.evaluate import FAIR_IOU, detections

LEAST = 0.1
# Fewer boxes than this say nothing about a class.
ENOUGH = 40
WEIGHTS = Path("models/weights")


@dataclass(frozen=True)
class Answers:
    """What was said (0-1) and whether it was right."""

    said: NDArray[np.float64]
    right: NDArray[np.bool_]

    @staticmethod
    def of(pairs: Iterable[tuple[float, bool]], least: float = LEAST) -> "Answers":
        kept = [pair for pair in pairs if pair[0] >= least]
        return Answers(np.array([said for said, _ in kept], np.float64), np.array([hit for _, hit in kept], bool))


def logit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(values, 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))


def bins_of(answers: Answers) -> list[tuple[float, float, int]]:
    """-> per filled tenth: mean of what was said, share that was right, count."""
    at = np.minimum((answers.said * 10).astype(int), 9)
    return [(float(answers.said[at == b].mean()), float(answers.right[at == b].mean()), int((at == b).sum())) for b in np.unique(at)]


def expected_error(answers: Answers) -> float:
    return sum(abs(said - right) * count for said, right, count in bins_of(answers)) / max(1, len(answers.said))


def fit(answers: Answers) -> tuple[float, float]:
    """-> slope and offset on the log-odds that make the answers likeliest; Newton's method, slightly held to 1 and 0."""
    x, y = logit(answers.said), answers.right.astype(float)
    parameters, prior = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    inputs = np.stack((x, np.ones_like(x)), 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-inputs @ parameters))
        gradient = inputs.T @ (p - y) + (parameters - prior)
        hessian = (inputs * (p * (1 - p))[:, None]).T @ inputs + np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        parameters = parameters - step
        if np.abs(step).max() < 1e-6:
            break
    return float(parameters[0]), float(parameters[1])


def calibrated(answers: Answers, slope: float, offset: float) -> Answers:
    return Answers(1 / (1 + np.exp(-(slope * logit(answers.said) + offset))), answers.right)


def of_frames(frames: list[Frame], detect: Callable[[NDArray[np.uint8]], Found], classes: tuple[str, ...]) -> dict[str, Answers]:
    found = [detect(frame.image) for frame in frames]
    return {
        name: Answers.of(a for frame, seen in zip(frames, found, strict=True) for a in match(seen, frame, kind))
        for kind, name in enumerate(classes)
    }


def of_smoke(samples: list, session) -> dict[str, Answers]:
    """Per class: a box is right when it overlaps a labelled one of the class; one plume may be covered by several."""
    pairs: dict[str, list[tuple[float, bool]]] = {name: [] for name in SMOKE_CLASSES}
    for sample in samples:
        boxes, scores = detections(sample, lambda image: session.run(None, {"frames": image[None]})[0][0])
        for kind, name in enumerate(SMOKE_CLASSES):
            truth = sample.boxes[sample.classes == kind]
            for box, score in zip(boxes, scores[:, kind] if len(scores) else [], strict=True):
                pairs[name].append((float(score), bool(len(truth) and ious(box[None], truth).max() >= FAIR_IOU)))
    return {name: Answers.of(own) for name, own in pairs.items()}


def of_heads(shared: Path, split: str, path: Path) -> dict[str, Answers]:
    """Of the heads found: 'bare, given that it is a helmet or none', for helmets and bare heads alike."""
    rows_of, pairs = rows_of_file(path), []
    for sample in load_heads(shared, split):
        heads = frame_heads(sample.image, [region_around(box) for box in sample.boxes], rows_of)
        for row, label in enumerate(match_heads(heads, sample.boxes)):
            kind, odds = int(sample.classes[label]) if label >= 0 else -1, heads.probabilities[row]
            if kind in (0, 1) and odds[:2].sum() > 0:
                pairs.append((float(odds[1] / odds[:2].sum()), kind == 1))
    return {"no helmet": Answers.of(pairs, 0)}


def of_symbols(shared: Path, split: str, path: Path) -> dict[str, Answers]:
    """Symbols of the best path where it has as many as the label; some labels are wrong, which looks like overconfidence."""
    session, pairs = open_session(path), []
    for crop in load_crops(shared / "data/plate-text", split):
        said = np.exp(session.run(None, {"frames": fitted(read_rgb(crop.file))[None]})[0][0])
        read: list[tuple[str, float]] = []
        before = 0
        for step, kind in enumerate(said.argmax(-1)):
            if kind and kind != before:
                read.append((SYMBOLS[kind - 1], float(said[step, kind])))
            elif kind:
                read[-1] = (read[-1][0], max(read[-1][1], float(said[step, kind])))
            before = kind
        if len(read) == len(crop.text):
            pairs += [(confidence, symbol == wanted) for (symbol, confidence), wanted in zip(read, crop.text, strict=True)]
    return {"symbol": Answers.of(pairs, 0)}


def show(model: str, test: dict[str, Answers], other: dict[str, Answers] | None) -> None:
    for name, answers in test.items():
        if len(answers.said) < ENOUGH:
            print(f"{model:10} {name:11} {len(answers.said)} answers: too few to say")
            continue
        curve = " ".join(f"{said:.2f}:{right:.2f}({count})" for said, right, count in bins_of(answers))
        print(f"{model:10} {name:11} error {expected_error(answers):.3f} of {len(answers.said)}  {curve}")
        apart = other.get(name) if other else None
        if apart and len(apart.said) >= ENOUGH and 0 < apart.right.sum() < len(apart.right):
            slope, offset = fit(apart)
            print(f"{'':22} slope {slope:.2f}, offset {offset:+.2f} fitted on {len(apart.said)}: error {expected_error(calibrated(answers, slope, offset)):.3f}")


def plate_found(path: Path) -> Callable[[NDArray[np.uint8]], Found]:
    session, side = open_session(path), 256

    def detect(image: NDArray[np.uint8]) -> Found:
        canvas, scale = letterbox(image, side, side)
        boxes, scores = yolox_rows(session.run(None, {"frames": canvas[None]})[0][0], side, side)
        order = [int(row) for row in np.argsort(-scores[:, 0])[:200] if scores[row, 0] >= LEAST]
        kept: list[int] = []
        for row in order:
            if not kept or ious(boxes[row : row + 1], boxes[kept]).max() < 0.45:
                kept.append(row)
        return Found(boxes[kept] / scale, scores[kept, 0], np.zeros(len(kept), np.int64))

    return detect


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--models", default="road,rider,plate,smoke,plate-text")
    parser.add_argument("--landscapes", type=Path, help="landscapes without fire, for the fit of smoke")
    args = parser.parse_args()
    chosen, shared = args.models.split(","), args.shared
    if "road" in chosen:
        # The one clip that training left out, see the card.
        avenue = [f for f in load_frames(shared / "data/street-frames", "train") if f.name.startswith("avenue")]
        test = load_frames(shared / "data/street-frames", "test")
        for model in ("road", "road-small"):
            detect = road(WEIGHTS / f"{model}.onnx")
            show(model, of_frames(test, detect, ROAD_CLASSES), of_frames(avenue, detect, ROAD_CLASSES))
    if "rider" in chosen:
        show("rider", of_heads(shared, "test", WEIGHTS / "rider.onnx"), of_heads(shared, "val", WEIGHTS / "rider.onnx"))
    if "plate" in chosen:
        show("plate", of_frames(load_plates(shared / "data/plate-boxes", "test"), plate_found(WEIGHTS / "plate.onnx"), ("plate",)), None)
    if "smoke" in chosen:
        session = open_session(WEIGHTS / "smoke.onnx")
        apart = load_smoke(shared, "train", held_out=True)
        if args.landscapes:
            apart += landscapes(args.landscapes, held_out=True)
        show("smoke", of_smoke(load_smoke(shared, "test"), session), of_smoke(apart, session))
    if "plate-text" in chosen:
        path = WEIGHTS / "plate-text.onnx"
        show("plate-text", of_symbols(shared, "test", path), of_symbols(shared, "val", path))


if __name__ == "__main__":
    main()
