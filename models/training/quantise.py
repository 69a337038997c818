"""INT8 variants of a shipped model, and what they cost and gain: nothing is shipped from here by itself.

    python -m models.training.quantise --shared ../shared --model road-small --out data/int8

Static: weights and activations, QDQ, per channel, ranges from training pictures; the last layers of each branch stay in
float, where boxes are. Dynamic: weights only, of layers that ONNX Runtime can do so. Accuracy on the test split, then time:
one thread, all files in turn in every round, fastest and median, so that a busy machine is busy for all of them.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from .plate_text.alphabet import load_crops
from .plate_text.dataset import fitted, read_rgb
from .plate_text.evaluate import read_all
from .plate_text.evaluate import score as text_score
from .road.boxes import letterbox
from .road.detectors import open_session, road
from .road.evaluate import load_frames, score
from .road.network import CLASSES

WEIGHTS = Path("models/weights")
CALIBRATION = 64
ROUNDS = 40


class Pictures(CalibrationDataReader):
    def __init__(self, pictures: list[NDArray[np.uint8]]) -> None:
        self.rest: Iterator = iter(pictures)

    def get_next(self):
        picture = next(self.rest, None)
        return None if picture is None else {"frames": picture[None]}


def training_pictures(model: str, shared: Path) -> list[NDArray[np.uint8]]:
    random = np.random.default_rng(0)
    if model == "plate-text":
        crops = load_crops(shared / "data/plate-text", "train")
        return [fitted(read_rgb(crops[i].file)) for i in random.choice(len(crops), CALIBRATION, replace=False)]
    frames = load_frames(shared / "data/street-frames", "train")
    _, height, width, _ = open_session(WEIGHTS / f"{model}.onnx").get_inputs()[0].shape
    return [letterbox(frame.image, width, height)[0] for frame in frames[:CALIBRATION]]


def in_float(file: Path) -> list[str]:
    """Convolutions that nothing but reshaping and joining follows: what they say is coordinates and odds."""
    graph = onnx.load(file).graph
    users: dict[str, list] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    passing = {"Concat", "Reshape", "Transpose", "Sigmoid", "Slice", "Flatten", "LogSoftmax", "Shape"}

    def ends(name: str) -> bool:
        return all(user.op_type in passing and all(ends(out) for out in user.output) for user in users.get(name, []))

    return [node.name for node in graph.node if node.op_type == "Conv" and ends(node.output[0])]


def accuracy(model: str, file: Path, shared: Path) -> str:
    if model == "plate-text":
        session, crops = open_session(file), load_crops(shared / "data/plate-text", "test")
        return text_score(read_all(lambda pictures: session.run(None, {"frames": pictures})[0], crops), crops)
    frames, detect = load_frames(shared / "data/street-frames", "test"), road(file)
    values = score([detect(frame.image) for frame in frames], frames)
    return "AP50 " + " ".join(f"{name} {values[name]:.3f}" for name in CLASSES if not np.isnan(values[name]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--model", choices=("road", "road-small", "plate-text"), required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the variants; private")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    source, prepared = WEIGHTS / f"{args.model}.onnx", args.out / f"{args.model}-prepared.onnx"
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    pictures = training_pictures(args.model, args.shared)
    files = {"float": source}
    for name in ("static", "dynamic"):
        files[name] = args.out / f"{args.model}-{name}.onnx"
    quantize_static(
        str(prepared), str(files["static"]), Pictures(pictures), quant_format=QuantFormat.QDQ, per_channel=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=["Conv"],
        nodes_to_exclude=in_float(prepared),
    )
    quantize_dynamic(str(prepared), str(files["dynamic"]), weight_type=QuantType.QUInt8)
    sessions = {name: open_session(file) for name, file in files.items()}
    times: dict[str, list[float]] = {name: [] for name in files}
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            started = time.perf_counter()
            session.run(None, {"frames": pictures[0][None]})
            times[name].append((time.perf_counter() - started) * 1000)
    for name, file in files.items():
        print(f"{args.model} {name:8} {file.stat().st_size:>9} bytes, {min(times[name]):.1f} ms fastest, {np.median(times[name]):.1f} median; {accuracy(args.model, file, args.shared)}", flush=True)


if __name__ == "__main__":
    main()
