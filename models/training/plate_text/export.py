"""Writes an averaged checkpoint as ONNX and compares the file with PyTorch.

    python -m models.training.plate_text.export --weights data/plate-text-run/average-NNNNNN.pt --out models/weights/plate-text.onnx
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from .dataset import drawn_sample
from .network import HEIGHT, WIDTH, PlateText

TOLERANCE = 1e-3


def export(network: PlateText, out: Path) -> float:
    """-> largest absolute difference between the file's and PyTorch's probabilities, on drawn plates."""
    torch.onnx.export(
        network, (torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8),), str(out), input_names=["frames"],
        output_names=["log_probabilities"], dynamic_axes={"frames": {0: "n"}, "log_probabilities": {0: "n"}},
        opset_version=17, dynamo=False,
    )
    random = np.random.default_rng(0)
    frames = np.stack([drawn_sample(random).image for _ in range(8)])
    with torch.no_grad():
        expected = network(torch.from_numpy(frames)).exp().numpy()
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    return float(np.abs(np.exp(session.run(None, {"frames": frames})[0]) - expected).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network = PlateText()
    network.load_state_dict(torch.load(args.weights, map_location="cpu", weights_only=True))
    difference = export(network.eval(), args.out)
    data = args.out.read_bytes()
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}, differs by {difference:.1e}")
    if difference > TOLERANCE:
        raise SystemExit(f"differs by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
