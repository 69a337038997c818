"""Writes an averaged checkpoint as ONNX and compares the file with PyTorch.

    python -m models.training.road.export --weights data/road-run/average-003000.pt --size 640x352 --out models/weights/road-small.onnx
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

from .detectors import open_session
from .network import Exported, RoadNetwork

TOLERANCE = 1e-3


def export(network: RoadNetwork, width: int, height: int, out: Path) -> float:
    """-> largest absolute difference between the file and PyTorch, over a batch of two."""
    model = Exported(network).eval()
    example = torch.zeros(1, height, width, 3, dtype=torch.uint8)
    torch.onnx.export(
        model, (example,), str(out), input_names=["frames"], output_names=["rows"],
        dynamic_axes={"frames": {0: "n"}, "rows": {0: "n"}}, opset_version=17, dynamo=False,
    )
    frames = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), np.uint8)
    with torch.no_grad():
        expected = model(torch.from_numpy(frames)).numpy()
    return float(np.abs(open_session(out).run(None, {"frames": frames})[0] - expected).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--size", default="640x352")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    network = RoadNetwork()
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    width, height = map(int, args.size.split("x"))
    difference = export(network, width, height, args.out)
    data = args.out.read_bytes()
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, differs by {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit(f"differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
