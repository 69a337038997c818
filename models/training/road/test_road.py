"""python -m unittest models.training.road.test_road"""

import os
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from .boxes import suppress
from .detectors import Found, open_session
from .evaluate import Frame, average_precision, match
from .export import TOLERANCE, export
from .loss import loss
from .network import RoadNetwork
from .starting_weights import load_starting_weights

START = Path(os.environ.get("WATCHPOST_SHARED", "../shared")) / "models/yolox_nano_416.onnx"


def frame(boxes: list[list[float]], ignore: list[list[float]]) -> Frame:
    shape = np.array(boxes, np.float32).reshape(-1, 4)
    ignored = np.array(ignore, np.float32).reshape(-1, 4)
    return Frame("drawn", np.zeros((100, 100, 3), np.uint8), shape, np.zeros(len(shape), int), ignored)


def found(boxes: list[list[float]], scores: list[float]) -> Found:
    return Found(np.array(boxes, np.float32), np.array(scores, np.float32), np.zeros(len(boxes), np.int64))


class Evaluation(unittest.TestCase):
    def test_a_detection_in_an_ignored_region_counts_neither_way(self) -> None:
        answers = match(found([[0, 0, 10, 10], [50, 50, 60, 60]], [0.9, 0.8]), frame([[0, 0, 10, 10]], [[45, 45, 65, 65]]), 0)
        self.assertEqual([hit for _, hit in answers], [True])

    def test_a_second_box_on_one_thing_is_a_false_one(self) -> None:
        answers = match(found([[0, 0, 10, 10], [0, 0, 10, 9]], [0.9, 0.8]), frame([[0, 0, 10, 10]], []), 0)
        self.assertEqual([hit for _, hit in answers], [True, False])

    def test_half_of_the_things_found_without_error_is_half_the_precision(self) -> None:
        self.assertAlmostEqual(average_precision([(0.9, True)], 2), 51 / 101)


class Boxes(unittest.TestCase):
    def test_suppression_keeps_another_class_in_the_same_place(self) -> None:
        boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]], np.float32)
        kept = suppress(boxes, np.array([0.5, 0.9, 0.4], np.float32), np.array([0, 0, 1]), 0.5)
        self.assertEqual(sorted(kept.tolist()), [1, 2])


class Network(unittest.TestCase):
    @unittest.skipUnless(START.exists(), "starting weights are not beside the repository")
    def test_with_the_starting_weights_it_answers_as_the_original(self) -> None:
        frames = np.random.default_rng(0).integers(0, 256, (1, 416, 416, 3), np.uint8)
        original = open_session(START).run(None, {"images": frames[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)})[0]
        with torch.no_grad():
            maps = load_starting_weights(START, coco=True)(torch.from_numpy(frames))
        rows = torch.cat([level.flatten(2) for level in maps], 2).permute(0, 2, 1).numpy()
        self.assertLess(np.abs(rows[..., :4] - original[..., :4]).max(), TOLERANCE)
        self.assertLess(np.abs(1 / (1 + np.exp(-rows[..., 4:])) - original[..., 4:]).max(), TOLERANCE)

    def test_the_exported_file_takes_any_number_of_frames_and_answers_as_pytorch(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.assertLess(export(RoadNetwork(), 96, 64, Path(folder) / "road.onnx"), TOLERANCE)


class Loss(unittest.TestCase):
    def test_a_few_steps_on_one_picture_lower_it(self) -> None:
        torch.manual_seed(0)
        network = RoadNetwork()
        frames = torch.randint(0, 255, (1, 64, 96, 3), dtype=torch.uint8)
        truth = [(torch.tensor([[10.0, 10, 40, 50]]), torch.tensor([2]))]
        optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
        values = []
        for _ in range(12):
            total, _ = loss(network(frames), truth)
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            values.append(float(total.detach()))
        self.assertLess(values[-1], values[0])

    def test_nothing_is_said_about_an_ignored_region(self) -> None:
        maps = [torch.zeros(1, 11, 64 // s, 96 // s) for s in (8, 16, 32)]
        everything = [(torch.tensor([[-500.0, -500, 900, 900]]), torch.tensor([-1]))]
        self.assertEqual(float(loss(maps, everything)[0]), 0.0)


if __name__ == "__main__":
    unittest.main()
