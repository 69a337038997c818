"""Box arithmetic on arrays [n,4] of x1 y1 x2 y2, in pixels unless said otherwise."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def areas(boxes: Array) -> Array:
    return np.clip(boxes[:, 2] - boxes[:, 0], 0, None) * np.clip(boxes[:, 3] - boxes[:, 1], 0, None)


def intersections(a: Array, b: Array) -> Array:
    """[n,4] and [m,4] -> areas shared, [n,m]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.prod(np.clip(high - low, 0, None), axis=2)


def ious(a: Array, b: Array) -> Array:
    shared = intersections(a, b)
    return shared / np.maximum(areas(a)[:, None] + areas(b)[None] - shared, 1e-6)


def covered(a: Array, b: Array) -> Array:
    """Share of each box of `a` that lies inside each box of `b`, [n,m]."""
    return intersections(a, b) / np.maximum(areas(a)[:, None], 1e-6)


def suppress(boxes: Array, scores: Array, classes: NDArray[np.int64], iou: float) -> NDArray[np.int64]:
    """Greedy suppression within each class; returns the rows kept, best first."""
    order = np.argsort(-scores)
    kept: list[int] = []
    for row in order:
        same = [k for k in kept if classes[k] == classes[row]]
        if not same or ious(boxes[row : row + 1], boxes[same]).max() < iou:
            kept.append(int(row))
    return np.array(kept, np.int64)


def letterbox(image: NDArray[np.uint8], width: int, height: int) -> tuple[NDArray[np.uint8], float]:
    """Shrinks or enlarges to fit, picture at the top left, grey 114 elsewhere; returns the factor applied too."""
    import cv2

    scale = min(width / image.shape[1], height / image.shape[0])
    new = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    shrunk = cv2.resize(image, new, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    canvas = np.full((height, width, 3), 114, np.uint8)
    canvas[: new[1], : new[0]] = shrunk
    return canvas, scale
