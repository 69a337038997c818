"""Time of a run on one core, on resident tensors, beside YOLOX-nano 416 in the same run.

    python -m models.training.rider.benchmark --shared ../shared --rider models/weights/rider.onnx
"""

import argparse
import time
from pathlib import Path

import numpy as np

from ..road.detectors import open_session
from .dataset import HEIGHT, WIDTH

ROUNDS, WARM_UP = 30, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--rider", type=Path, required=True)
    args = parser.parse_args()
    random = np.random.default_rng(0)
    yolox, rider = open_session(args.shared / "models/yolox_nano_416.onnx"), open_session(args.rider)
    frame = random.random((1, 3, 416, 416), np.float32) * 255
    runs = {"yolox-nano-416": lambda: yolox.run(None, {"images": frame})}
    for count in (1, 6):
        crops = random.integers(0, 256, (count, HEIGHT, WIDTH, 3), np.uint8)
        runs[f"rider, {count} crop(s)"] = lambda crops=crops: rider.run(None, {"frames": crops})
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(WARM_UP + ROUNDS):
        for name, run in runs.items():
            begun = time.perf_counter()
            run()
            if number >= WARM_UP:
                times[name].append((time.perf_counter() - begun) * 1000)
    for name, values in times.items():
        print(f"{name:20} fastest {min(values):.2f} ms, median {np.median(values):.2f} ms")


if __name__ == "__main__":
    main()
