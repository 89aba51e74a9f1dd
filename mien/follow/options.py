"""Options of the stage follow: its section of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.bodies.lifting.options import LifterOptions
from mien.follow.diffusion.options import DiffusionOptions
from mien.follow.look.options import LookOptions
from mien.follow.scenes.options import ScenePriorOptions
from mien.options import Options


class FollowOptions(Options):
    """The model of figures that follow, part by part."""

    scenes: ScenePriorOptions = Field(default=ScenePriorOptions(), description="words to a scene")
    lifter: LifterOptions = Field(default=LifterOptions(), description="key points to joints in space")
    look: LookOptions = Field(default=LookOptions(), description="a picture to a scene")
    diffusion: DiffusionOptions = Field(
        default=DiffusionOptions(), description="the baseline, a diffusion model of frames"
    )
