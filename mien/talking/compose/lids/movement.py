"""How far the lids of an eye move in a frame: from the goal's landmarks and the lids' pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.talking.compose.layer import Goal, Points
from mien.talking.compose.lids.eye import EYES, Chart, Eye

CLOSED_BELOW, CLOSES_FROM = 0.2, 0.6
"""Opening, relative to the portrait's, at which the eye is drawn closed, and below which it is drawn more closed than
measured: lids that touch are measured at .1 to .2 of the open eye's aspect ratio, as landmarks lie on the lashes."""

WIDEST = 1.6
"""Greatest opening relative to the portrait's, by the upper lid alone."""

_WIDENED = 1.6
"""Factor of the increase in opening: landmarks are predicted nearer to the mean than faces are."""

WARPED = 0.75
"""Part of the widening by the upper lid that is left to the warp: lashes and the fold above the eye rise with it."""

WARPED_CLOSING = 0.5
"""Part of the closing by the upper lid that is left to the warp: the skin and the folds below the brow come down."""

SUNK = 0.05
"""Eye widths by which the corners of a closed eye go down: its line is flatter than the open eye's lower lid."""

LOWEST = 0.2
"""Greatest lowering of the lower lid relative to the portrait's opening, all of which is left to the warp."""

_OWN = 0.3
"""Part of the difference between the two eyes that is drawn."""

Heights = tuple[float, float]
"""Mean v of the landmarks of the upper and of the lower lid."""


@dataclass(frozen=True)
class LidMovement:
    """Movement of the lids of one eye.

    `chart`: the eye's place in the frame. `opening`: relative to the portrait's, 0 closed, 1 as there, by the upper
    lid. `lower`: of the lower lid at its landmarks in eye widths, ≤ 0, upwards. `lowered`: the same, ≥ 0, downwards.
    """

    chart: Chart
    opening: float
    lower: float
    lowered: float = 0.0

    @property
    def nothing(self) -> bool:
        """Whether the lids stay as they are in the portrait."""
        return abs(self.opening - 1) < 1e-3 and self.lower > -1e-3 and self.lowered < 1e-3

    @property
    def widened(self) -> bool:
        """Whether more of the eyeball is seen than in the portrait."""
        return self.opening > 1 or (self.lowered > 0 and self.opening > 0)

    def warped(self, opening: float) -> float:
        """Eye widths by which the warp raises the upper lid of an eye of this `opening`, < 0 if it lowers it.

        The rest is drawn. What a raised lower lid closes is not closed by the upper one.
        """
        change = (self.opening - 1) * opening
        return WARPED * change if change > 0 else WARPED_CLOSING * min(change - self.lower, 0.0)

    @property
    def sunk(self) -> float:
        """Eye widths by which the warp moves the corners down."""
        return SUNK * self.closure

    @property
    def closure(self) -> float:
        """0 as in the portrait or wider, 1 closed."""
        return max(1 - self.opening, 0.0)


def frame_chart(eye: Eye, goal: Goal) -> Chart | None:
    """The eye's place in the frame: corners of the goal, height of the in-plane transform. None if it is not seen."""
    points = np.asarray(goal.landmarks, np.float64)[list(EYES[eye.side])]
    scale = float(np.hypot(goal.in_plane[0, 0], goal.in_plane[1, 0]))
    if not (np.isfinite(points).all() and np.isfinite(scale) and 0.05 < scale < 20):
        return None
    return Chart.of(points[0], points[3], scale * eye.chart.height)


def closing(opening: float) -> float:
    """Opening to draw for a measured one, both relative to the portrait's: 0 from `CLOSED_BELOW` down, never above."""
    if opening >= CLOSES_FROM:
        return opening
    part = (CLOSES_FROM - opening) / (CLOSES_FROM - CLOSED_BELOW)
    return max(opening - CLOSED_BELOW * part * part, 0.0)


def lid_heights(eye: Eye, chart: Chart, landmarks: Points) -> Heights:
    """Mean v of the landmarks of the upper and of the lower lid, of landmarks (68, 2) in pixels of `chart`."""
    points = chart.to_eye(np.asarray(landmarks, np.float64)[list(EYES[eye.side])])
    return float(points[1:3, 1].mean()), float(points[4:6, 1].mean())


def lid_movements(eyes: Sequence[Eye], goal: Goal, rests: Sequence[Heights | None]) -> tuple[LidMovement | None, ...]:
    """Movements of the lids of the eyes; None for one that is not seen, and if the goal is not finite.

    `rests`: for each eye the heights of the lids (see `lid_heights`) in a goal that would leave it as it is in the
    portrait; None: those in the portrait. Both eyes follow mostly their mean, as predicted landmarks differ from side
    to side more than people's lids do.

    Squints and blinks do not add up, as the landmarks of the goal contain part of the blink: the smaller of the two
    openings counts. A wide eye closes from its own opening. It is the upper lid that blinks: the lower one does not
    rise with it, whatever the landmarks say, and the lids meet where it lies.
    """
    if not np.isfinite(goal.lids):
        return (None,) * len(eyes)
    found = [_measured(eye, goal, rest) for eye, rest in zip(eyes, rests, strict=True)]
    seen = np.array([(one.opening, one.lower, one.lowered) for one in found if one is not None])
    blinked = float(np.clip(1 + goal.lids, 0, 1))
    movements: list[LidMovement | None] = []
    for one in found:
        if one is None:
            movements.append(None)
            continue
        own = np.array([one.opening, one.lower, one.lowered])
        opening, lower, lowered = (_OWN * own + (1 - _OWN) * seen.mean(0)).tolist()
        relative = opening * closing(blinked) if opening > 1 else closing(min(opening, blinked))
        movements.append(LidMovement(one.chart, relative, lower * closing(blinked), lowered * min(relative, 1.0)))
    return tuple(movements)


def _measured(eye: Eye, goal: Goal, rest: Heights | None) -> LidMovement | None:
    """The movement of one eye's lids by its landmarks alone."""
    chart = frame_chart(eye, goal)
    if chart is None:
        return None
    upper, lower = lid_heights(eye, chart, goal.landmarks)
    upper_rest, lower_rest = rest or (eye.upper_height, eye.lower_height)
    opening = max(lower_rest - upper_rest, 0.02)
    raised = float(np.clip(lower - lower_rest, -0.5 * eye.opening, 0))
    relative = (min(lower, lower_rest) - upper) / opening
    wider = 1 + _WIDENED * (relative - 1)
    lowered = float(np.clip(_WIDENED * (lower - lower_rest), 0, LOWEST * eye.opening)) if relative > 1 else 0.0
    return LidMovement(chart, float(np.clip(max(relative, min(wider, WIDEST)), 0, WIDEST)), raised, lowered)
