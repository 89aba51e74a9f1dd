"""Which detectors of poses can be used on this machine."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from mien.bodies.detectors.mmpose_library import missing_mmpose


@dataclass(frozen=True)
class DetectorStatus:
    """name: of the detector. usable: whether it runs here. note: what it is or needs, in one sentence."""

    name: str
    usable: bool
    note: str


def detectors_there(models: Path = Path("models")) -> list[DetectorStatus]:
    """The state of each detector; nothing heavy is imported. models: folder of the pipeline's models."""
    mmpose = missing_mmpose()
    trained = (models / "pose" / "config.json").is_file()
    own = "trained weights are in models/pose" if trained else "train weights with the stage pose, or give RTMPose's"
    transformers = importlib.util.find_spec("transformers") is not None
    mediapipe = importlib.util.find_spec("mediapipe") is not None
    return [
        DetectorStatus(
            "mediapipe", mediapipe, "body and hands of up to four people" if mediapipe else "pip install mediapipe"
        ),
        DetectorStatus("mmpose", mmpose is None, mmpose or f"RTMPose; {own}"),
        DetectorStatus(
            "vitpose",
            transformers,
            "ViTPose by name or folder of its weights" if transformers else "pip install 'mien[text]'",
        ),
        DetectorStatus("skeleton", True, "ready skeleton videos in OpenPose's or COCO's colours"),
    ]
