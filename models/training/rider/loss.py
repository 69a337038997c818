"""The road detector's loss, with classes that exclude each other: softmax where it has one logit each."""

import torch
import torch.nn.functional as functional
from torch import Tensor

from ..road.loss import BOX_WEIGHT, IGNORED_SHARE, area, assign, cells_of, corners, shared_area
from ..road.network import decode

# Labels are wrong now and then, and a network that believes every one of them is too sure of itself.
SMOOTHING = 0.05


def loss(maps: list[Tensor], truth: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, dict[str, float]]:
    """@param truth per crop boxes [n,4] in pixels and classes [n], -1 for a region to ignore."""
    maps = [level.float() for level in maps]
    rows = decode(maps)
    centres, strides = cells_of(maps)
    box_loss = class_loss = rows.sum() * 0
    objectness, weights, positives = torch.zeros(rows.shape[:2]), torch.ones(rows.shape[:2]), 0
    for crop, (all_boxes, all_classes) in enumerate(truth):
        ignored, boxes, classes = all_boxes[all_classes < 0], all_boxes[all_classes >= 0], all_classes[all_classes >= 0]
        if len(ignored):
            predicted = corners(rows[crop].detach())
            inside = (shared_area(predicted, ignored) / area(predicted)[:, None].clamp(min=1e-6)).amax(1)
            weights[crop, inside > IGNORED_SHARE] = 0
        if not len(boxes):
            continue
        cells, thing, _ = assign(rows[crop].detach(), boxes, classes, centres, strides)
        positives += len(cells)
        objectness[crop, cells], weights[crop, cells] = 1, 1
        mine, target = rows[crop, cells], boxes[thing]
        a = corners(mine)
        both = (torch.minimum(a[:, 2:], target[:, 2:]) - torch.maximum(a[:, :2], target[:, :2])).clamp(min=0).prod(-1)
        overlap = both / (area(a) + area(target) - both).clamp(min=1e-6)
        box_loss = box_loss + (1 - overlap**2).sum()
        class_loss = class_loss + functional.cross_entropy(
            mine[:, 5:], classes[thing], reduction="sum", label_smoothing=SMOOTHING
        )
    object_loss = functional.binary_cross_entropy_with_logits(rows[..., 4], objectness, weights, reduction="sum")
    count = max(positives, 1)
    parts = {"box": box_loss / count, "object": object_loss / count, "class": class_loss / count}
    total = BOX_WEIGHT * parts["box"] + parts["object"] + parts["class"]
    return total, {name: float(value.detach()) for name, value in parts.items()}
