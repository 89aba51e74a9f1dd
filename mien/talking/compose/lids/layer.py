"""The layer of the lids: closes and opens the eyes of a portrait as the goal says."""

from __future__ import annotations

import numpy as np

from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.compose.lids.eye import EYES, Eye
from mien.talking.compose.lids.eyeball import Eyeball
from mien.talking.compose.lids.movement import Heights, frame_chart, lid_heights, lid_movements
from mien.talking.compose.lids.portrait_eye import portrait_eye
from mien.talking.compose.lids.skin import LidFrame, draw_eyeball, draw_lashes, draw_lower_lid, draw_upper_lid


class LidLayer:
    """A `Layer` of the lids. Eyes that are hidden or smaller than 3 pixels are left alone.

    `rest`: landmarks (68, 2) in crop pixels of the goal that leaves the eyes as they are in the portrait, such as the
    model's for a silent neutral face, which need not be the person's; None: the portrait's landmarks.
    """

    def __init__(self, portrait: Portrait, rest: Points | None = None) -> None:
        found = (portrait_eye(portrait, side) for side in range(len(EYES)))
        self.eyes = tuple(eye for eye in found if eye is not None)
        self._rests = tuple(_rest_heights(eye, rest) for eye in self.eyes)
        self.eyeballs = tuple(Eyeball.of(eye, portrait.crop) for eye in self.eyes)

    def warp_goal(self, goal: Goal) -> Points:
        """Landmarks (68, 2) of the goal in which the lids are as open as in the portrait, or wider.

        The corners of the eyes are the goal's; the lids follow them as rigid parts of the face, so that the eyeball is
        not squeezed by the warp. Lids that open wider are moved by it for the most part, with the folds around the eye;
        the eyeball that it stretches is drawn anew.
        """
        points = np.array(goal.landmarks, np.float32)
        for eye, movement in zip(self.eyes, lid_movements(self.eyes, goal, self._rests), strict=True):
            if movement is not None:
                shape = eye.landmarks.copy()
                shape[1:3, 1] -= movement.warped(eye.opening)
                shape[4:6, 1] += movement.lowered
                shape[[0, 3], 1] += movement.sunk
                points[list(EYES[eye.side])] = movement.chart.to_pixels(shape)
        return points

    def draw(self, frame: Field, goal: Goal) -> None:
        """Draw the lids into `frame` float32 (R, R, 3) in [0, 255], in place."""
        movements = lid_movements(self.eyes, goal, self._rests)
        for eye, eyeball, movement in zip(self.eyes, self.eyeballs, movements, strict=True):
            if movement is None or movement.nothing:
                continue
            lids = LidFrame.of(eye, movement, frame.shape)
            if lids is None:
                continue
            part = frame[lids.rows, lids.columns]
            skin = part.copy()
            draw_lower_lid(part, skin, lids)
            if movement.widened and eyeball is not None:
                draw_eyeball(part, lids, eyeball)
            draw_upper_lid(part, skin, lids, eye, movement.closure)
            draw_lashes(part, lids, eye, movement.closure)


def _rest_heights(eye: Eye, rest: Points | None) -> Heights | None:
    """Heights of the lids at rest, in a chart of the eye's own size at the corners of `rest`."""
    if rest is None:
        return None
    chart = frame_chart(eye, Goal(rest, np.eye(2, 3), 0.0))
    return None if chart is None else lid_heights(eye, chart, rest)
