"""Trains the road detector; continues from the last checkpoint in `--out` if there is one.

    python -m models.training.road.train --data data/road --out data/road-run --shared ../shared --iterations 3000
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch

from ..loop import decayed_groups, descend, follow, keep, resume
from .boxes import letterbox
from .dataset import RoadData
from .detectors import YOLOX_IOU, Found, best_of, clipped, yolox_rows
from .evaluate import Frame, load_frames, score
from .loss import loss
from .network import Exported, RoadNetwork
from .starting_weights import load_starting_weights

# Width x height, how often each is drawn: the two shipped sizes and their neighbours.
SIZES = {(608, 352): 0.45, (544, 320): 0.2, (704, 384): 0.15, (800, 448): 0.2}
# Edges and blobs are the same on every street: keeping what the starting weights know of them halves the backward pass.
FROZEN = ("stem", "dark2")
WARM_UP = 100
EMA = 0.997


def learning_rate(iteration: int, total: int, cooldown: int, peak: float) -> float:
    """Up, level, and down to 2 % in the last `cooldown` iterations: a run can be made longer without starting over."""
    up = min(1.0, (iteration + 1) / WARM_UP)
    down = min(1.0, (total - iteration) / max(1, cooldown))
    return peak * up * max(0.02, down)


def torch_detector(network: RoadNetwork, width: int, height: int):
    exported = Exported(network).eval()

    def detect(image: np.ndarray) -> Found:
        canvas, scale = letterbox(image, width, height)
        with torch.no_grad():
            rows = exported(torch.from_numpy(canvas)[None])[0].numpy()
        boxes, scores = yolox_rows(rows, width, height)
        return clipped(best_of(boxes, scores, YOLOX_IOU), image, (scale, scale))

    return detect


def validate(network: RoadNetwork, frames: list[Frame]) -> str:
    texts = []
    for width, height in ((608, 352), (800, 448)):
        detect = torch_detector(network, width, height)
        values = score([detect(frame.image) for frame in frames], frames)
        kept = {name: values[name] for name in ("person", "motorcycle", "car", "bicycle", "truck")}
        texts.append(f"{width}x{height} " + " ".join(f"{name[:5]} {value:.3f}" for name, value in kept.items()))
    return " | ".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="what `label` wrote")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints; private")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--cooldown", type=int, default=800)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--peak", type=float, default=2.5e-4)
    parser.add_argument("--hold-out", default="avenue", help="groups left out of training and validated on; '' for none")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    network = load_starting_weights(args.shared / "models/yolox_nano_416.onnx").to(device)
    average = copy.deepcopy(network).eval()
    for name in FROZEN:
        getattr(network, name).requires_grad_(False)
    optimiser = torch.optim.AdamW(decayed_groups(network), lr=args.peak)
    start = resume(args.out, device, network, average, optimiser).get("iteration", 0)

    without = (args.hold_out,) if args.hold_out else ()
    data = RoadData(args.data, without)
    frames = [f for f in load_frames(args.shared / "data/street-frames", "train") if args.hold_out and f.name.startswith(args.hold_out)]
    print(f"{len(data.samples)} pictures, from iteration {start}; validated on {len(frames)} frames", flush=True)
    if frames and start == 0:
        print("before", validate(copy.deepcopy(average).cpu(), frames), flush=True)
    random = np.random.default_rng(args.seed + start)
    sizes, chances = list(SIZES), list(SIZES.values())
    running: dict[str, float] = {}
    begun = time.time()
    for iteration in range(start, args.iterations):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(iteration, args.iterations, args.cooldown, args.peak)
        width, height = sizes[random.choice(len(sizes), p=chances)]
        drawn = [data.draw(random, width, height) for _ in range(args.batch)]
        frames_in = torch.from_numpy(np.stack([image for image, _, _ in drawn])).to(device)
        truth = [(torch.from_numpy(boxes), torch.from_numpy(classes)) for _, boxes, classes in drawn]
        with torch.autocast(device.type, dtype=torch.bfloat16):
            maps = network(frames_in)
        total, parts = loss([level.cpu() for level in maps], truth)
        descend(total, network, optimiser)
        follow(average, network, min(EMA, (iteration + 1) / (iteration + 10)))
        for name, value in parts.items():
            running[name] = 0.98 * running.get(name, value) + 0.02 * value
        if (iteration + 1) % 50 == 0:
            rate = (iteration + 1 - start) * args.batch / (time.time() - begun)
            print(iteration + 1, f"{rate:.1f} pictures/s", {k: round(v, 3) for k, v in running.items()}, flush=True)
        if (iteration + 1) % 200 == 0 or iteration + 1 == args.iterations:
            keep(args.out, iteration + 1, network, average, optimiser)
            data.refresh()
            if frames:
                print("validated", iteration + 1, validate(copy.deepcopy(average).cpu(), frames), flush=True)


if __name__ == "__main__":
    main()
