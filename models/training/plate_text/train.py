"""Trains the plate reader; continues from the last checkpoint in `--out` if there is one.

    python -m models.training.plate_text.train --shared ../shared --out data/plate-text-run --minutes 60

The learning rate follows the time spent, so that a run of any length on any machine ends cooled down.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ..loop import descend, keep, resume
from .alphabet import Crop, collapse, encode, load_crops
from .dataset import Crops, Sample, UNKNOWN, drawn_sample, fitted, nothing, read_rgb, tilt
from .evaluate import hard_plates, read_all, score
from .network import PlateText
from .plates import random_print, repeated

REAL, NOTHING = 0.5, 0.02
REPEATED = 0.2
# Drawn plates that a checkpoint is judged by; `evaluate` draws others.
CHECKED, CHECKED_SEED, CHECKED_PX = 200, 101, 14


def batch_of(crops: Crops, random: np.random.Generator, size: int, progress: float) -> list[Sample]:
    samples = []
    for _ in range(size):
        kind = random.random()
        if kind < NOTHING:
            samples.append(nothing(random))
        elif kind < NOTHING + REAL:
            samples.append(crops.draw(random))
        else:
            # Easy plates first: on a blurred one there is nothing to learn letters from.
            plate = random_print(random)
            if random.random() < REPEATED:
                plate = repeated(plate, random)
            samples.append(drawn_sample(random, plate, min(1.0, 0.3 + 2 * progress), turned=tilt(random, 5.0)))
    return samples


def doubted(network: PlateText, crops: list[Crop]) -> set[str]:
    """Files whose label an earlier run, sure of its own reading, finds far less likely: the labels are machine-read."""
    names: set[str] = set()
    for first in range(0, len(crops), 32):
        part = crops[first : first + 32]
        with torch.no_grad():
            said = network(torch.from_numpy(np.stack([fitted(read_rgb(crop.file)) for crop in part])))
        read = likelihood(said, [encode(collapse(row)) for row in said.argmax(-1).numpy()])
        label = likelihood(said, [encode(crop.text) for crop in part])
        names |= {crop.file.name for crop, own, given in zip(part, read, label, strict=True) if given > 3 + 3 * own}
    return names


def likelihood(said: torch.Tensor, texts: list[list[int]]) -> list[float]:
    """-> negative logarithm of each text's probability."""
    count, steps, _ = said.shape
    lengths = torch.tensor([len(text) for text in texts])
    targets = torch.tensor([symbol for text in texts for symbol in text])
    return functional.ctc_loss(said.transpose(0, 1), targets, torch.full((count,), steps), lengths, reduction="none").tolist()


def loss(logits: torch.Tensor, samples: list[Sample], guided: float) -> tuple[torch.Tensor, float, float]:
    """CTC on all; on drawn plates also what stands at each step, which spares CTC the search for the alignment."""
    count, steps, _ = logits.shape
    lengths = torch.tensor([len(sample.text) for sample in samples])
    targets = torch.tensor([symbol for sample in samples for symbol in sample.text])
    ctc = functional.ctc_loss(logits.transpose(0, 1), targets, torch.full((count,), steps), lengths, zero_infinity=True)
    truth = torch.from_numpy(np.stack([sample.steps for sample in samples])).reshape(count, steps)
    step = functional.nll_loss(logits.transpose(1, 2), truth.to(logits.device), ignore_index=UNKNOWN)
    return ctc + guided * step, float(ctc), float(step)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True, help="checkpoints; private")
    parser.add_argument("--start", type=Path, help="an earlier run's averaged weights: begin there, without the labels they doubt")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--peak", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    import cv2

    cv2.setNumThreads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = PlateText().to(device).to(memory_format=torch.channels_last)
    labelled = load_crops(args.shared / "data/plate-text", "train")
    if args.start:
        network.load_state_dict(torch.load(args.start, map_location=device, weights_only=True))
        left_out = doubted(copy.deepcopy(network).cpu().eval(), labelled)
        labelled = [crop for crop in labelled if crop.file.name not in left_out]
        print(f"{len(left_out)} crops left out", *sorted(left_out), flush=True)
    average = copy.deepcopy(network).eval()
    optimiser = torch.optim.AdamW(network.parameters(), lr=args.peak, weight_decay=0.01)
    kept = resume(args.out, device, network, average, optimiser)
    iteration, spent = kept.get("iteration", 0), kept.get("spent", 0.0)
    crops = Crops(labelled)
    checks = load_crops(args.shared / "data/plate-text", "val")
    random = np.random.default_rng(args.seed + iteration)
    print(f"{len(crops.images)} crops, from iteration {iteration}", flush=True)
    running = [0.0, 0.0]
    last = saved = time.time()
    while spent < args.minutes * 60:
        progress = spent / (args.minutes * 60)
        rate = args.peak * min(1.0, (iteration + 1) / 100) * max(0.01, 0.5 + 0.5 * math.cos(math.pi * progress))
        for group in optimiser.param_groups:
            group["lr"] = rate
        samples = batch_of(crops, random, args.batch, progress)
        network.train()
        frames = torch.from_numpy(np.stack([sample.image for sample in samples])).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = network(frames)
        total, ctc, step = loss(logits, samples, 3.0 if progress < 0.3 else 0.5)
        descend(total, network, optimiser, longest=5.0)
        iteration += 1
        decay = min(0.996, iteration / (iteration + 10))
        with torch.no_grad():
            for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
                mean.lerp_(value, 1 - decay) if mean.is_floating_point() else mean.copy_(value)
        now = time.time()
        spent, last = spent + now - last, now
        running = [0.97 * running[0] + 0.03 * ctc, 0.97 * running[1] + 0.03 * step] if iteration > 1 else [ctc, step]
        if iteration % 20 == 0:
            print(f"{iteration} {spent / 60:.1f} min ctc {running[0]:.3f} steps {running[1]:.3f}", flush=True)
        if now - saved > 240 or spent >= args.minutes * 60:
            keep(args.out, iteration, network, average, optimiser, spent=spent)
            reader = copy.deepcopy(average).cpu().eval()
            with torch.no_grad():
                read = lambda pictures: reader(torch.from_numpy(pictures)).numpy()  # noqa: E731
                print("validated", iteration, score(read_all(read, checks), checks), flush=True)
                texts, plates = hard_plates(CHECKED, CHECKED_PX, CHECKED_SEED)
                good = sum(a == b for a, b in zip(texts, read_all(read, plates), strict=True))
                print(f"drawn and hard: {good}/{CHECKED}", flush=True)
            saved = last = time.time()


if __name__ == "__main__":
    main()
