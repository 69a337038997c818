"""Writes an averaged checkpoint as ONNX and compares the file with PyTorch.

    python -m models.training.smoke.export --weights data/smoke-run/average-001000.pt --out models/weights/smoke.onnx
"""

import argparse
import hashlib
from pathlib import Path

import torch

from ..road.export import TOLERANCE, export
from ..road.network import RoadNetwork
from .dataset import CLASSES, HEIGHT, WIDTH


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = RoadNetwork(len(CLASSES))
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    difference = export(network, WIDTH, HEIGHT, args.out)
    data = args.out.read_bytes()
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, differs by {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit(f"differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
