"""The trained model of figures that follow: words to scenes, key points to joints, and what else it was trained with.

model = FollowModel.load(Path("models/follow"))
scenes = model.scenes.sample("Cô gái nhảy múa trên cát", seed=0, count=1)
joints = model.lifter.lift(track, width, height)
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from mien.bodies.lifting.lifter import Lifter
from mien.follow.diffusion.baseline import DiffusionBaseline
from mien.follow.look.reader import LookReader
from mien.follow.scenes.prior import ScenePrior

LIFTER, LOOK, DIFFUSION = "lifter", "look", "diffusion"
"""Folders of the parts in the folder of the model, which itself holds the model of scenes."""


class FollowModel:
    """A folder with the trained parts; those that not every request needs are loaded when they are asked for."""

    def __init__(self, folder: Path, scenes: ScenePrior) -> None:
        self.folder, self.scenes = folder, scenes

    @classmethod
    def load(cls, folder: Path) -> FollowModel:
        """The model in a folder. Raises ValueError in one sentence for a folder that is missing or damaged."""
        return cls(folder, ScenePrior.load(folder))

    @cached_property
    def lifter(self) -> Lifter:
        """Key points to joints in space. Raises ValueError as `load`."""
        return Lifter.load(self.folder / LIFTER)

    @cached_property
    def look(self) -> LookReader:
        """A picture to a scene. Raises ValueError as `load`."""
        return LookReader.load(self.folder / LOOK)

    @cached_property
    def diffusion(self) -> DiffusionBaseline:
        """The baseline of frames. Raises ValueError as `load`."""
        return DiffusionBaseline.load(self.folder / DIFFUSION)
