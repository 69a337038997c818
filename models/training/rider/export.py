"""Writes an averaged checkpoint as ONNX, calibrated on the crops kept for choosing it, and compares it with PyTorch.

    python -m models.training.rider.export --weights data/rider-run/average-003000.pt --labels data/rider-labels --out models/weights/rider.onnx
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

from ..road.detectors import open_session
from ..road.network import RoadNetwork
from .dataset import HEIGHT, WIDTH
from .evaluate import heads_of, match
from .network import Exported
from .sources import CLASSES, load_heads, load_riders
from .train import validation_crops

TOLERANCE = 1e-3


def negative_log_likelihood(network: RoadNetwork, crops: list, temperature: float) -> float:
    exported = Exported(network, temperature).eval()
    values = []
    for image, boxes, kinds in crops:
        with torch.no_grad():
            heads = heads_of(exported(torch.from_numpy(image)[None])[0].numpy())
        for row, label in enumerate(match(heads, boxes)):
            if label >= 0 and kinds[label] >= 0:
                values.append(-np.log(max(float(heads.probabilities[row, kinds[label]]), 0.01)))
    return float(np.mean(values))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = RoadNetwork(len(CLASSES))
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    crops = validation_crops(load_heads(args.shared, "val"))
    if args.labels:
        crops += validation_crops(load_riders(args.shared, args.labels, held_out=True))
    tried = {t: negative_log_likelihood(network, crops, t) for t in (0.6, 0.8, 1.0, 1.25, 1.5, 1.8)}
    temperature = min(tried, key=lambda t: tried[t])
    print("likelihood by temperature", {t: round(v, 4) for t, v in tried.items()}, "->", temperature)
    model = Exported(network, temperature).eval()
    torch.onnx.export(
        model, (torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8),), str(args.out), input_names=["frames"],
        output_names=["rows"], dynamic_axes={"frames": {0: "n"}, "rows": {0: "n"}}, opset_version=17, dynamo=False,
    )
    frames = np.random.default_rng(0).integers(0, 256, (3, HEIGHT, WIDTH, 3), np.uint8)
    frames[2] = crops[0][0]
    with torch.no_grad():
        expected = model(torch.from_numpy(frames)).numpy()
    difference = float(np.abs(open_session(args.out).run(None, {"frames": frames})[0] - expected).max())
    data = args.out.read_bytes()
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, differs by {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit(f"differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
