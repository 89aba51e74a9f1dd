"""The model of figures that follow: its folder, and how MLflow's registry serves it.

An evaluation registers it and needs no more of the system than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature

if TYPE_CHECKING:
    from mien.follow.model import FollowModel

KIND = "follow"
"""Of the folder itself, which holds the model of scenes; the other parts are in folders of their own in it."""

JOINT_COUNT = 65
"""Of `mien.bodies.keypoints.JOINTS`, which is not imported here, because numpy is slow to import."""

SERVED_SIDE = 96
"""Side in pixels of the videos of the served model."""


def _load(folder: Path) -> FollowModel:
    from mien.follow.model import FollowModel

    return FollowModel.load(folder)


def _predict(model: FollowModel, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    """`video` uint8 (B, T, 96, 96, 3) RGB of texts, seeds and `poses` (B, T, 65, 3), 25 frames a second.

    poses: x and y in pixels of a picture of 96×96, and the confidence in [0, 1], 0 for unknown points.
    """
    from mien.follow.generate.served import videos

    return {"video": videos(model, [str(one) for one in batch["text"]], batch["seed"].tolist(), batch["poses"])}


def _standing() -> list[list[list[float]]]:
    """Two frames of an example pose: only shoulders and hips are known."""
    known = {5: (56, 30), 6: (40, 30), 11: (53, 54), 12: (43, 54)}
    pose = [[*map(float, known[joint]), 1.0] if joint in known else [0.0, 0.0, 0.0] for joint in range(JOINT_COUNT)]
    return [pose, pose]


MODEL = ModelFolder("figures that follow", (KIND,), Path("models/follow"), "follow", _load)

SIGNATURE = Signature(
    inputs={"text": ("str", (-1,)), "seed": ("int64", (-1,)), "poses": ("float32", (-1, -1, JOINT_COUNT, 3))},
    outputs={"video": ("uint8", (-1, -1, SERVED_SIDE, SERVED_SIDE, 3))},
    example={"text": ["Cô gái nhảy múa trên cát", "a man in a red coat"], "seed": [0, 1], "poses": [_standing()] * 2},
)

SERVED = Served(MODEL, __name__, SIGNATURE, _predict)

_load_pyfunc = SERVED.load
