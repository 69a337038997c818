"""The road detector's network: YOLOX-nano's graph (https://arxiv.org/abs/2107.08430), for six classes and wide frames.

Two things differ from the original. The frame goes in as bytes, and the space-to-depth step of the stem does colour
order and layout at once, so that nothing has to be prepared outside. And there is no batch normalisation: the starting
weights come with it folded into the convolutions, and at our batch sizes its statistics would be noise anyway.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)
CLASSES = ("person", "bicycle", "motorcycle", "car", "bus", "truck")


def activation() -> nn.Module:
    return nn.SiLU()


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups)
    return nn.Sequential(layer, activation())


def separable(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 depthwise and a 1x1 convolution, each with its activation."""
    return nn.Sequential(conv(inputs, inputs, 3, stride, groups=inputs), conv(inputs, outputs, 1))


class Bottleneck(nn.Module):
    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.squeeze = conv(channels, channels, 1)
        self.mix = separable(channels, channels)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.mix(self.squeeze(x))
        return x + y if self.shortcut else y


class CspLayer(nn.Module):
    """Half of the channels through bottlenecks, half around them."""

    def __init__(self, inputs: int, outputs: int, depth: int, shortcut: bool = True) -> None:
        super().__init__()
        half = outputs // 2
        self.through = conv(inputs, half, 1)
        self.around = conv(inputs, half, 1)
        self.blocks = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(depth)))
        self.join = conv(outputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        through, around = self.through(x), self.around(x)
        return self.join(torch.cat((self.blocks(through), around), 1))


class PyramidPooling(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = conv(channels, channels // 2, 1)
        self.pools = nn.ModuleList(nn.MaxPool2d(size, 1, size // 2) for size in (5, 9, 13))
        self.join = conv(channels * 2, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x)
        return self.join(torch.cat([x, *(pool(x) for pool in self.pools)], 1))


class Branch(nn.Module):
    """The head of one stride: class logits, box and objectness."""

    def __init__(self, inputs: int, width: int, classes: int) -> None:
        super().__init__()
        self.stem = conv(inputs, width, 1)
        self.class_tower = nn.Sequential(separable(width, width), separable(width, width))
        self.class_logits = nn.Conv2d(width, classes, 1)
        self.box_tower = nn.Sequential(separable(width, width), separable(width, width))
        self.box = nn.Conv2d(width, 4, 1)
        self.objectness = nn.Conv2d(width, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        class_logits = self.class_logits(self.class_tower(x))
        boxes = self.box_tower(x)
        return torch.cat((self.box(boxes), self.objectness(boxes), class_logits), 1)


@dataclass(frozen=True)
class Size:
    """Width of the stem in channels; every later width follows from it. Depth of the longer CSP layers."""

    width: int = 16
    depth: int = 1


NANO = Size()


class RoadNetwork(nn.Module):
    def __init__(self, classes: int = len(CLASSES), size: Size = NANO) -> None:
        super().__init__()
        w, d = size.width, size.depth
        self.stem = conv(12, w, 3)
        self.dark2 = nn.Sequential(separable(w, w * 2, 2), CspLayer(w * 2, w * 2, d))
        self.dark3 = nn.Sequential(separable(w * 2, w * 4, 2), CspLayer(w * 4, w * 4, d * 3))
        self.dark4 = nn.Sequential(separable(w * 4, w * 8, 2), CspLayer(w * 8, w * 8, d * 3))
        self.dark5 = nn.Sequential(
            separable(w * 8, w * 16, 2), PyramidPooling(w * 16), CspLayer(w * 16, w * 16, d, shortcut=False)
        )
        self.lateral5 = conv(w * 16, w * 8, 1)
        self.up4 = CspLayer(w * 16, w * 8, d, shortcut=False)
        self.lateral4 = conv(w * 8, w * 4, 1)
        self.up3 = CspLayer(w * 8, w * 4, d, shortcut=False)
        self.down3 = separable(w * 4, w * 4, 2)
        self.out4 = CspLayer(w * 8, w * 8, d, shortcut=False)
        self.down4 = separable(w * 8, w * 8, 2)
        self.out5 = CspLayer(w * 16, w * 16, d, shortcut=False)
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.branches = nn.ModuleList(Branch(inputs, w * 4, classes) for inputs in (w * 4, w * 8, w * 16))

    def forward(self, frames: Tensor) -> list[Tensor]:
        """frames: uint8 [N,H,W,3] RGB, H and W multiples of 32 -> per stride a map [N, 4+1+classes, H/s, W/s]."""
        c3 = self.dark3(self.dark2(self.stem(space_to_depth(frames).to(self.stem[0].weight.dtype))))
        c4 = self.dark4(c3)
        c5 = self.dark5(c4)
        p5 = self.lateral5(c5)
        p4 = self.lateral4(self.up4(torch.cat((self.upsample(p5), c4), 1)))
        n3 = self.up3(torch.cat((self.upsample(p4), c3), 1))
        n4 = self.out4(torch.cat((self.down3(n3), p4), 1))
        n5 = self.out5(torch.cat((self.down4(n4), p5), 1))
        return [branch(level) for branch, level in zip(self.branches, (n3, n4, n5), strict=True)]


def space_to_depth(frames: Tensor) -> Tensor:
    """uint8 [N,H,W,3] -> uint8 [N,12,H/2,W/2]; channels are (dx, dy, colour), the order of the starting weights."""
    _, height, width, _ = frames.shape
    blocks = frames.reshape(-1, height // 2, 2, width // 2, 2, 3)
    return blocks.permute(0, 4, 2, 5, 1, 3).reshape(-1, 12, height // 2, width // 2)


def decode(maps: list[Tensor]) -> Tensor:
    """Maps of `RoadNetwork` -> [N, anchors, 4+1+classes]: centre x, centre y, width, height in input pixels, then logits."""
    rows = []
    for stride, level in zip(STRIDES, maps, strict=True):
        _, channels, height, width = level.shape
        ys, xs = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        grid = torch.stack((xs, ys), -1).reshape(1, height * width, 2).to(level)
        flat = level.reshape(-1, channels, height * width).permute(0, 2, 1)
        centre = (flat[..., :2] + grid) * stride
        size = torch.exp(flat[..., 2:4]) * stride
        rows.append(torch.cat((centre, size, flat[..., 4:]), -1))
    return torch.cat(rows, 1)


class Exported(nn.Module):
    """What the ONNX file holds: bytes in; YOLOX rows out, [N, cells, 4+1+classes], the grid decoded outside."""

    def __init__(self, network: RoadNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, frames: Tensor) -> Tensor:
        rows = torch.cat([level.flatten(2) for level in self.network(frames)], 2).permute(0, 2, 1)
        return torch.cat((rows[..., :4], torch.sigmoid(rows[..., 4:])), -1)
