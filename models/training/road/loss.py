"""YOLOX's loss with its SimOTA assignment (https://arxiv.org/abs/2107.08430, section 2.1), and regions to ignore."""

import torch
import torch.nn.functional as functional
from torch import Tensor

from .network import STRIDES, decode

BOX_WEIGHT = 5.0
# A cell may answer for a thing when it lies in its box or this many strides around its centre.
CENTRE_REACH = 2.0
# Cost of a cell that is not in the box or not near the centre: never chosen while others are left.
FAR = 1e5
CANDIDATES = 10
# A prediction that lies this much in an ignored region is not told that nothing is there.
IGNORED_SHARE = 0.5


def cells_of(maps: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Centres [cells,2] in pixels and strides [cells]."""
    centres, strides = [], []
    for stride, level in zip(STRIDES, maps, strict=True):
        height, width = level.shape[-2:]
        ys, xs = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        centres.append((torch.stack((xs, ys), -1).reshape(-1, 2) + 0.5) * stride)
        strides.append(torch.full((height * width,), stride))
    return torch.cat(centres).float(), torch.cat(strides).float()


def corners(rows: Tensor) -> Tensor:
    return torch.cat((rows[..., :2] - rows[..., 2:4] / 2, rows[..., :2] + rows[..., 2:4] / 2), -1)


def shared_area(a: Tensor, b: Tensor) -> Tensor:
    low = torch.maximum(a[:, None, :2], b[None, :, :2])
    high = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    return (high - low).clamp(min=0).prod(-1)


def area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:] - boxes[:, :2]).clamp(min=0).prod(-1)


def pairwise_iou(a: Tensor, b: Tensor) -> Tensor:
    both = shared_area(a, b)
    return both / (area(a)[:, None] + area(b)[None] - both).clamp(min=1e-6)


@torch.no_grad()
def assign(rows: Tensor, boxes: Tensor, classes: Tensor, centres: Tensor, strides: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """One picture. -> cells chosen, the box each answers for, and their IoU."""
    x, y = centres[None, :, 0], centres[None, :, 1]
    in_box = (x > boxes[:, None, 0]) & (x < boxes[:, None, 2]) & (y > boxes[:, None, 1]) & (y < boxes[:, None, 3])
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    near = ((centres[None] - middle[:, None]).abs().amax(-1)) < CENTRE_REACH * strides[None]
    cells = (in_box | near).any(0).nonzero()[:, 0]
    in_box, near, rows = in_box[:, cells], near[:, cells], rows[cells]
    iou = pairwise_iou(boxes, corners(rows))
    probability = (rows[:, 4:5].sigmoid() * rows[:, 5:].sigmoid()).sqrt()
    wanted = functional.one_hot(classes, rows.shape[1] - 5).float()
    class_cost = functional.binary_cross_entropy(
        probability[None].expand(len(boxes), -1, -1), wanted[:, None].expand(-1, len(cells), -1), reduction="none"
    ).sum(-1)
    cost = class_cost - 3 * torch.log(iou + 1e-8) + FAR * (~(in_box & near))
    each = iou.topk(min(CANDIDATES, len(cells)), 1).values.sum(1).int().clamp(min=1)
    matching = torch.zeros_like(cost, dtype=torch.bool)
    for thing in range(len(boxes)):
        matching[thing, cost[thing].topk(min(int(each[thing]), len(cells)), largest=False).indices] = True
    # A cell that several things want goes to the one it costs least.
    disputed = matching.sum(0) > 1
    if disputed.any():
        cheapest = cost[:, disputed].argmin(0)
        matching[:, disputed] = False
        matching[cheapest, disputed.nonzero()[:, 0]] = True
    chosen = matching.any(0)
    thing = matching[:, chosen].float().argmax(0)
    return cells[chosen], thing, iou[thing, chosen.nonzero()[:, 0]]


def loss(maps: list[Tensor], truth: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, dict[str, float]]:
    """@param truth per picture boxes [n,4] in pixels and classes [n], -1 for a region to ignore."""
    maps = [level.float() for level in maps]
    rows = decode(maps)
    centres, strides = cells_of(maps)
    box_loss = class_loss = rows.sum() * 0
    objectness, weights, positives = torch.zeros(rows.shape[:2]), torch.ones(rows.shape[:2]), 0
    for picture, (all_boxes, all_classes) in enumerate(truth):
        ignored, boxes, classes = all_boxes[all_classes < 0], all_boxes[all_classes >= 0], all_classes[all_classes >= 0]
        if len(ignored):
            predicted = corners(rows[picture].detach())
            inside = (shared_area(predicted, ignored) / area(predicted)[:, None].clamp(min=1e-6)).amax(1)
            weights[picture, inside > IGNORED_SHARE] = 0
        if not len(boxes):
            continue
        cells, thing, iou = assign(rows[picture].detach(), boxes, classes, centres, strides)
        positives += len(cells)
        objectness[picture, cells], weights[picture, cells] = 1, 1
        mine, target = rows[picture, cells], boxes[thing]
        a = corners(mine)
        both = (torch.minimum(a[:, 2:], target[:, 2:]) - torch.maximum(a[:, :2], target[:, :2])).clamp(min=0).prod(-1)
        overlap = both / (area(a) + area(target) - both).clamp(min=1e-6)
        box_loss = box_loss + (1 - overlap**2).sum()
        wanted = functional.one_hot(classes[thing], rows.shape[2] - 5).float() * iou[:, None]
        class_loss = class_loss + functional.binary_cross_entropy_with_logits(mine[:, 5:], wanted, reduction="sum")
    object_loss = functional.binary_cross_entropy_with_logits(rows[..., 4], objectness, weights, reduction="sum")
    count = max(positives, 1)
    parts = {"box": box_loss / count, "object": object_loss / count, "class": class_loss / count}
    total = BOX_WEIGHT * parts["box"] + parts["object"] + parts["class"]
    return total, {name: float(value.detach()) for name, value in parts.items()}
