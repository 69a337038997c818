"""The detectors we start from, compare with and learn from, and our own: one call each, RGB picture in, boxes out.

Every detector returns what it finds above `MIN_SCORE` as `Found`, classes in the order of `network.CLASSES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from .boxes import Array, letterbox, suppress
from .network import STRIDES
from .starting_weights import COCO_ROWS

MIN_SCORE = 0.01
# What each family's authors suppress with; DEIMv2 needs none.
YOLOX_IOU, PICODET_IOU = 0.65, 0.6


@dataclass(frozen=True)
class Found:
    boxes: Array
    scores: Array
    classes: NDArray[np.int64]

    @staticmethod
    def join(parts: list["Found"]) -> "Found":
        return Found(*(np.concatenate([getattr(p, key) for p in parts]) for key in ("boxes", "scores", "classes")))

    def take(self, rows: NDArray) -> "Found":
        return Found(self.boxes[rows], self.scores[rows], self.classes[rows])


Detector = Callable[[NDArray[np.uint8]], Found]


def open_session(path: Path | bytes, threads: int = 1) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return ort.InferenceSession(path if isinstance(path, bytes) else str(path), options)


def yolox_rows(rows: Array, width: int, height: int) -> tuple[Array, Array]:
    """Raw YOLOX output of one picture, [cells, 5+classes] -> boxes in input pixels and class scores [cells, classes]."""
    cells = [np.stack(np.meshgrid(np.arange(width // s), np.arange(height // s)), -1).reshape(-1, 2) for s in STRIDES]
    grid = np.concatenate(cells)
    stride = np.concatenate([np.full(len(part), s) for part, s in zip(cells, STRIDES, strict=True)])[:, None]
    centre = (rows[:, :2] + grid) * stride
    half = np.exp(rows[:, 2:4]) * stride / 2
    return np.concatenate((centre - half, centre + half), 1), rows[:, 4:5] * rows[:, 5:]


def best_of(boxes: Array, scores: Array, iou: float | None) -> Found:
    """Every (box, class) pair above `MIN_SCORE`, as COCO's evaluation takes them, after suppression per class."""
    rows, classes = np.nonzero(scores >= MIN_SCORE)
    found = Found(boxes[rows].astype(np.float32), scores[rows, classes].astype(np.float32), classes)
    found = found.take(np.argsort(-found.scores)[:600])
    if iou is None or len(found.scores) == 0:
        return found
    return found.take(suppress(found.boxes, found.scores, found.classes, iou))


def clipped(found: Found, image: NDArray[np.uint8], scale: tuple[float, float]) -> Found:
    boxes = found.boxes / np.array([scale[0], scale[1], scale[0], scale[1]], np.float32)
    limit = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
    return Found(np.clip(boxes, 0, limit).astype(np.float32), found.scores, found.classes)


def yolox(path: Path | bytes, size: int = 416) -> Detector:
    """@param size other than 416 changes the graph's fixed input, as its authors' exporter would."""
    session = open_session(path if size == 416 else resized_yolox(Path(path), size))

    def detect(image: NDArray[np.uint8]) -> Found:
        canvas, scale = letterbox(image, size, size)
        picture = canvas[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        boxes, scores = yolox_rows(session.run(None, {"images": picture})[0][0], size, size)
        return clipped(best_of(boxes, scores[:, list(COCO_ROWS)], YOLOX_IOU), image, (scale, scale))

    return detect


def resized_yolox(path: Path, size: int) -> bytes:
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        for at, dim in enumerate(value.type.tensor_type.shape.dim):
            if at > 0 and value.name != "output" and dim.dim_value == 416:
                dim.dim_value = size
            if value.name == "output" and at == 1:
                dim.dim_value = sum((size // s) ** 2 for s in STRIDES)
    del model.graph.value_info[:]
    cells = {(416 // s) ** 2: (size // s) ** 2 for s in STRIDES}
    for tensor in model.graph.initializer:
        shape = numpy_helper.to_array(tensor)
        if tensor.data_type == onnx.TensorProto.INT64 and shape.size == 3 and shape[-1] in cells:
            reshaped = np.array([*shape[:2], cells[int(shape[-1])]], np.int64)
            tensor.CopyFrom(numpy_helper.from_array(reshaped, tensor.name))
    return model.SerializeToString()


def deimv2(path: Path, size: int) -> Detector:
    session = open_session(path)
    row_of = {coco: ours for ours, coco in enumerate(COCO_ROWS)}

    def detect(image: NDArray[np.uint8]) -> Found:
        picture = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)[None].astype(np.float32) / 255
        sizes = np.array([[image.shape[1], image.shape[0]]], np.int64)
        labels, boxes, scores = (v[0] for v in session.run(None, {"images": picture, "orig_target_sizes": sizes}))
        kept = np.array([i for i, c in enumerate(labels) if int(c) in row_of and scores[i] >= MIN_SCORE], np.int64)
        classes = np.array([row_of[int(labels[i])] for i in kept], np.int64)
        return clipped(Found(boxes[kept].astype(np.float32), scores[kept].astype(np.float32), classes), image, (1, 1))

    return detect


def picodet(path: Path, size: int = 416) -> Detector:
    session = open_session(path)
    mean, std = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)

    def detect(image: NDArray[np.uint8]) -> Found:
        picture = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        outputs = session.run(None, {session.get_inputs()[0].name: ((picture - mean) / std).transpose(2, 0, 1)[None]})
        scores_of = sorted((o[0] for o in outputs if o.shape[-1] == 80), key=len, reverse=True)
        bins_of = sorted((o[0] for o in outputs if o.shape[-1] == 32), key=len, reverse=True)
        all_boxes, all_scores = [], []
        for scores, bins in zip(scores_of, bins_of, strict=True):
            side = int(round(len(scores) ** 0.5))
            stride = size / side
            centre = (np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) + 0.5) * stride
            weights = np.exp(bins.reshape(-1, 4, 8) - bins.reshape(-1, 4, 8).max(2, keepdims=True))
            reach = (weights / weights.sum(2, keepdims=True) @ np.arange(8)) * stride
            all_boxes.append(np.concatenate((centre - reach[:, :2], centre + reach[:, 2:]), 1))
            all_scores.append(scores[:, list(COCO_ROWS)])
        found = best_of(np.concatenate(all_boxes), np.concatenate(all_scores), PICODET_IOU)
        return clipped(found, image, (size / image.shape[1], size / image.shape[0]))

    return detect


def road(path: Path | bytes) -> Detector:
    """Our own file: bytes [N,H,W,3] in, YOLOX rows out."""
    session = open_session(path)
    _, height, width, _ = session.get_inputs()[0].shape

    def detect(image: NDArray[np.uint8]) -> Found:
        canvas, scale = letterbox(image, width, height)
        boxes, scores = yolox_rows(session.run(None, {"frames": canvas[None]})[0][0], width, height)
        return clipped(best_of(boxes, scores, YOLOX_IOU), image, (scale, scale))

    return detect


def starting_models(folder: Path) -> dict[str, Detector]:
    return {
        "yolox-nano-416": yolox(folder / "yolox_nano_416.onnx"),
        "yolox-nano-640": yolox(folder / "yolox_nano_416.onnx", 640),
        "deimv2-femto-416": deimv2(folder / "deimv2_hgnetv2_femto_coco.onnx", 416),
        "deimv2-atto-320": deimv2(folder / "deimv2_hgnetv2_atto_coco.onnx", 320),
        "picodet-s-416": picodet(folder / "picodet_s_416_coco.onnx"),
    }
