"""The models of all systems, by the names of their folders."""

from __future__ import annotations

from mien.follow.registration import MODEL as FOLLOW
from mien.motion.registration import MODEL as MOTION
from mien.sculpt.registration import GUIDE
from mien.sculpt.registration import MODEL as PRIOR
from mien.shapes.registration import MODEL as SHAPES
from mien.systems.model import ModelFolder
from mien.talking.registration import MODEL as TALKING

MODELS: dict[str, ModelFolder] = {one.folder.name: one for one in (TALKING, MOTION, PRIOR, GUIDE, FOLLOW, SHAPES)}

USED_BY: dict[str, tuple[str, ...]] = {
    "talking_face": ("talk",),
    "head_motion": ("move", "talk"),
    "head_prior": ("sculpt",),
    "head_clip": ("sculpt",),
    "follow": ("follow",),
    "shapes": ("shapes",),
}
"""Model → the commands that use it."""
