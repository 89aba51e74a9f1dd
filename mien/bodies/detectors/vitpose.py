"""ViTPose of transformers, by the name or folder of its weights.

Xu et al. 2022, ViTPose: Simple Vision Transformer Baselines for Human Pose Estimation; ViTPose+ has experts for several
data sets, of which COCO's is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from mien.bodies.detectors.boxes import Box, PeopleInBoxes, PersonBoxes, open_transformers
from mien.bodies.keypoints import BODY_COUNT, PoseError
from mien.bodies.poses.found import Found, nobody

LEAST_CONFIDENCE = 0.2
SUGGESTED = "usyd-community/vitpose-plus-base"


def open_vitpose(weights: Path | str | None, finder: PersonBoxes | None, most: int) -> PeopleInBoxes:
    """ViTPose as a detector. Raises PoseError without weights, and for ones that cannot be opened."""
    if weights is None:
        raise PoseError(f"vitpose has no weights of its own: name them, such as {SUGGESTED}, or give their folder")
    return PeopleInBoxes(_ViTPose(weights), finder, most)


class _ViTPose:
    def __init__(self, weights: Path | str) -> None:
        self._processor, self._model = open_transformers(weights, "VitPoseForPoseEstimation", "vitpose")
        if int(self._model.config.num_labels) != BODY_COUNT:
            raise PoseError(f"vitpose has {self._model.config.num_labels} points in {weights}, not COCO's 17")
        self._experts = int(getattr(self._model.config.backbone_config, "num_experts", 1)) > 1

    @torch.no_grad()
    def __call__(self, frame: NDArray[np.uint8], boxes: list[Box]) -> list[Found]:
        inputs: dict[str, Any] = dict(
            self._processor(images=[Image.fromarray(frame)], boxes=[[list(box) for box in boxes]], return_tensors="pt")
        )
        if self._experts:
            inputs["dataset_index"] = torch.zeros(len(boxes), dtype=torch.long)
        result = self._processor.post_process_pose_estimation(
            self._model(**inputs), boxes=[np.array(boxes, np.float32)]
        )
        return [_found(one) for one in result[0]]


def _found(result: dict[str, Any]) -> Found:
    found = nobody()
    scores = np.clip(np.asarray(result["scores"], np.float32), 0, 1)
    known = scores >= LEAST_CONFIDENCE
    found.points[:BODY_COUNT] = np.where(known[:, None], np.asarray(result["keypoints"], np.float32) + 0.5, 0)
    found.confidence[:BODY_COUNT] = np.where(known, scores, 0)
    return found
