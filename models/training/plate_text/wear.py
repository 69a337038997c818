"""What street and camera do to a plate: dirt, shine, tilt, distance, blur, noise, encoder."""

import cv2
import numpy as np


def blotch(shape: tuple[int, int], random: np.random.Generator, cells: int) -> np.ndarray:
    """Smooth noise 0–1, height x width."""
    small = random.random((max(2, cells * shape[0] // max(shape)), cells)).astype(np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def dirty(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mud, worn paint, bolts, glare and shadow on the plate itself."""
    out = image
    if random.random() < 0.35:
        mud = np.clip((blotch(image.shape[:2], random, int(random.integers(4, 16))) - random.uniform(0.55, 0.8)) * 5, 0, random.uniform(0.3, 0.85))
        colour = np.array((110, 90, 70)) * random.uniform(0.5, 1.4)
        out = (out * (1 - mud[..., None]) + colour * mud[..., None]).astype(np.uint8)
    if random.random() < 0.2:
        # Paint that has gone shows the ground.
        worn = np.clip((blotch(image.shape[:2], random, int(random.integers(15, 50))) - 0.65) * 8, 0, 0.8)
        ground = np.median(image.reshape(-1, 3), axis=0)
        out = (out * (1 - worn[..., None]) + ground * worn[..., None]).astype(np.uint8)
    if random.random() < 0.3:
        out = out.copy()
        height, width = out.shape[:2]
        for x in (random.uniform(0.1, 0.3), random.uniform(0.7, 0.9)):
            at = (int(x * width), int(random.choice([0.08, 0.5, 0.92]) * height))
            cv2.circle(out, at, int(height * random.uniform(0.02, 0.045)), [int(v) for v in random.integers(40, 200, 3)], -1, cv2.LINE_AA)
    if random.random() < 0.3:
        light = 1 + (blotch(image.shape[:2], random, 3) - 0.5) * random.uniform(0.3, 1.1)
        out = np.clip(out * light[..., None], 0, 255).astype(np.uint8)
    if random.random() < 0.08:
        shine = np.clip((blotch(image.shape[:2], random, 5) - 0.7) * 4, 0, 0.8)
        out = (out + (255 - out) * shine[..., None]).astype(np.uint8)
    return out


def viewed(image: np.ndarray, random: np.random.Generator, height: int, tilt: float, margin: float):
    """-> the plate as a crop of about that height from an oblique view, and the 3x3 homography that did it."""
    own_height, own_width = image.shape[:2]
    width = max(8, int(height * own_width / own_height * random.uniform(0.78, 1.2)))
    corners = np.float32([(0, 0), (own_width, 0), (own_width, own_height), (0, own_height)])
    angle = np.radians(np.clip(random.normal(0, tilt), -16, 16))
    # A long plate turned far needs a crop that no detector would cut tight: less of it.
    angle *= min(1.0, 2.2 * own_height / own_width)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = (corners / (own_width, own_height) - 0.5) * (width, height)
    seen = seen @ turn.T + random.normal(0, 0.025, (4, 2)) * (width, height) * (tilt > 0)
    low, high = seen.min(0), seen.max(0)
    size = high - low
    before = random.uniform(-0.015, margin, 2) * size
    after = random.uniform(-0.015, margin, 2) * size
    seen = seen - low + before
    out_size = np.maximum(8, np.round(size + before + after)).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    scale = own_height / height
    source = cv2.GaussianBlur(image, (0, 0), scale * 0.42) if scale > 1.2 else image
    if random.random() < 0.5:
        around = cv2.resize(random.integers(0, 200, (3, 4, 3)).astype(np.uint8), tuple(map(int, out_size)), interpolation=cv2.INTER_CUBIC)
        out = cv2.warpPerspective(source, matrix, tuple(map(int, out_size)), dst=around, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_LINEAR)
    else:
        colour = [int(v) for v in random.integers(0, 160, 3)]
        out = cv2.warpPerspective(source, matrix, tuple(map(int, out_size)), borderValue=colour, flags=cv2.INTER_LINEAR)
    return out, matrix


def recorded(image: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
    """Lens, shutter, sensor and encoder; `strength` 0–1."""
    out = image
    if random.random() < 0.6 * strength:
        out = cv2.GaussianBlur(out, (0, 0), random.uniform(0.25, 0.4 + image.shape[0] * 0.045))
    if random.random() < 0.25 * strength:
        length = int(random.integers(2, 3 + max(1, image.shape[0] // 12)))
        kernel = np.zeros((length, length), np.float32)
        end = random.integers(0, length, 2)
        cv2.line(kernel, (0, 0) if random.random() < 0.5 else (0, length - 1), tuple(map(int, end)), 1.0)
        out = cv2.filter2D(out, -1, kernel / max(1e-6, kernel.sum()))
    values = out.astype(np.float32)
    if random.random() < 0.7:
        values = (values - 127) * random.uniform(0.35, 1.3) + 127 + random.uniform(-45, 40)
        values *= random.normal(1, 0.06, 3)
    if random.random() < 0.3:
        values = 255 * np.clip(values / 255, 0, 1) ** random.uniform(0.6, 1.8)
    if random.random() < 0.5:
        values = values + random.normal(0, random.uniform(1, 14 * strength + 2), values.shape)
    out = np.clip(values, 0, 255).astype(np.uint8)
    if random.random() < 0.08:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if random.random() < 0.6:
        quality = int(random.integers(int(85 - 60 * strength), 96))
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return out


def repainted(image: np.ndarray, random: np.random.Generator, ground, letters) -> np.ndarray:
    """A real plate in other colours: dark becomes the letters' colour, light the ground's."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    low, high = np.percentile(grey, (5, 90))
    light = np.clip((grey - low) / max(10.0, high - low), 0, 1.15)[..., None]
    out = np.array(letters) * (1 - light) + np.array(ground) * light
    return np.clip(out, 0, 255).astype(np.uint8)
