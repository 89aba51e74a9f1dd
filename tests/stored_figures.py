"""A small corpus of figures on disk whose clips are crude figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from figure_drawing import draw_figure, random_scene, standing_joints

from mien.follow.corpus.store import FigureCaption, FigureClip, Take, write_figures


def stored_figures(folder: Path, size: int = 48, frames: int = 6, **parts: int) -> Path:
    """Write a corpus with so many clips of each part to a folder."""
    rng = np.random.default_rng(0)
    clips = []
    for part, count in parts.items():
        for number in range(count):
            scene, joints = random_scene(rng), standing_joints(frames, number, size)
            captions = (FigureCaption("somebody", "en", "train"), FigureCaption("ai đó", "vi", "train"))
            clips.append(
                FigureClip(
                    f"{part}-{number}", part, scene, captions, Take("wave", "whole", False, 12.5),
                    draw_figure(scene, joints, size), np.zeros((frames, size, size), np.uint8), joints,
                )
            )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    write_figures(folder, clips)
    return folder
