"""The same work as the usual script does it: OpenCV reads the clip, every fifth picture goes through ONNX Runtime.

    python opencv_onnxruntime.py CLIP MODEL WIDTH HEIGHT CLASSES STEP

One thread for each library. No tracker and no rules, which ours has: the comparison favours the script.
Prints JSON: frames, CPU milliseconds per analysed frame, latency of a picture from decoded to boxes (ms).
"""

import json
import resource
import sys
import time

import cv2
import numpy as np
import onnxruntime

clip, model, width, height, classes, step = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
cv2.setNumThreads(1)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
session.run(None, {name: np.full((1, height, width, 3), 114, np.uint8)})

grid = np.concatenate(
    [
        np.stack(np.meshgrid(np.arange(width // s), np.arange(height // s)), -1).reshape(-1, 2)
        for s in (8, 16, 32)
    ]
)
strides = np.concatenate([np.full((width // s) * (height // s), s) for s in (8, 16, 32)])[:, None]


def boxes_of(output, scale, min_score=0.1):
    scores = output[:, 4:5] * output[:, 5:]
    best = scores.argmax(1)
    score = scores[np.arange(len(best)), best]
    keep = score >= min_score
    centre = (output[keep, :2] + grid[keep]) * strides[keep]
    size = np.exp(output[keep, 2:4]) * strides[keep]
    boxes = np.concatenate([centre - size / 2, size], 1) / scale
    kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), score[keep].tolist(), best[keep].tolist(), min_score, 0.65)
    return boxes[kept], score[keep][kept], best[keep][kept]


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


started, latencies, found, index = cpu(), [], 0, 0
capture = cv2.VideoCapture(clip, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
while capture.grab():
    index += 1
    if (index - 1) % step:
        continue
    _, picture = capture.retrieve()
    at = time.perf_counter()
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    frame = np.full((height, width, 3), 114, np.uint8)
    frame[: size[1], : size[0]] = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    boxes, _, _ = boxes_of(session.run(None, {name: frame[None]})[0][0], scale)
    latencies.append((time.perf_counter() - at) * 1000)
    found += len(boxes)
used = cpu() - started
print(
    json.dumps(
        {
            "frames": len(latencies),
            "boxes": found,
            "cpuMs": used / len(latencies),
            "latencyMs": {
                "count": len(latencies),
                **{f"p{q}": round(float(np.percentile(latencies, q)), 3) for q in (50, 95, 99)},
            },
            "versions": {"opencv": cv2.__version__, "onnxruntime": onnxruntime.__version__},
        }
    )
)
