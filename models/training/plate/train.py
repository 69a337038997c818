"""Trains the plate detector from YOLOX-nano's COCO weights; continues from the last checkpoint in `--out`.

    python -m models.training.plate.train --shared ../shared --out data/plate-run --minutes 20

The learning rate follows the time spent, so that a run of any length on any machine ends cooled down.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch

from ..loop import descend, follow, keep, resume
from ..road.evaluate import Frame, average_precision, match
from ..road.loss import loss
from ..road.network import RoadNetwork
from ..road.starting_weights import load_starting_weights
from ..road.train import torch_detector
from .data import PlateData

SIDE = 256
FROZEN = ("stem", "dark2")


def starting_network(weights: Path) -> RoadNetwork:
    """YOLOX-nano with one class; it begins sure of the class, so that the score is the objectness alone."""
    source = load_starting_weights(weights).state_dict()
    network = RoadNetwork(1)
    own = network.state_dict()
    network.load_state_dict({name: value if value.shape == own[name].shape else own[name] for name, value in source.items()})
    for branch in network.branches:
        torch.nn.init.zeros_(branch.class_logits.weight)
        torch.nn.init.constant_(branch.class_logits.bias, 2.0)
        torch.nn.init.constant_(branch.objectness.bias, -4.0)
    return network


def ap50(network: RoadNetwork, frames: list[Frame]) -> str:
    detect = torch_detector(network, SIDE, SIDE)
    found = [(frame, match(detect(frame.image), frame, 0)) for frame in frames]
    texts = []
    for group in ("", "vn-garage/", "world-cars/"):
        part = [(frame, answers) for frame, answers in found if frame.name.startswith(group)]
        value = average_precision([a for _, answers in part for a in answers], sum(len(f.boxes) for f, _ in part))
        texts.append(f"{group or 'all '}{value:.3f}")
    return " ".join(texts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True, help="checkpoints; private")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--peak", type=float, default=6e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = starting_network(args.shared / "models/yolox_nano_416.onnx").to(device)
    average = copy.deepcopy(network).eval()
    for name in FROZEN:
        getattr(network, name).requires_grad_(False)
    optimiser = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=args.peak, weight_decay=0.01)
    kept = resume(args.out, device, network, average, optimiser)
    iteration, spent = kept.get("iteration", 0), kept.get("spent", 0.0)
    data = PlateData(args.shared / "data/plate-boxes")
    random = np.random.default_rng(args.seed + iteration)
    running, last = None, time.time()
    saved = last
    while spent < args.minutes * 60:
        progress = spent / (args.minutes * 60)
        for group in optimiser.param_groups:
            group["lr"] = args.peak * min(1.0, (iteration + 1) / 50) * max(0.02, 0.5 + 0.5 * math.cos(math.pi * progress))
        drawn = [data.draw(random, SIDE) for _ in range(args.batch)]
        frames = torch.from_numpy(np.stack([image for image, _, _ in drawn])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            maps = network(frames)
        truth = [(torch.from_numpy(boxes), torch.from_numpy(classes)) for _, boxes, classes in drawn]
        total, _ = loss([level.cpu() for level in maps], truth)
        descend(total, network, optimiser)
        iteration += 1
        follow(average, network, min(0.99, iteration / (iteration + 10)))
        value = float(total.detach())
        running = value if running is None else 0.97 * running + 0.03 * value
        now = time.time()
        spent, last = spent + now - last, now
        if iteration % 20 == 0:
            print(f"{iteration} {spent / 60:.1f} min loss {running:.3f}", flush=True)
        if now - saved > 300 or spent >= args.minutes * 60:
            keep(args.out, iteration, network, average, optimiser, spent=spent)
            saved = last = time.time()


if __name__ == "__main__":
    main()
