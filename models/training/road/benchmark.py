"""Milliseconds per picture on one core, each model in turn within one run, beside YOLOX-nano 416.

    python -m models.training.road.benchmark --shared ../shared --road models/weights/road-small.onnx models/weights/road.onnx
"""

import argparse
import time
from pathlib import Path

import numpy as np

from .detectors import open_session

WARM_UP, ROUNDS = 5, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--road", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    runs = {}
    for path in (args.shared / "models/yolox_nano_416.onnx", *args.road):
        session = open_session(path)
        wanted = session.get_inputs()[0]
        dtype = np.uint8 if "uint8" in wanted.type else np.float32
        feed = {wanted.name: np.full([d if isinstance(d, int) else 1 for d in wanted.shape], 114, dtype)}
        runs[path.stem] = (session, feed)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(WARM_UP + ROUNDS):
        for name, (session, feed) in runs.items():
            begun = time.perf_counter()
            session.run(None, feed)
            if number >= WARM_UP:
                times[name].append(1000 * (time.perf_counter() - begun))
    base = times["yolox_nano_416"]
    for name, values in times.items():
        p50, p95 = np.percentile(values, (50, 95))
        # The fastest of each is what a busy neighbour disturbs least.
        print(f"{name:20} p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {p50 / np.median(base):.2f}x  fastest {min(values) / min(base):.2f}x")


if __name__ == "__main__":
    main()
