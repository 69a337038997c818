"""Finds the heads in photos whose riders are boxed whole: the box is our model's, helmet or not is the photo's label.

    python -m models.training.rider.label_riders --shared ../shared --weights data/rider-run/average-001200.pt --out data/rider-labels

Writes `class x1 y1 x2 y2` in pixels. Where no head is found in a rider's box, and for heads of nobody's box, the class is
-1: somebody is there, and the network is told nothing.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch

from ..road.network import RoadNetwork
from ..road.boxes import ious
from .dataset import HEIGHT, PADDING, WIDTH
from .evaluate import heads_of
from .network import Exported
from .sources import CLASSES, IGNORED, read, yolo_rows

LEAST_SCORE = 0.3
# The head lies in this share of a rider's box, from its top.
UPPER = 0.45


def look(exported: Exported, image: np.ndarray, region: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-> head boxes in pixels of the picture, and scores"""
    height, width = image.shape[:2]
    x1, y1 = max(0, int(region[0])), max(0, int(region[1]))
    x2, y2 = min(width, int(region[2]) + 1), min(height, int(region[3]) + 1)
    part = image[y1:y2, x1:x2]
    scale = min(WIDTH / part.shape[1], HEIGHT / part.shape[0])
    size = (min(WIDTH, max(1, round(part.shape[1] * scale))), min(HEIGHT, max(1, round(part.shape[0] * scale))))
    canvas = np.full((HEIGHT, WIDTH, 3), PADDING, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    with torch.no_grad():
        heads = heads_of(exported(torch.from_numpy(canvas)[None])[0].numpy())
    return heads.boxes / scale + np.array([x1, y1, x1, y1], np.float32), heads.scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = RoadNetwork(len(CLASSES))
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    exported = Exported(network).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    folder, counts = args.shared / "data/riders", {"found": 0, "not found": 0}
    for path in sorted((folder / "images/train").glob("*.jpg")):
        image = read(path)
        riders, kinds = yolo_rows(folder / "labels/train" / f"{path.stem}.txt", image)
        lines: list[np.ndarray] = []
        for rider, kind in zip(riders, kinds, strict=True):
            w, h = rider[2] - rider[0], rider[3] - rider[1]
            boxes, scores = look(exported, image, rider + np.array([-0.35 * w, -0.12 * h, 0.35 * w, 0.05 * h]))
            middle = (boxes[:, :2] + boxes[:, 2:]) / 2
            fits = (middle[:, 0] > rider[0]) & (middle[:, 0] < rider[2]) & (middle[:, 1] > rider[1] - 0.05 * h)
            fits &= (middle[:, 1] < rider[1] + UPPER * h) & (scores >= LEAST_SCORE)
            fits &= (boxes[:, 1] < rider[1] + 0.15 * h) & (boxes[:, 3] - boxes[:, 1] < 0.6 * h)
            if fits.any():
                best = boxes[np.nonzero(fits)[0][scores[fits].argmax()]]
                lines.append(np.array([kind, *best]))
                counts["found"] += 1
            else:
                lines.append(np.array([IGNORED, rider[0], rider[1] - 0.05 * h, rider[2], rider[1] + UPPER * h]))
                counts["not found"] += 1
        known = np.array([line[1:] for line in lines], np.float32).reshape(-1, 4)
        side = 160
        for y in range(0, image.shape[0] - side // 2, side):
            for x in range(0, image.shape[1] - side // 2, side):
                boxes, scores = look(exported, image, np.array([x - 20, y - 20, x + side + 20, y + side + 20]))
                for box in boxes[scores >= 0.15]:
                    if not len(known) or ious(box[None], known).max() < 0.2:
                        lines.append(np.array([IGNORED, *box]))
        text = "\n".join(f"{int(line[0])} " + " ".join(f"{v:.1f}" for v in line[1:]) for line in lines)
        (args.out / f"{path.stem}.txt").write_text(text)
    print(counts)


if __name__ == "__main__":
    main()
