"""Trains the riders' model; continues from the last checkpoint in `--out` if there is one.

    python -m models.training.rider.train --shared ../shared --out data/rider-run [--labels data/rider-labels]
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch

from ..loop import decayed_groups, descend, follow, keep, resume
from ..road.network import RoadNetwork
from ..road.train import learning_rate
from .dataset import CropData, Drawn
from .evaluate import judgement, score
from .loss import loss
from .network import Exported, starting_network
from .sources import CLASSES, load_heads, load_riders, load_street

EMA = 0.998
VALIDATION_CROPS = 160


def validation_crops(samples: list, seed: int = 7) -> list[Drawn]:
    data, random = CropData(samples), np.random.default_rng(seed)
    return [data.draw(random) for _ in range(VALIDATION_CROPS)]


def validate(network: RoadNetwork, crops: list[Drawn]) -> str:
    exported = Exported(network).eval()

    def rows_of(image: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return exported(torch.from_numpy(image)[None])[0].numpy()

    heights = [boxes[:, 3] - boxes[:, 1] for _, boxes, _ in crops]
    values, judged = score(crops, heights, rows_of)
    return " ".join(f"{name} {value:.3f}" for name, value in values.items()) + " | " + judgement(judged, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="checkpoints; private")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--labels", type=Path, help="what `label_riders` wrote; without, the riders' photos are left out")
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--cooldown", type=int, default=600)
    parser.add_argument("--batch", type=int, default=24)
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
    network.stem.requires_grad_(False)
    optimiser = torch.optim.AdamW(decayed_groups(network), lr=args.peak)
    start = resume(args.out, device, network, average, optimiser).get("iteration", 0)

    samples = load_heads(args.shared, "train") + load_street(args.shared, "train")
    held_out = {"heads": validation_crops(load_heads(args.shared, "val"))}
    if args.labels:
        samples += load_riders(args.shared, args.labels, held_out=False)
        held_out["riders"] = validation_crops(load_riders(args.shared, args.labels, held_out=True))
    data = CropData(samples)
    print(f"{len(samples)} pictures, {sum(len(s.boxes) for s in samples)} heads, from iteration {start}", flush=True)
    random = np.random.default_rng(args.seed + start)
    running: dict[str, float] = {}
    begun = time.time()
    for iteration in range(start, args.iterations):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(iteration, args.iterations, args.cooldown, args.peak)
        drawn = [data.draw(random) for _ in range(args.batch)]
        crops = torch.from_numpy(np.stack([image for image, _, _ in drawn])).to(device)
        truth = [(torch.from_numpy(boxes), torch.from_numpy(classes)) for _, boxes, classes in drawn]
        with torch.autocast(device.type, dtype=torch.bfloat16):
            maps = network(crops)
        total, parts = loss([level.cpu() for level in maps], truth)
        descend(total, network, optimiser)
        follow(average, network, min(EMA, (iteration + 1) / (iteration + 10)))
        for name, value in parts.items():
            running[name] = 0.98 * running.get(name, value) + 0.02 * value
        if (iteration + 1) % 50 == 0:
            rate = (iteration + 1 - start) * args.batch / (time.time() - begun)
            print(iteration + 1, f"{rate:.1f} crops/s", {k: round(v, 3) for k, v in running.items()}, flush=True)
        if (iteration + 1) % 200 == 0 or iteration + 1 == args.iterations:
            keep(args.out, iteration + 1, network, average, optimiser)
            for name, crops_of in held_out.items():
                print("validated", iteration + 1, name, validate(copy.deepcopy(average).cpu(), crops_of), flush=True)


if __name__ == "__main__":
    assert len(CLASSES) == 3
    main()
