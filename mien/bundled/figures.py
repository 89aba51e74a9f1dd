"""The main figures of each model's evaluation: what they say, and whether high or low is good."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.files import read_json

EVALUATIONS = {
    "talking_face": "evaluate_talking",
    "head_motion": "evaluate_motion",
    "head_prior": "evaluate_sculpt",
    "head_clip": "evaluate_sculpt",
    "follow": "evaluate_follow",
    "shapes": "evaluate_shapes",
}
"""Model → the stage that evaluates it; its main figures are in `metrics/STAGE.json`."""

EVALUATED_WITH = {"head_clip": "head_prior"}
"""Model that is not registered by itself → the one with which it is evaluated."""

Better = Literal["high", "low"]


@dataclass(frozen=True)
class Heading:
    """What a figure is called and which values are good. most: the best possible value, None without one."""

    title: str
    better: Better = "high"
    most: float | None = 1.0


HEADINGS = {
    "talking": Heading("overall"),
    "sync_auc": Heading("lip sync told apart from shifted sound, AUC"),
    "emotion_cnn": Heading("emotion recognised, CNN"),
    "emotion_hog": Heading("emotion recognised, HOG"),
    "ssim_mouth": Heading("likeness of the mouth, SSIM"),
    "ssim_eyes": Heading("likeness of the eyes, SSIM"),
    "motion": Heading("overall"),
    "motion_seen": Heading("done exactly, phrases as trained"),
    "motion_new": Heading("done exactly, held-out phrases"),
    "motion_fid": Heading("Fréchet distance, held-out phrases", "low", 0.0),
    "sculpt": Heading("overall"),
    "sculpt_seen": Heading("attributes shown, phrases as trained"),
    "sculpt_new": Heading("attributes shown, held-out phrases"),
    "sculpt_words": Heading("attributes shown, sentences written by hand"),
    "shapes": Heading("overall"),
    "shapes_seen": Heading("all right, phrases as trained"),
    "shapes_words": Heading("all right, other words"),
    "shapes_new": Heading("all right, held-out combinations"),
    "follow": Heading("overall"),
    "follow_pose": Heading("key points in place, as a ratio to those of real videos (1: as many)", most=None),
    "follow_looks": Heading("looks as asked, held-out sentences"),
    "follow_place": Heading("place as asked, held-out sentences"),
}
"""Short name of a figure in `metrics/STAGE.json` → its heading."""


@dataclass(frozen=True)
class ShownFigure:
    """A figure as it is shown. better: whether high or low values are good. most: the best possible value."""

    name: str
    title: str
    value: float
    better: Better
    most: float | None


def headline(root: Path, model: str) -> dict[str, float]:
    """The main figures of a model's evaluation in the repository `root`; empty where there is none."""
    stage = EVALUATIONS.get(model)
    try:
        content = read_json(root / "metrics" / f"{stage}.json")
    except (OSError, ValueError):
        return {}
    values = content.items() if isinstance(content, dict) else ()
    return {name: float(value) for name, value in values if isinstance(value, int | float) and math.isfinite(value)}


def shown(values: Mapping[str, float]) -> tuple[ShownFigure, ...]:
    """Figures in the order of HEADINGS; unknown ones are left out, since nobody could tell what is good."""
    return tuple(
        ShownFigure(name, heading.title, values[name], heading.better, heading.most)
        for name, heading in HEADINGS.items()
        if name in values
    )
