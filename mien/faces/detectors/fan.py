"""Landmarks by face-alignment's 2D FAN networks, on the GPU if there is one."""

from __future__ import annotations

import warnings
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from urllib.error import URLError

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mien.faces.detectors.interface import DetectorUnavailable, Face

LANDMARK_WEIGHTS = "2DFAN4-11f355bf06.pth.tar"
DETECTOR_WEIGHTS = {
    "sfd": "s3fd-619a316812.pth",
    "retinaface": "retinaface_mobilenet0.25.pth",
    "yunet": "face_detection_yunet_2023mar.onnx",
}
"""Face detector → weight files that face-alignment expects in its cache folder.

Its other detectors are left out: blazeface unpickles a downloaded file, scrfd and dlib need further packages.
"""

_SFD_URL = "https://www.adrianbulat.com/downloads/python-fan/s3fd-619a316812.pth"
_SFD_HASH = "619a316812"


def weights_folder() -> Path:
    """Cache folder of face-alignment's weights: `$TORCH_HOME/hub/checkpoints`."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def missing_weights(face_detector: str = "sfd") -> list[Path]:
    """The weight files that are not on this machine."""
    paths = (weights_folder() / name for name in (LANDMARK_WEIGHTS, DETECTOR_WEIGHTS[face_detector]))
    return [path for path in paths if not path.is_file()]


def _detector_arguments(face_detector: str) -> dict[str, str]:
    if face_detector != "sfd":
        return {}
    # By default this detector unpickles its file; with a path it loads weights only.
    path = weights_folder() / DETECTOR_WEIGHTS["sfd"]
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(_SFD_URL, str(path), hash_prefix=_SFD_HASH, progress=False)
    return {"path_to_detector": str(path)}


def _without_compiling() -> None:
    # face-alignment compiles two small functions in every process, which takes longer than many clips; as plain Python
    # they cost a few milliseconds per face and give the same points.
    from face_alignment import utils

    for name in ("_get_preds_fromhm", "transform_np"):
        function = getattr(utils, name)
        setattr(utils, name, getattr(function, "py_func", function))


class FaceAlignmentLandmarks:
    """face-alignment's detector and 2DFAN-4 as a `LandmarkDetector`; it gives no mesh."""

    def __init__(self, max_faces: int = 2, face_detector: str = "sfd", device: str | None = None) -> None:
        """Load the networks on `device`; None: on the GPU if there is one.

        face-alignment downloads weights that are not in its cache folder; raises DetectorUnavailable if that fails or
        if a weight file is damaged.
        """
        from face_alignment import FaceAlignment, LandmarksType

        if face_detector not in DETECTOR_WEIGHTS:
            raise ValueError(f"unknown face detector {face_detector!r}: choose {', '.join(DETECTOR_WEIGHTS)}")
        self._max_faces = max_faces
        _without_compiling()
        try:
            self._networks: Any = FaceAlignment(
                LandmarksType.TWO_D,
                device=device or ("cuda" if torch.cuda.is_available() else "cpu"),
                face_detector=face_detector,
                face_detector_kwargs=_detector_arguments(face_detector),
                compile=False,
            )
        except (URLError, OSError) as error:
            names = ", ".join(path.name for path in missing_weights(face_detector)) or "the detector's weights"
            raise DetectorUnavailable(
                f"face-alignment cannot download its weights ({error}): put {names} into {weights_folder()}, "
                "or choose the detector mediapipe, which needs none"
            ) from error
        except (RuntimeError, ValueError, EOFError, UnpicklingError, cv2.error) as error:  # reading the files
            why = (str(error) or type(error).__name__).splitlines()[0]
            raise DetectorUnavailable(
                f"face-alignment's weights in {weights_folder()} are damaged or of another network: remove them and "
                f"fetch them again, or choose the detector mediapipe ({why})"
            ) from error

    def reset(self) -> None:
        """No effect: frames are processed independently."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
        """The faces in an RGB frame (H, W, 3), the largest first; `score` is the mean height of the heat maps."""
        boxes = self._networks.face_detector.detect_from_image(frame.copy())
        boxes = sorted(boxes, key=lambda box: -float((box[2] - box[0]) * (box[3] - box[1])))[: self._max_faces]
        if not boxes:
            return []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found, scores, _ = self._networks.get_landmarks_from_image(
                frame, detected_faces=boxes, return_landmark_score=True
            )
        faces = [
            # integers: the index of the pixel that contains the point, from 0
            Face(np.asarray(points, np.float32)[:, :2], None, float(np.clip(np.mean(score), 0, 1)))
            for points, score in zip(found, scores, strict=True)
        ]
        return sorted(faces, key=lambda face: -face.extent)
