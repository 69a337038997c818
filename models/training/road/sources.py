"""Where the training pictures come from. Nothing of it is committed; README.md has the table with licences.

`shared` is the folder of footage and data beside the repository, `clones` a folder of public repositories checked out
as `owner+name`. Each source yields `Picture`s: an RGB image, a group (one camera or one set of photos) and what is
already known of it from labels that came along.
"""

import csv
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from .boxes import Array
from .evaluate import load_frames

# Wide enough for every training size; larger ones only cost reading time.
MAX_WIDTH = 1920


@dataclass(frozen=True)
class Picture:
    name: str
    group: str
    image: np.ndarray
    # Labels by hand, complete for the classes in `complete`: [n,4] px and class numbers.
    boxes: Array = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    classes: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    complete: frozenset[int] = frozenset()
    # Rider and machine in one box, as many data sets have it.
    riders: Array = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    ignore: Array = field(default_factory=lambda: np.zeros((0, 4), np.float32))


# Clip, and how many frames, evenly spread: neighbours show the same vehicles, so more would teach little.
CLIPS = {
    "avenue-wrong-way.mp4": 10,
    "bridge-motorbikes-close.mp4": 12,
    "motorway-cctv-320x240.avi": 12,
    "highway-8fps-damaged.mp4": 12,
    "campus-pedestrians-480x360.avi": 14,
    "car-park-ccby.mp4": 6,
    "us-crossroad.mp4": 16,
}


def read(path: Path) -> np.ndarray | None:
    image = cv2.imread(str(path))
    if image is None:
        return None
    image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    if image.shape[1] > MAX_WIDTH:
        height = round(image.shape[0] * MAX_WIDTH / image.shape[1])
        image = cv2.resize(image, (MAX_WIDTH, height), interpolation=cv2.INTER_AREA)
    return image


def every(paths: list[Path], count: int) -> list[Path]:
    """`count` of them, evenly spread."""
    paths = sorted(paths)
    return [paths[round(i)] for i in np.linspace(0, len(paths) - 1, min(count, len(paths)))] if paths else []


def video(path: Path, count: int, group: str) -> Iterator[Picture]:
    probe = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames", "-show_entries"]
    probe += ["stream=width,height,nb_read_frames", "-of", "csv=p=0", str(path)]
    width, height, frames = map(int, subprocess.run(probe, capture_output=True, text=True, check=True).stdout.split(",")[:3])
    wanted = {round(i) for i in np.linspace(frames * 0.03, frames * 0.97, count)}
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        for number in range(frames):
            data = process.stdout.read(width * height * 3)
            if len(data) < width * height * 3:
                break
            if number in wanted:
                image = np.frombuffer(data, np.uint8).reshape(height, width, 3).copy()
                yield Picture(f"{group}-{number:04d}", group, image)


def yolo_labels(path: Path, image: np.ndarray) -> tuple[np.ndarray, Array]:
    text = path.read_text().split() if path.exists() else []
    rows = np.array(text, np.float32).reshape(-1, 5) if len(text) % 5 == 0 else np.zeros((0, 5), np.float32)
    size = np.array([image.shape[1], image.shape[0]] * 2, np.float32)
    boxes = np.concatenate((rows[:, 1:3] - rows[:, 3:5] / 2, rows[:, 1:3] + rows[:, 3:5] / 2), 1) * size
    return rows[:, 0].astype(int), boxes


def street_frames(shared: Path) -> Iterator[Picture]:
    for frame in load_frames(shared / "data/street-frames", "train"):
        group = frame.name.split("-")[0] + "-by-hand"
        yield Picture(
            Path(frame.name).stem, group, frame.image, frame.boxes, frame.classes, frozenset(range(6)), ignore=frame.ignore
        )


def rider_photos(shared: Path, count: int = 170) -> Iterator[Picture]:
    with open(shared / "data/riders/index.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    for path in every([shared / "data/riders" / row["image"] for row in rows], count):
        image = read(path)
        if image is not None:
            label = shared / "data/riders/labels" / path.relative_to(shared / "data/riders/images").with_suffix(".txt")
            yield Picture(f"riders-{path.stem}", "riders", image, riders=yolo_labels(label, image)[1])


def vietnamese_vehicles(clones: Path, count: int = 110) -> Iterator[Picture]:
    """One camera over a dual carriageway, rain and dusk; boxes of four classes by hand."""
    root = clones / "minhtrietcancode+vietnamese-vehicle-detection/new_train_test_data/train"
    # The second number is dusk: as many as of the first.
    chosen = every(list(root.glob("images/cam_01*")), count // 2) + every(list(root.glob("images/cam_02*")), count // 2)
    for path in chosen:
        image = read(path)
        if image is None:
            continue
        classes, boxes = yolo_labels(root / "labels" / f"{path.stem}.txt", image)
        sized = np.prod(boxes[:, 2:] - boxes[:, :2], 1) > 100
        four = np.array([2, 3, 4, 5])[np.clip(classes, 0, 3)]
        by_hand = sized & (classes > 0)
        yield Picture(
            f"vnv-{path.stem}", "vnv", image, boxes[by_hand], four[by_hand], frozenset((3, 4, 5)),
            riders=boxes[sized & (classes == 0)],
        )


def hanoi_crossing(clones: Path, count: int = 80) -> Iterator[Picture]:
    """One camera over a dense crossing: stills that a violation detector kept, thin lines drawn in some."""
    root = clones / "nguyengiakhanh127+AI-Traffic-Violation-detection"
    stills = [p for p in root.rglob("*scene_in*.jpg")] + [p for p in root.glob("demo_data/imgs/*.jpg")]
    for path in every(stills, count):
        image = read(path)
        if image is not None:
            yield Picture(f"hanoi-{path.stem}", "hanoi", image)


def sumedang(clones: Path) -> Iterator[Picture]:
    """One still each of 28 Indonesian street cameras."""
    root = clones / "azzikriputra6661+Realtime-Traffic-Counter/static/images/thumbnail"
    for path in sorted(root.glob("*.png")):
        image = read(path)
        if image is not None:
            yield Picture(f"sumedang-{path.stem}", f"sumedang-{path.stem}", image)


def everyday_photos(clones: Path, count: int = 220) -> Iterator[Picture]:
    """Photos, so that the near and large is not forgotten: samples of COCO and Open Images."""
    coco = clones / "https-github-com-overflowassassins+yolo-person-vehicle-dataset/dataset_sample/images"
    vehicles = clones / "yuskun+object_detected/datasets/Vehicles/train/images"
    for path in [*sorted(coco.glob("*.jpg")), *every(list(vehicles.glob("*.jpg")), count)]:
        image = read(path)
        if image is not None:
            yield Picture(f"photo-{path.stem[:24]}", "photos", image)


def all_pictures(shared: Path, clones: Path) -> Iterator[Picture]:
    yield from street_frames(shared)
    for clip, count in CLIPS.items():
        yield from video(shared / "footage" / clip, count, clip.split("-")[0])
    yield from sumedang(clones)
    yield from hanoi_crossing(clones)
    yield from vietnamese_vehicles(clones)
    yield from rider_photos(shared)
    yield from everyday_photos(clones)
