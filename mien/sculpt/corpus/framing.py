"""How the heads of the corpora are photographed: crops, angles, lights and walls, other ones for guide and judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.heads.pictures.views import LIGHTS, Crop, View


@dataclass(frozen=True)
class Framing:
    """What the pictures of a corpus show.

    crops: of each view, in the order of the pictures. yaw, pitch: radians, largest angles. lights: numbers of the
    lights. greys: walls in greys, else in any colour.
    """

    crops: tuple[Crop, ...]
    yaw: float
    pitch: float
    lights: tuple[int, ...]
    greys: bool

    def draw(self, rng: np.random.Generator, views: int) -> list[View]:
        """Views of one head: `views` random ones, each in every crop, with the view's angle, light and wall."""
        drawn = []
        for _ in range(views):
            yaw, pitch = rng.uniform(-self.yaw, self.yaw), rng.uniform(-self.pitch, self.pitch)
            light = int(rng.choice(self.lights))
            red, green, blue = rng.uniform(0.15, 0.9, 3).tolist()
            wall = (red, red, red) if self.greys else (red, green, blue)
            drawn += [View(yaw, pitch, crop, light, wall) for crop in self.crops]
        return drawn

    def front(self, walls: Sequence[float] = (0.55, 0.58, 0.60)) -> list[View]:
        """The view from the front in the default light, in every crop; walls: sRGB."""
        red, green, blue = walls
        return [View(crop=crop, background=(red, green, blue)) for crop in self.crops]


_SPLIT = 32  # lights below it are the guide's, the others and the default one the judge's

GUIDE = Framing(("whole", "face"), yaw=0.35, pitch=0.15, lights=tuple(range(_SPLIT)), greys=False)
"""The guide's pictures: the whole head, and the face alone, whose resolution decides what can be learned of it."""

JUDGE = Framing(("whole", "face"), yaw=0.5, pitch=0.2, lights=(0, *range(_SPLIT, LIGHTS)), greys=True)
"""The judge's: from wider angles, in other lights and before grey walls."""

FRAMINGS: dict[str, Framing] = {"guide": GUIDE, "judge": JUDGE}
"""The corpora by name."""
