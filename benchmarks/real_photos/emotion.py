"""Which feeling a classifier that this project does not train names: mini-XCEPTION on FER-2013.

Arriaga et al., "Real-time convolutional neural networks for emotion and gender classification", 2017. It is a weak
judge (66 % on its own test set), so its answers on the stills themselves stand beside those on the videos.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.real_photos.face import OVAL, Face, Picture

CLASSES = ("ANG", "DIS", "FEA", "HAP", "SAD", "SUR", "NEU")
OURS = [index for index, name in enumerate(CLASSES) if name != "SUR"]
SIDE = 64
SIZES = (1.0, 1.15, 1.3)
"""Sides of the square around the outline of the face, over the longer side of that outline; the answers are averaged.

FER-2013 is cut to the face, some pictures more, some less; one size alone makes the answer depend on it.
"""


class Classifier:
    """mini-XCEPTION: probabilities (7,) in the order of `CLASSES`."""

    def __init__(self, model: Path) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def probabilities(self, frames: Sequence[Picture], faces: Sequence[Face]) -> NDArray[np.float64]:
        """Mean probabilities (7,) over frames with their faces."""
        inputs = [window(frame, face, size) for frame, face in zip(frames, faces, strict=True) for size in SIZES]
        values = np.stack(inputs).astype(np.float32)[..., None] / 127.5 - 1
        return np.asarray(self._session.run(None, {self._input: values})[0], np.float64).mean(0)


def window(frame: Picture, face: Face, size: float) -> NDArray[np.uint8]:
    """The face in grey (64, 64): a square of `size` times the longer side of its outline, upright as it is."""
    outline = face.mesh[list(OVAL)]
    low, high = outline.min(0), outline.max(0)
    side = size * float((high - low).max())
    left, top = (low + high) / 2 - side / 2
    factor = SIDE / side
    matrix = np.array([[factor, 0, -left * factor], [0, factor, -top * factor]])
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    if factor < 1:  # warpAffine has no INTER_AREA
        grey = cv2.GaussianBlur(grey, (0, 0), 0.5 * np.sqrt(1 / factor**2 - 1) + 1e-3)
    return np.asarray(cv2.warpAffine(grey, matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def named(probabilities: NDArray[np.float64], all_classes: bool = False) -> str:
    """The likeliest of our six feelings, or of all seven classes."""
    if all_classes:
        return CLASSES[int(np.argmax(probabilities))]
    return CLASSES[max(OURS, key=lambda index: probabilities[index])]
