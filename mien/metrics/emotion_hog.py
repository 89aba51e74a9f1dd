"""The second emotion judge: histograms of oriented gradients (HOG) and a linear classifier.

It is independent of the convolutional judge, so a generator that exploits one is detected by the other; it is never a
loss either. Gradients are taken in two windows, eyes with brows and mouth with chin, each averaged with its mirror
image, which reduces the influence of hair, background and the direction of the light.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from mien.clips import EMOTIONS
from mien.files import sha256_file
from mien.metrics.emotion import evenly
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json

WINDOWS = (((0.14, 0.46, 0.18, 0.82), (64, 32)), ((0.50, 0.86, 0.26, 0.74), (48, 40)))
"""Top, bottom, left and right of each window relative to the aligned crop, and its size in pixels (width, height)."""

CELL, BINS = 8, 9
"""Side of a cell in pixels, and number of orientation bins; a block is 2×2 cells, with a stride of one cell."""

WEIGHTS, CONFIG = "hog.safetensors", "hog.json"
"""File names in the folder of the judges."""

Grey = NDArray[np.uint8]


def _descriptor(width: int, height: int) -> cv2.HOGDescriptor:
    return cv2.HOGDescriptor((width, height), (2 * CELL, 2 * CELL), (CELL, CELL), (CELL, CELL), BINS)


_DESCRIPTORS = tuple(_descriptor(*size) for _, size in WINDOWS)

FEATURES = sum(descriptor.getDescriptorSize() for descriptor in _DESCRIPTORS)
"""Length of the feature vector of a clip."""


def grey_frames(frames: NDArray[np.uint8], count: int) -> Grey:
    """`count` evenly spaced frames of RGB uint8 (T, S, S, 3) as grey (count, S, S)."""
    chosen = frames[evenly(len(frames), count)]
    return np.stack([np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in chosen])


def _window(frame: Grey, box: tuple[float, ...], size: tuple[int, int]) -> Grey:
    side = frame.shape[0]
    top, bottom, left, right = (part * side for part in box)
    across, down = size[0] / (right - left), size[1] / (bottom - top)
    # Pixel centres have integer coordinates, so an edge at `left` pixels is at left − ½.
    matrix = np.array([[across, 0, (0.5 - left) * across - 0.5], [0, down, (0.5 - top) * down - 0.5]])
    return np.asarray(
        cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def hog_features(grey: Grey) -> NDArray[np.float32]:
    """Features (FEATURES,) of aligned grey frames uint8 (T, S, S) of a clip: means over frames and mirror images.

    Dalal and Triggs, "Histograms of oriented gradients for human detection", CVPR 2005: unsigned gradients, blocks
    normalised by L2-Hys; computed by OpenCV.
    """
    total = np.zeros(FEATURES)
    for frame in grey:
        parts = []
        for (box, size), descriptor in zip(WINDOWS, _DESCRIPTORS, strict=True):
            window = _window(frame, box, size)
            flipped = np.ascontiguousarray(window[:, ::-1])
            both = (descriptor.compute(window), descriptor.compute(flipped))
            parts.append((np.ravel(both[0]) + np.ravel(both[1])) / 2)
        total += np.concatenate(parts)
    return np.asarray(total / len(grey), np.float32)


@dataclass(frozen=True)
class HogJudge:
    """Linear classifier of `hog_features`: `weights` (6, FEATURES), `biases` (6,) in the order of `EMOTIONS`, float32.

    `frames`: number of frames used of a clip. `trained_clips`: number of training clips; the predictions of a judge
    with 0 must not be used.
    """

    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    frames: int
    trained_clips: int

    @staticmethod
    def untrained(frames: int) -> HogJudge:
        """A judge without training: all probabilities are equal."""
        return HogJudge(np.zeros((6, FEATURES), np.float32), np.zeros(6, np.float32), frames, 0)

    def predict(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (6,) in the order of `EMOTIONS` for RGB frames uint8 (T, S, S, 3) of one clip; T ≥ 1."""
        scores = self.weights @ hog_features(grey_frames(frames, self.frames)) + self.biases
        powers = np.exp(scores - scores.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def save(self, folder: Path) -> None:
        """Write hog.safetensors and hog.json into a folder; writing it atomically is left to the caller."""
        save_file({"weights": self.weights, "biases": self.biases}, folder / WEIGHTS)
        facts = {"kind": "hog_judge", "frames": self.frames, "trained_clips": self.trained_clips}
        write_checksummed_json(folder / CONFIG, {**facts, "sha256": sha256_file(folder / WEIGHTS)})

    @staticmethod
    def load(folder: Path) -> HogJudge:
        """Load a judge written by `save`. Raises ValueError if it is missing, damaged or of another version."""
        again = "run `dvc repro emotion_judge`"
        try:
            values = read_checksummed_json(folder / CONFIG)
            if values["sha256"] != sha256_file(folder / WEIGHTS):
                raise ValueError(f"{WEIGHTS} is not the one that was saved")
            tensors = load_file(folder / WEIGHTS)
            judge = HogJudge(tensors["weights"], tensors["biases"], int(values["frames"]), int(values["trained_clips"]))
        except FileNotFoundError as error:
            raise ValueError(f"{folder} holds no second emotion judge: {again}") from error
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise ValueError(f"{folder} holds a damaged second emotion judge ({error}): {again}") from error
        if judge.weights.shape != (len(EMOTIONS), FEATURES) or judge.biases.shape != (len(EMOTIONS),):
            raise ValueError(f"{folder} holds a second emotion judge of another version: {again}")
        return judge
