"""Picture → scene, for `--look PICTURE`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, PoseError, PoseTrack
from mien.bodies.scene import COLOURS, HAIRS, KINDS, LABELS, PEOPLE, RGB, SKINS, Scene
from mien.follow.look.colours import SPOTS, name_scores, spot_of
from mien.follow.look.inputs import look_inputs
from mien.follow.look.network import KIND, LookNetwork
from mien.follow.look.patches import Floats, body_unit
from mien.training.model_folder import load_network

TORSO = 24.0
"""Length of the torso in pixels to which larger pictures are reduced: about that of the corpus."""

LEAST_POINTS = 4
"""Known points of the body below which there is no person to look at."""

PALETTES: dict[str, Mapping[str, RGB]] = {
    "skin": SKINS, "hair_colour": HAIRS, "top_colour": COLOURS, "bottom_colour": COLOURS, "hat_colour": COLOURS,
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """What the network finds in a picture.

    options: log-probabilities of the options of every attribute. shades: the colours at the `SPOTS` in neutral light.
    front: the person is seen from the front.
    """

    options: dict[str, Floats]
    shades: dict[str, RGB]
    front: bool


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

        Its shades are the colours in the picture, as they would be in neutral light. The place of a person that is cut
        out is the default. Its kind is a person's: what detectors find key points in is one; robots and bears come from
        words. Raises PoseError in one sentence when the pose shows no person.
        """
        points, known = pose.points[frame], pose.known()[frame]
        if known[:BODY_COUNT].sum() < LEAST_POINTS or body_unit(points[None], known[None])[0] <= 0:
            raise PoseError("no person is found in the picture of the look: give one that shows a person from near")
        cut_out = picture.shape[2] == 4
        mask = (picture[..., 3] / 255).astype(np.float32) if cut_out else np.ones(picture.shape[:2], np.float32)
        seen = self.look(picture[..., :3], mask, points, known)
        chosen: dict[str, Any] = {name: LABELS[name][int(values.argmax())] for name, values in seen.options.items()}
        chosen["kind"] = max(PEOPLE, key=lambda kind: seen.options["kind"][KINDS.index(kind)])
        if cut_out:
            chosen |= {"place": Scene().place, "time": Scene().time}
        return dressed(Scene(**sensible(chosen)), seen)

    @torch.no_grad()
    def look(self, picture: NDArray[np.uint8], mask: Floats, points: Floats, known: NDArray[np.bool_]) -> Seen:
        """What is seen of a picture (H, W, 3). mask: (H, W), 0 where the picture shows nothing."""
        scale = min(1.0, TORSO / float(body_unit(points[None], known[None])[0]))
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        ratio = np.array([size[0] / picture.shape[1], size[1] / picture.shape[0]], np.float32)
        picture = np.where(mask[..., None] > 0, picture, np.uint8(128))  # nothing hidden blends into the outline
        values = torch.from_numpy(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        shown = torch.from_numpy(cv2.resize(mask, size, interpolation=cv2.INTER_AREA))
        pictures = values.movedim(-1, 0)[None].float() / 255
        inputs = look_inputs(pictures, shown[None, None], points[None] * ratio, known[None])
        found = self.network(inputs)
        shades = (found.colours * found.gains).clamp(0, 1)[0].tolist()
        options = {name: logits.log_softmax(dim=1)[0].numpy() for name, logits in found.logits.items()}
        kept = {spot: tuple(shades[number]) for number, spot in enumerate(SPOTS) if found.seen[0, number]}
        return Seen(options, kept, bool(inputs.front[0] > 0))


def sensible(chosen: dict[str, Any]) -> dict[str, Any]:
    """Options without contradictions: a dress has no bottom, an áo dài has trousers, people wear clothes."""
    changed = dict(chosen)
    if changed["top"] == "dress":
        changed["bottom"] = "none"
    elif changed["top"] == "ao_dai" or (changed["bottom"] == "none" and changed["kind"] in ("woman", "man", "child")):
        changed["bottom"] = "trousers"
    if changed["top"] == "none" and changed["kind"] in ("woman", "man", "child"):
        changed["top"] = "t_shirt"
    return changed


def dressed(scene: Scene, seen: Seen) -> Scene:
    """The scene with the colours that are seen, and with the names that fit them and the network's opinion best."""
    shades: dict[str, RGB] = {}
    names: dict[str, Any] = {}
    for name, palette in PALETTES.items():
        spot = spot_of(name, scene, seen.front)
        if spot is None or spot not in seen.shades:
            continue
        shades[name] = seen.shades[spot]
        scores = name_scores(shades[name], palette)
        own = dict(zip(LABELS[name], seen.options[name].tolist(), strict=True))
        names[name] = max((own[option] + scores[option], option) for option in palette)[1]
    return replace(scene, **names, shades=shades)
