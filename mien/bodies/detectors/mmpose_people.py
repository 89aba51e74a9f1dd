"""mmpose as a detector: RTMPose with weights of the user's own, or the estimator of the stage `pose`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from mien.bodies.detectors.boxes import Box, PeopleInBoxes, PersonBoxes
from mien.bodies.detectors.heat_maps import HeatMapConfig, HeatMapPose
from mien.bodies.detectors.rtmpose import STEM_CHANNELS, STRIDE, RTMPose, RTMPoseConfig, to_tensor
from mien.bodies.keypoints import BODY, INDEX, PoseError
from mien.bodies.poses.found import Found, nobody
from mien.bodies.poses.openpose_json import WHOLE_BODY
from mien.training.model_folder import load_network

LEAST_CONFIDENCE = 0.3
KIND = "pose"
"""Kind of the model folders of the stage `pose`."""

_PADDING, _PADDING_OF_OWN = 1.25, 1.0
"""Of a box: as in mmpose's configurations; the estimator of the stage `pose` is trained on closer crops."""

HALPE_26 = (
    *BODY, "head_top", "neck", "mid_hip", "left_big_toe", "right_big_toe", "left_small_toe", "right_small_toe",
    "left_heel", "right_heel",
)  # fmt: skip
ORDERS = {17: BODY, 26: HALPE_26, 133: WHOLE_BODY}
"""Names of the points of RTMPose's models by their number: COCO, Halpe (feet), COCO-WholeBody (feet and hands)."""


def open_mmpose(weights: Path | str | None, finder: PersonBoxes | None, most: int) -> PeopleInBoxes:
    """mmpose as a detector.

    weights: a folder of the stage `pose`, or a file of RTMPose's weights (`.safetensors`, or `.pth` with a plain state
    dict), whose size is told by its tensors. Raises PoseError without weights, for ones that do not fit, and if mmpose
    is not there.
    """
    if weights is None:
        raise PoseError("mmpose has no weights of its own: give a file of RTMPose's, or models/pose of the stage pose")
    return PeopleInBoxes(ReadBoxes(load_estimator(Path(weights))), finder, most)


def load_estimator(path: Path) -> RTMPose | HeatMapPose:
    """The network in a folder of the stage `pose`, or in a file of RTMPose's weights; see `open_mmpose`."""
    return load_heat_maps(path) if path.is_dir() else load_rtmpose(path)


def load_heat_maps(folder: Path) -> HeatMapPose:
    """The network in a folder of the stage `pose`. Raises PoseError in one sentence if there is none."""
    try:
        network, _ = load_network(folder, (KIND,), build)
    except PoseError:
        raise
    except ValueError as error:
        raise PoseError(str(error)) from error
    return network


def load_rtmpose(path: Path) -> RTMPose:
    """The network in a file of RTMPose's weights."""
    tensors = _tensors(path)
    try:
        network = RTMPose(config_of(tensors))
        network.load_state_dict(tensors)
    except (KeyError, RuntimeError, IndexError) as error:
        reason = " ".join(str(error).split())[:160]
        raise PoseError(f"{path.name} holds no weights of RTMPose (t, s, m or l) that fit: {reason}") from error
    return network.eval().requires_grad_(False)


def build(content: Mapping[str, Any]) -> HeatMapPose:
    """The network of the config.json of a folder, with random weights."""
    return HeatMapPose(HeatMapConfig(**content["model"]))


def config_of(tensors: Mapping[str, Tensor]) -> RTMPoseConfig:
    """The configuration that fits a state dict. Raises KeyError for one that is not RTMPose's."""
    channels = {count: size for size, count in STEM_CHANNELS.items()}
    size = channels[tensors["backbone.stem.0.conv.weight"].shape[0]]
    width, height = (tensors[f"head.cls_{axis}.weight"].shape[0] // 2 for axis in "xy")
    if width % STRIDE or height % STRIDE or max(width, height) > 1024:
        raise KeyError(f"an input of {width}×{height} pixels")
    return RTMPoseConfig(size, width, height, tensors["head.final_layer.weight"].shape[0])


def _tensors(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise PoseError(f"{path} is not there: give a file of RTMPose's weights, or models/pose of the stage pose")
    try:
        content: Any = (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)  # nothing is unpickled but tensors
        )
    except (OSError, SafetensorError, RuntimeError, EOFError, ValueError) as error:
        reason = " ".join(str(error).split())[:100]
        raise PoseError(f"{path.name} cannot be read as plain weights ({reason})") from error
    except Exception as error:  # torch raises pickle's own error for anything but tensors
        if type(error).__name__ != "UnpicklingError":
            raise
        raise PoseError(
            f"{path.name} holds more than tensors, which is not unpickled: save its state_dict as .safetensors"
        ) from error
    state = content.get("state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not all(isinstance(one, Tensor) for one in state.values()):
        raise PoseError(f"{path.name} holds no state dict of tensors")
    return {str(name): tensor for name, tensor in state.items() if not str(name).startswith("data_preprocessor.")}


class ReadBoxes:
    """Picture and boxes → people, by an estimator of mmpose."""

    def __init__(self, network: RTMPose | HeatMapPose) -> None:
        """Raises PoseError for a number of points that is not known."""
        self.network = network.eval()
        if network.config.points not in ORDERS:
            raise PoseError(f"an estimator with {network.config.points} points is not known: {sorted(ORDERS)} are")
        self._names = ORDERS[network.config.points]
        self._padding = _PADDING_OF_OWN if isinstance(network, HeatMapPose) else _PADDING

    @torch.no_grad()
    def __call__(self, frame: NDArray[np.uint8], boxes: list[Box]) -> list[Found]:
        """A person for each box, points surer than `LEAST_CONFIDENCE` known."""
        config = self.network.config
        matrices = [crop(box, config.width, config.height, self._padding) for box in boxes]
        crops = np.stack([cut(frame, matrix, config.width, config.height) for matrix in matrices])
        points, confidence = self.network.decode(self.network(to_tensor(crops)))
        return [
            self._found((points[row] - matrix[:, 2]) / matrix[0, 0], confidence[row])
            for row, matrix in enumerate(matrices)
        ]

    def _found(self, points: NDArray[np.float32], confidence: NDArray[np.float32]) -> Found:
        found = nobody()
        for row, name in enumerate(self._names):
            if name in INDEX and confidence[row] >= LEAST_CONFIDENCE:
                found.points[INDEX[name]], found.confidence[INDEX[name]] = points[row], confidence[row]
        return found


def crop(box: Box, width: int, height: int, padding: float = _PADDING) -> NDArray[np.float64]:
    """The transform (2, 3) of points from a picture into the input: the padded box in its middle, not stretched."""
    left, top, across, down = box
    scale = min(width / max(across, 1e-3), height / max(down, 1e-3)) / padding
    centre = np.array((left + across / 2, top + down / 2))
    return np.c_[scale * np.eye(2), np.array((width, height)) / 2 - scale * centre]


def cut(frame: NDArray[np.uint8], matrix: NDArray[np.float64], width: int, height: int) -> NDArray[np.uint8]:
    """The picture under a transform of `crop`; outside of the picture is black, as in mmpose."""
    centred = matrix.copy()
    centred[:, 2] += centred[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV's pixel centres are at whole numbers
    scale = matrix[0, 0]
    source = np.asarray(cv2.GaussianBlur(frame, (0, 0), 0.4 / scale)) if scale < 0.75 else frame
    return np.asarray(cv2.warpAffine(source, centred, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
