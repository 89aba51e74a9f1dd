"""ARKit's expression weights by MediaPipe's face landmarker, if its model file is available.

The network gives 52 scores: `_neutral` and ARKit's names except `tongueOut`. Its file (`face_landmarker.task` or
`face_landmarker_v2_with_blendshapes.task`) is not in MediaPipe's wheel and is not downloaded here. The scores are an
alternative to the expressions of `mien.heads.fitting.fit`; they contain neither identity nor rotation.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.faces.detectors.interface import DetectorUnavailable
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX


class BlendshapeDetector:
    """Estimates expression weights in the frames of one clip in order; created by `open_blendshapes`."""

    def __init__(self, landmarker: Any, fps: Fraction) -> None:
        self._landmarker = landmarker
        self._fps = fps
        self._frame = 0

    def detect(self, frame: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Weights (52,) in [0, 1], in the order of `ARKIT_NAMES`, for the next RGB frame (H, W, 3); None: no face."""
        import mediapipe

        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(frame))
        milliseconds = round(1000 * self._frame / self._fps)
        self._frame += 1
        found = self._landmarker.detect_for_video(image, milliseconds).face_blendshapes
        if not found:
            return None
        weights = np.zeros(len(ARKIT_NAMES), np.float32)
        for score in found[0]:
            if score.category_name in EXPRESSION_INDEX:
                weights[EXPRESSION_INDEX[score.category_name]] = score.score
        return weights.clip(0, 1)


@contextmanager
def open_blendshapes(model: Path, fps: Fraction = Fraction(25)) -> Iterator[BlendshapeDetector]:
    """Yield a detector for one clip of `fps` frames per second; its resources are released at the end.

    Raises DetectorUnavailable if `model` is missing or is not a face landmarker with blendshapes.
    """
    if not model.is_file():
        raise DetectorUnavailable(f"{model} is not there: give the path of MediaPipe's face_landmarker.task")
    try:
        # MediaPipe hangs on files that are not archives, so they are checked first
        with zipfile.ZipFile(model) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise DetectorUnavailable(f"{model} is no MediaPipe task file ({error})") from error
    if "face_blendshapes.tflite" not in names:
        raise DetectorUnavailable(f"{model} holds no face_blendshapes.tflite: it is another of MediaPipe's tasks")
    with _landmarker(model) as landmarker:
        yield BlendshapeDetector(landmarker, fps)


def _landmarker(model: Path) -> Any:
    from mediapipe.tasks.python import BaseOptions, vision  # takes a second to import

    from mien.media.stderr import quiet_stderr

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    try:
        with quiet_stderr():
            return vision.FaceLandmarker.create_from_options(options)
    except (RuntimeError, ValueError) as error:
        raise DetectorUnavailable(f"{model} could not be opened: {str(error).splitlines()[0]}") from error


def measure_blendshapes(
    frames: Iterable[NDArray[np.uint8]], model: Path, fps: Fraction = Fraction(25)
) -> NDArray[np.float32]:
    """Expression weights (T, 52) of the frames of a clip; a frame without a face repeats the previous weights.

    Raises DetectorUnavailable as `open_blendshapes`, ValueError if no frame shows a face.
    """
    with open_blendshapes(model, fps) as detector:
        found = [detector.detect(frame) for frame in frames]
    seen = [index for index, weights in enumerate(found) if weights is not None]
    if not seen:
        raise ValueError("no frame shows a face")
    held = np.searchsorted(seen, np.arange(len(found)), side="right") - 1
    return np.stack([found[seen[max(index, 0)]] for index in held]).astype(np.float32)
