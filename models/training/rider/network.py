"""The riders' network: the road detector's graph on small crops, three classes that exclude each other."""

from pathlib import Path

import torch
from torch import Tensor, nn

from ..road.network import NANO, RoadNetwork
from ..road.starting_weights import load_starting_weights
from .sources import CLASSES


def starting_network(weights: Path) -> RoadNetwork:
    """YOLOX-nano's weights everywhere but in the class layers: the starting classes know no heads."""
    network = RoadNetwork(len(CLASSES), NANO)
    known = load_starting_weights(weights).state_dict()
    fitting = {name: value for name, value in known.items() if "class_logits" not in name}
    network.load_state_dict(fitting, strict=False)
    return network


class Exported(nn.Module):
    """What the ONNX file holds: bytes in; YOLOX rows out, [N, cells, 4+1+classes], class probabilities adding up to 1."""

    def __init__(self, network: RoadNetwork, temperature: float = 1.0) -> None:
        super().__init__()
        self.network, self.temperature = network, temperature

    def forward(self, frames: Tensor) -> Tensor:
        rows = torch.cat([level.flatten(2) for level in self.network(frames)], 2).permute(0, 2, 1)
        classes = torch.softmax(rows[..., 5:] / self.temperature, -1)
        return torch.cat((rows[..., :4], torch.sigmoid(rows[..., 4:5]), classes), -1)
