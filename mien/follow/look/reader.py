"""Picture → scene, for `--look PICTURE`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, PoseError, PoseTrack
from mien.bodies.scene import COLOURS, LABELS, RGB, Scene
from mien.follow.look.colours import measured_colours, nearest_name
from mien.follow.look.data import look_inputs
from mien.follow.look.network import KIND, LookNetwork
from mien.follow.look.patches import Floats, body_unit
from mien.training.model_folder import load_network

TORSO = 24.0
"""Length of the torso in pixels to which larger pictures are reduced: about that of the corpus."""

LEAST_POINTS = 4
"""Known points of the body below which there is no person to look at."""


class LookReader:
    """Reads how a person in a picture looks, and where it is."""

    def __init__(self, network: LookNetwork) -> None:
        self.network = network

    @classmethod
    def load(cls, folder: Path) -> LookReader:
        """From a model folder. Raises ValueError in one sentence when it is missing or damaged."""
        return cls(load_network(folder, (KIND,), LookNetwork.from_config)[0])

    def read(self, picture: NDArray[np.uint8], pose: PoseTrack, frame: int = 0) -> Scene:
        """The scene of a picture (H, W, 3), or (H, W, 4) of a person that is cut out; pose: its key points.

        Its shades are the colours in the picture. The place of a person that is cut out is the default. Raises
        PoseError in one sentence when the pose shows no person.
        """
        points, known = pose.points[frame], pose.known()[frame]
        if known[:BODY_COUNT].sum() < LEAST_POINTS or body_unit(points[None], known[None])[0] <= 0:
            raise PoseError("no person is found in the picture of the look: give one that shows a person from near")
        rgb, mask = picture[..., :3], np.ones(picture.shape[:2], np.float32)
        if picture.shape[2] == 4:
            mask = (picture[..., 3] / 255).astype(np.float32)
        found = self.options(rgb, mask, points, known)
        chosen: dict[str, Any] = {name: LABELS[name][int(values.argmax())] for name, values in found.items()}
        if picture.shape[2] == 4:
            chosen |= {"place": Scene().place, "time": Scene().time}
        return dressed(Scene(**chosen), measured_colours(rgb, mask, points, known))

    @torch.no_grad()
    def options(
        self, picture: NDArray[np.uint8], mask: Floats, points: Floats, known: NDArray[np.bool_]
    ) -> dict[str, Floats]:
        """Probabilities of the options of every attribute. mask: (H, W), 0 where the picture shows nothing."""
        scale = min(1.0, TORSO / float(body_unit(points[None], known[None])[0]))
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        ratio = np.array([size[0] / picture.shape[1], size[1] / picture.shape[0]], np.float32)
        values = torch.from_numpy(cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA))
        shown = torch.from_numpy(cv2.resize(mask, size, interpolation=cv2.INTER_AREA))
        pictures = values.movedim(-1, 0)[None].float() / 255
        inputs = look_inputs(pictures, shown[None, None], points[None] * ratio, known[None])
        return {name: logits.softmax(dim=1)[0].numpy() for name, logits in self.network(inputs).items()}


def dressed(scene: Scene, colours: Mapping[str, RGB]) -> Scene:
    """The scene with shades as measured by `measured_colours`, and with the names of those shades."""
    measured: dict[str, RGB] = {}
    if "torso" in colours:
        measured["top_colour"] = colours["torso"]
    if "thigh" in colours:
        measured["bottom_colour"] = colours["thigh"]
    if "face" in colours:
        measured["skin"] = colours["face"]
    if "hair" in colours and scene.hat == "none":
        measured["hair_colour"] = colours["hair"]
    visible = scene.visible()
    measured = {name: rgb for name, rgb in measured.items() if name in visible}
    named: dict[str, Any] = {
        name: nearest_name(rgb, COLOURS) for name, rgb in measured.items() if name in ("top_colour", "bottom_colour")
    }
    return replace(scene, **named, shades=measured)
