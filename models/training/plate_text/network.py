"""The reader: a small convolutional network that looks along two lines at once and is trained with CTC."""

import torch
from torch import Tensor, nn

from .alphabet import CLASSES

# One stretched shape for all plates: long ones become narrow, two-line ones nearly keep theirs.
WIDTH, HEIGHT = 160, 64
STEPS = WIDTH // 4
ROWS = HEIGHT // 8


def block(inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(True))


class PlateText(nn.Module):
    """uint8 [N,64,160,3] RGB -> log-probabilities [N,80,38]: 40 steps along the upper line, then 40 along the lower.

    A plate of one line is read in the first 40 steps. Class 0 is CTC's blank.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = block(3, 24, 2)
        self.body = nn.Sequential(block(24, 48, (2, 1)), block(48, 64, (1, 2)), block(64, 96, (2, 1)))
        self.deep = nn.Sequential(block(96, 96), nn.Conv2d(96, 96, 3, 1, 1, bias=False), nn.BatchNorm2d(96))
        self.where = nn.Sequential(nn.Conv2d(96 + 1, 32, 3, 1, 1), nn.ReLU(True), nn.Conv2d(32, 2, 1))
        # What a line that is not there looks like.
        self.absent = nn.Parameter(torch.zeros(1, 96, 2, 1))
        self.absent_score = nn.Parameter(torch.zeros(1, 2, 1, 1))
        self.along = nn.Sequential(nn.Conv1d(96, 128, 5, 1, 2, bias=False), nn.BatchNorm1d(128), nn.ReLU(True))
        self.context = nn.Sequential(nn.Conv1d(128, 128, 5, 1, 4, dilation=2, bias=False), nn.BatchNorm1d(128), nn.ReLU(True))
        self.drop = nn.Dropout(0.1)
        self.say = nn.Conv1d(128, CLASSES, 1)

    def forward(self, frames: Tensor) -> Tensor:
        pixels = frames.permute(0, 3, 1, 2).float() / 64.0 - 2.0
        seen = self.body(self.stem(pixels))
        seen = torch.relu(seen + self.deep(seen))
        row = torch.linspace(-1, 1, ROWS, device=seen.device, dtype=seen.dtype).view(1, 1, ROWS, 1)
        row = row.expand(seen.shape[0], 1, ROWS, STEPS)
        scores = self.where(torch.cat([seen, row], 1))
        none = self.absent_score.to(scores.dtype).expand(scores.shape[0], 2, 1, STEPS)
        weights = torch.cat([scores, none], 2).softmax(2)
        lines = []
        for line in range(2):
            own = weights[:, line : line + 1]
            pooled = (seen * own[:, :, :ROWS]).sum(2) + self.absent[:, :, line] * own[:, 0, ROWS:]
            lines.append(pooled)
        # Both lines go through the same reader, as pictures of one batch.
        both = torch.stack(lines, 1).flatten(0, 1)
        features = self.along(both)
        features = features + self.context(features)
        logits = self.say(self.drop(features)).float().log_softmax(1)
        return logits.view(-1, 2, CLASSES, STEPS).transpose(2, 3).reshape(-1, 2 * STEPS, CLASSES)
