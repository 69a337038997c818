"""Reads the starting weights (YOLOX-nano, COCO, Apache-2.0) out of their published ONNX file."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from .network import NANO, RoadNetwork

# Rows of COCO's 80 classes for person, bicycle, motorcycle, car, bus, truck.
COCO_ROWS = (0, 1, 3, 2, 5, 7)


def convolutions_in_call_order(network: nn.Module) -> list[nn.Conv2d]:
    called: list[nn.Conv2d] = []
    hooks = [m.register_forward_hook(lambda m, *_: called.append(m)) for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        network(torch.zeros(1, 64, 64, 3, dtype=torch.uint8))
    for hook in hooks:
        hook.remove()
    return called


def load_starting_weights(path: Path, *, coco: bool = False) -> RoadNetwork:
    """@param coco keep all 80 classes, to compare with the original output; otherwise the six matching rows are taken."""
    graph = onnx.load(path).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    network = RoadNetwork(80 if coco else len(COCO_ROWS), NANO)
    nodes = [node for node in graph.node if node.op_type == "Conv"]
    layers = convolutions_in_call_order(network)
    if len(nodes) != len(layers):
        raise ValueError(f"{path}: {len(layers)} convolutions expected, {len(nodes)} found")
    for index, (layer, node) in enumerate(zip(layers, nodes, strict=True)):
        weight, bias = values[node.input[1]], values[node.input[2]]
        if index == 0:
            # The original takes BGR; ours takes RGB.
            weight = weight.reshape(weight.shape[0], 4, 3, *weight.shape[2:])[:, :, ::-1].reshape(weight.shape)
        if weight.shape[0] == 80 and not coco:
            weight, bias = weight[list(COCO_ROWS)], bias[list(COCO_ROWS)]
        if tuple(weight.shape) != tuple(layer.weight.shape):
            raise ValueError(f"{path}: convolution {index} is {weight.shape}, expected {tuple(layer.weight.shape)}")
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight.copy()))
            layer.bias.copy_(torch.from_numpy(bias.copy()))
    return network
