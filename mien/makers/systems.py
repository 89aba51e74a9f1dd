"""All systems, by the names of their commands."""

from __future__ import annotations

from typing import Any

from mien.follow.system import SYSTEM as FOLLOW
from mien.makers.talk_and_move import SYSTEM as TALKING
from mien.motion.system import SYSTEM as MOTION
from mien.sculpt.system import SYSTEM as SCULPT
from mien.shapes.system import SYSTEM as SHAPES
from mien.systems.system import System

SYSTEMS: dict[str, System[Any]] = {system.command: system for system in (TALKING, MOTION, SCULPT, SHAPES, FOLLOW)}
