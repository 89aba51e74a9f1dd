"""ARKit's expression weights by MediaPipe's face landmarker, where its model file is there.

The landmarker's network gives 52 scores: ARKit's names but for `tongueOut`, and `_neutral`. Its file
(`face_landmarker.task` or `face_landmarker_v2_with_blendshapes.task`) is not in MediaPipe's wheel and nothing here
downloads it. The scores are a second opinion beside `mien.heads.fitting.fit`: they know no head and no rotation.
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
    """Reads expression weights from the frames of one clip in their order; made by `open_blendshapes`."""

    def __init__(self, landmarker: Any, fps: Fraction) -> None:
        self._landmarker = landmarker
        self._fps = fps
        self._frame = 0

    def detect(self, frame: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        """Weights (52,) in [0, 1] by `ARKIT_NAMES` of the face in the next RGB frame (H, W, 3); None without a face."""
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
    """Yield a detector for one clip of `fps` frames a second, and free what it holds at the end.

    Raises DetectorUnavailable in one sentence when `model` is not there or is no face landmarker with blendshapes.
    """
    if not model.is_file():
        raise DetectorUnavailable(f"{model} is not there: give the path of MediaPipe's face_landmarker.task")
    try:
        # MediaPipe ends the process's patience, not the process, on files that are no archive: look first
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

    from mien.faces.detectors.mediapipe_mesh import quiet

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
    )
    try:
        with quiet():
            return vision.FaceLandmarker.create_from_options(options)
    except (RuntimeError, ValueError) as error:
        raise DetectorUnavailable(f"{model} could not be opened: {str(error).splitlines()[0]}") from error


def measure_blendshapes(
    frames: Iterable[NDArray[np.uint8]], model: Path, fps: Fraction = Fraction(25)
) -> NDArray[np.float32]:
    """Expression weights (T, 52) of a clip's frames; a frame without a face has those of the frame before.

    Raises DetectorUnavailable as `open_blendshapes`, ValueError when no frame shows a face.
    """
    with open_blendshapes(model, fps) as detector:
        found = [detector.detect(frame) for frame in frames]
    seen = [index for index, weights in enumerate(found) if weights is not None]
    if not seen:
        raise ValueError("no frame shows a face")
    held = np.searchsorted(seen, np.arange(len(found)), side="right") - 1
    return np.stack([found[seen[max(index, 0)]] for index in held]).astype(np.float32)
