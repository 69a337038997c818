"""Trains the smoke detector for a given time; continues from the last checkpoint in `--out` if there is one.

    python -m models.training.smoke.train --shared ../shared --out data/smoke-run --minutes 60
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..loop import decayed_groups, descend, follow, keep, resume
from ..road.loss import loss
from ..road.network import Exported, RoadNetwork
from ..road.starting_weights import load_starting_weights
from .dataset import CLASSES, SmokeData, landscapes, load, scenes
from .evaluate import figures

# Edges and blobs are the same everywhere: keeping what the starting weights know of them halves the backward pass.
FROZEN = ("stem", "dark2")
WARM_UP = 60
EMA = 0.995
# A cell holds a plume this often before anything is learnt (focal loss paper, section 3.3).
PRIOR = 0.01


def starting_network(path: Path) -> RoadNetwork:
    """YOLOX-nano's weights with new class rows: COCO has neither smoke nor flame."""
    network = load_starting_weights(path)
    for branch in network.branches:
        old = branch.class_logits
        branch.class_logits = nn.Conv2d(old.in_channels, len(CLASSES), 1)
        nn.init.normal_(branch.class_logits.weight, std=0.01)
        nn.init.zeros_(branch.class_logits.bias)
        nn.init.constant_(branch.objectness.bias, -float(np.log((1 - PRIOR) / PRIOR)))
    return network


def rows_of(network: RoadNetwork):
    exported = Exported(network).eval()

    def run(image: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return exported(torch.from_numpy(image)[None])[0].numpy()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="checkpoints; private")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--landscapes", type=Path, required=True, help="folder of landscapes without fire")
    parser.add_argument("--start", type=Path, help="an earlier run's averaged weights: begin there")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--cooldown", type=float, default=0.3, help="share of the time in which the rate falls to 2 %%")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--peak", type=float, default=8e-4)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    network = starting_network(args.shared / "models/yolox_nano_416.onnx").to(device)
    if args.start:
        network.load_state_dict(torch.load(args.start, map_location=device, weights_only=True))
    average = copy.deepcopy(network).eval()
    for name in FROZEN:
        getattr(network, name).requires_grad_(False)
    optimiser = torch.optim.AdamW(decayed_groups(network), lr=args.peak)
    kept = resume(args.out, device, network, average, optimiser)
    start, spent = kept.get("iteration", 0), kept.get("seconds", 0.0)

    empty = landscapes(args.landscapes, held_out=False) + scenes(args.shared)
    data = SmokeData(load(args.shared, "train", held_out=False) + empty)
    held_out = load(args.shared, "train", held_out=True) + landscapes(args.landscapes, held_out=True)
    print(f"{len(data.samples)} pictures, {len(held_out)} held out, from iteration {start}", flush=True)
    random = np.random.default_rng(args.seed + start)
    running: dict[str, float] = {}
    iteration, total_s, begun, saved_at = start, args.minutes * 60, time.time(), time.time()
    while True:
        elapsed = spent + time.time() - begun
        left = max(0.0, 1 - elapsed / total_s)
        rate = args.peak * min(1.0, (iteration + 1) / WARM_UP) * max(0.02, min(1.0, left / args.cooldown))
        for group in optimiser.param_groups:
            group["lr"] = rate
        drawn = [data.draw(random) for _ in range(args.batch)]
        frames = torch.from_numpy(np.stack([image for image, _, _ in drawn])).to(device)
        truth = [(torch.from_numpy(boxes), torch.from_numpy(classes)) for _, boxes, classes in drawn]
        with torch.autocast(device.type, dtype=torch.bfloat16):
            maps = network(frames)
        total, parts = loss([level.cpu() for level in maps], truth)
        descend(total, network, optimiser)
        iteration += 1
        follow(average, network, min(EMA, iteration / (iteration + 9)))
        for name, value in parts.items():
            running[name] = 0.98 * running.get(name, value) + 0.02 * value
        if iteration % 25 == 0:
            speed = (iteration - start) * args.batch / (time.time() - begun)
            print(iteration, f"{speed:.1f} pictures/s", {k: round(v, 3) for k, v in running.items()}, flush=True)
        if time.time() - saved_at > 240 or left == 0:
            saved_at = time.time()
            keep(args.out, iteration, network, average, optimiser, seconds=elapsed)
            if left < 0.6:
                print("validated", iteration, figures(held_out, rows_of(copy.deepcopy(average).cpu())), flush=True)
        if left == 0:
            return


if __name__ == "__main__":
    main()
