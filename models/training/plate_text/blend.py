"""The mean of two runs' averaged weights, the second begun from the first: better than either on what neither has seen.

    python -m models.training.plate_text.blend --weights FIRST.pt SECOND.pt --out data/plate-text-run2/blend.pt

Wortsman et al. 2022, "Model soups".
"""

import argparse
from pathlib import Path

import torch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, nargs=2, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    first, second = (torch.load(path, map_location="cpu", weights_only=True) for path in args.weights)
    torch.save({name: (value + second[name]) / 2 if value.is_floating_point() else value for name, value in first.items()}, args.out)


if __name__ == "__main__":
    main()
