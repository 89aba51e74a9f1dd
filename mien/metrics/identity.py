"""Identity preservation: the cosine similarity of two face embeddings by a published face-recognition network.

The network is a file that the user provides (such as MobileFace's ONNX); none is included or trained here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 112
TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Positions of eyes (left in the picture first), tip of the nose and mouth corners in the 112×112 picture, in pixels.

Deng et al., "ArcFace", CVPR 2019: the usual alignment for training face-recognition networks.
"""

Embedding = NDArray[np.float32]


def five_points(landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Eyes, tip of the nose and mouth corners (5, 2) from iBUG landmarks (68, 2), in the order of `TEMPLATE`."""
    points = np.asarray(landmarks, np.float64)
    return np.stack([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])


def aligned(frame: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The face in an RGB frame (H, W, 3) with landmarks (68, 2) aligned for the network: (112, 112, 3).

    The similarity transform (without reflection) maps the five points onto `TEMPLATE` with least squared error.
    """
    points, targets = five_points(landmarks) @ (1, 1j), np.asarray(TEMPLATE) @ (1, 1j)
    centred = points - points.mean()
    # With points as complex numbers, rotation and scale are one factor, which has this least-squares solution.
    factor = (np.conj(centred) * (targets - targets.mean())).sum() / max(float((np.abs(centred) ** 2).sum()), 1e-9)
    shift = targets.mean() - factor * points.mean()
    matrix = np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
    way = cv2.INTER_CUBIC if abs(factor) > 1 else cv2.INTER_AREA
    warped = cv2.warpAffine(frame, matrix, (SIDE, SIDE), flags=way, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _by_onnxruntime(path: Path) -> Callable[[NDArray[np.float32]], NDArray[Any]]:
    import onnxruntime  # type: ignore[import-untyped]  # no stubs; optional

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda pictures: np.asarray(session.run(None, {name: pictures})[0])


def _by_opencv(path: Path) -> Callable[[NDArray[np.float32]], NDArray[Any]]:
    network = cv2.dnn.readNetFromONNX(str(path))

    def run(pictures: NDArray[np.float32]) -> NDArray[Any]:
        network.setInput(pictures)
        return np.asarray(network.forward())

    return run


class IdentityJudge:
    """A face-recognition network: RGB pictures (N, 3, 112, 112) with values 0–255 → embeddings (N, D)."""

    def __init__(self, model: Path) -> None:
        """Load an ONNX file, with onnxruntime if it is installed, else with OpenCV.

        Raises ValueError if the file is missing or not such a network.
        """
        if not model.is_file():
            raise ValueError(f"identity_model: there is no file {model}; null leaves the measure out")
        try:
            try:
                self._run = _by_onnxruntime(model)
            except ImportError:
                self._run = _by_opencv(model)
            self._run(np.zeros((1, 3, SIDE, SIDE), np.float32))
        except Exception as error:  # both libraries raise errors of many types
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise ValueError(
                f"identity_model: {model} is no network that takes faces (N, 3, {SIDE}, {SIDE}) ({reason})"
            ) from error

    def embed(self, frames: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> Embedding | None:
        """The mean embedding (D,), normalised to length 1, of RGB frames (T, H, W, 3) with landmarks (T, 68, 2).

        Frames with NaN landmarks are left out; None if no frame is left.
        """
        seen = np.flatnonzero(np.isfinite(landmarks).all(axis=(1, 2)))
        if not len(seen):
            return None
        pictures = np.stack([aligned(frames[index], landmarks[index]) for index in seen])
        found = self._run(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2).astype(np.float32)))
        units = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        mean = units.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def identity_cosine(one: Embedding | None, other: Embedding | None) -> float | None:
    """Cosine similarity of two embeddings of length 1, in [−1, 1]; None if either is missing."""
    return None if one is None or other is None else float(np.dot(one, other))
