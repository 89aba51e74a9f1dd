"""Where a camera stands and what of a figure it shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.bodies.figure.measures import figure_scale
from mien.bodies.keypoints import INDEX
from mien.bodies.motions.picture import Camera, to_picture

FRAMINGS = {"whole": 0.56, "far": 0.14, "upper": 0.20, "portrait": 0.10}
"""What is seen, with how often: the whole figure, near or far; from the hips up; head and shoulders."""

_HEIGHTS = {"whole": (0.62, 0.86), "far": (0.36, 0.58), "upper": (1.25, 1.75), "portrait": (2.0, 2.7)}
"""Height of the standing figure in heights of the picture."""


@dataclass(frozen=True)
class View:
    """A framing by name and the camera for it."""

    framing: str
    camera: Camera


def draw_view(
    rng: np.random.Generator, joints: NDArray[np.float32], size: int, wild: bool = False, head: float = 0.0
) -> View:
    """A camera for joints (T, 65, 3) in metres. wild: also from far above and behind, and further off the centre.
    head: how much larger the head is than a person's, in heights of the figure.

    The camera goes along with a figure that walks away, or stands while it crosses the picture.
    """
    framing = str(rng.choice(list(FRAMINGS), p=list(FRAMINGS.values())))
    whole = framing in ("whole", "far")
    turn = rng.choice((0.35, 0.8, np.pi), p=(0.45, 0.35, 0.20) if whole and not wild else (0.5, 0.4, 0.1))
    yaw = float(rng.normal(0, turn) if turn < 3 else rng.uniform(-np.pi, np.pi))
    pitch = float(rng.uniform(-0.03, 0.34 if wild else 0.24))
    share = rng.uniform(*_HEIGHTS[framing]) * (1 - head)
    points = to_picture(joints, Camera(yaw, pitch, 1.0)).astype(np.float64)
    seen, tall = points[..., :2], float(np.median(figure_scale(points)))
    scale = share * size / tall
    sway = (0.14 if wild else 0.10) * size
    middle = size / 2 + float(np.clip(rng.normal(0, sway), -0.22 * size, 0.22 * size))
    if whole:
        low = size * max(
            rng.uniform(0.84, 0.95) if framing == "whole" else rng.uniform(0.70, 0.90), share + head + 0.05
        )
        height = float(np.quantile(seen[:, [INDEX["left_heel"], INDEX["right_heel"]], 1].max(1), 0.8))
        reach = height - float(seen[:, INDEX["nose"], 1].min()) + (0.12 + head) * tall
        scale = min(scale, 0.97 * low / reach)  # the head stays in the picture when the figure jumps
    else:
        low = size * ((rng.uniform(0.18, 0.27) if framing == "upper" else rng.uniform(0.30, 0.42)) + 0.6 * head * share)
        height = float(np.quantile(seen[:, INDEX["nose"], 1], 0.2))
    way = _way(rng, seen, scale, size)
    offset = np.stack([middle - scale * way[:, 0], low - scale * (height + way[:, 1])], axis=1)
    return View(framing, Camera(yaw, pitch, scale, offset))


def _way(rng: np.random.Generator, seen: NDArray[np.float64], scale: float, size: int) -> NDArray[np.float64]:
    """How the camera goes along with the hips, (T, 2): sideways smoothly, or not at all where the way is short."""
    hips = seen[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(1)
    across = np.full(len(hips), float(np.mean(hips[:, 0])))
    if np.ptp(hips[:, 0]) * scale > 0.5 * size or rng.random() < 0.5:
        across = gaussian_filter1d(hips[:, 0], max(1.0, len(hips) / 8), mode="nearest")
    along = gaussian_filter1d(hips[:, 1], max(1.0, len(hips) / 3), mode="nearest")
    far = np.linspace(along[0], along[-1], len(along)) - along.mean()  # the ground that is walked on rises and sinks
    return np.stack([across, far], axis=1)
