"""What the model of scenes draws: the labels of a scene, the tones of its colours, and the action, in this order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from mien.bodies.scene import LABELS, PEOPLE, Scene
from mien.follow.corpus.language.colours import TONED, TONES, tone_of, tones_of
from mien.follow.corpus.language.combinations import draw_shades
from mien.follow.corpus.language.phrases import ACTIONS

NO_ACTION = "none"

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    **LABELS,
    **{f"{name}_tone": TONES for name in TONED},
    "action": (NO_ACTION, *ACTIONS),
}
"""The options of each attribute, in the order in which they are drawn."""


def options_of(scene: Scene, action: str | None) -> dict[str, str]:
    """The option of each attribute of a scene."""
    tones = {f"{name}_tone": tone_of(name, getattr(scene, name), scene.shade(name)) for name in TONED}
    return {**scene.labels(), **tones, "action": action or NO_ACTION}


def scene_of(options: Mapping[str, str], rng: random.Random) -> Scene:
    """The scene with these options, its exact colours and its variation drawn.

    What a scene cannot have is set right: a dress has no bottom, with an áo dài go trousers, and people are dressed.
    """
    labels: dict[str, Any] = {name: options[name] for name in LABELS}
    if labels["top"] == "dress":
        labels["bottom"] = "none"
    elif labels["top"] == "ao_dai":
        labels["bottom"] = "trousers"
    elif labels["kind"] in PEOPLE:
        labels["top"] = "t_shirt" if labels["top"] == "none" else labels["top"]
        labels["bottom"] = "trousers" if labels["bottom"] == "none" else labels["bottom"]
    drawn = {name: options[f"{name}_tone"] for name in TONED}
    tones = {name: tone if tone in tones_of(name, labels[name]) else "plain" for name, tone in drawn.items()}
    scene = Scene(**labels, variation=rng.randrange(1 << 31))
    return Scene(**labels, variation=scene.variation, shades=draw_shades(rng, scene, tones))
