"""Writes a checkpoint as ONNX, compares the file with PyTorch, and scores it on the test split.

    python -m models.training.plate.export --shared ../shared --weights data/plate-run/average-NNNNNN.pt --out models/weights/plate.onnx
"""

import argparse
import hashlib
from pathlib import Path

import torch

from ..road.export import TOLERANCE, export
from ..road.network import RoadNetwork
from .data import load
from .train import SIDE, ap50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = RoadNetwork(1)
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    difference = export(network, SIDE, SIDE, args.out)
    data = args.out.read_bytes()
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, differs by {difference:.1e}")
    print("AP50 on test:", ap50(network.eval(), load(args.shared / "data/plate-boxes", "test")))
    if difference > TOLERANCE:
        raise SystemExit(f"differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
