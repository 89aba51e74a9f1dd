"""What is known of moving bodies before any of a video is seen: how the points of a pose move together.

A pose in time is a Gaussian process, a sum of bands of movement from slow to quick. Each band has a covariance between
the 23 points of body and feet, measured on the project's own motions seen from all around, and a squared exponential in
time (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, chapters 2 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.bodies.keypoints import BODY_AND_FEET
from mien.bodies.motions.catalogue import MOTIONS, motion
from mien.bodies.motions.picture import Camera, to_picture
from mien.bodies.repair.size import body_size

Array = NDArray[np.float64]
_SIGMAS = (0.45, 0.14, 0.05)
"""Seconds: widths of the Gaussian filters that part the bands."""
_LENGTHS = (1.3, 0.42, 0.14, 0.065)
"""Seconds: over which a band of movement, slow to quick, stays alike."""
_CLIPS, _SECONDS, _FPS = 78, 4.0, 25.0


@dataclass(frozen=True)
class PosePrior:
    """still: (2, 23, 23) covariances of x and y of a clip's mean pose; bands: (4, 2, 23, 23); in squared body sizes."""

    still: Array
    bands: Array

    def covariance(self, times: Array, axis: int) -> Array:
        """(T·23, T·23) of the points at times (T,) in seconds; axis 0 is x, 1 is y. Frames come first.

        A person can be anywhere: the mean of all points has a variance of 1.
        """
        apart = times[:, None] - times[None]
        found = np.kron(np.ones_like(apart), self.still[axis] + 1.0)
        for length, band in zip(_LENGTHS, self.bands[:, axis], strict=True):
            found += np.kron(np.exp(-0.5 * (apart / length) ** 2), band)
        return found


@lru_cache(maxsize=1)
def pose_prior() -> PosePrior:
    """The prior of the project's own motions; computed once a process, in about a second."""
    still = np.zeros((2, BODY_AND_FEET, BODY_AND_FEET))
    bands = np.zeros((len(_LENGTHS), 2, BODY_AND_FEET, BODY_AND_FEET))
    for number in range(_CLIPS):
        points = _seen(number)
        mean = points.mean(axis=0)
        filtered = [gaussian_filter1d(points - mean, sigma * _FPS, axis=0, mode="nearest") for sigma in _SIGMAS]
        parts = [filtered[0], *(b - a for a, b in pairwise(filtered))]
        parts.append(points - mean - filtered[-1])
        centred = mean - mean.mean(axis=0)
        for axis in (0, 1):
            still[axis] += np.outer(centred[:, axis], centred[:, axis])
            for band, part in zip(bands[:, axis], parts, strict=True):
                band += part[..., axis].T @ part[..., axis] / len(part)
    return PosePrior(still / _CLIPS, bands / _CLIPS)


def _seen(number: int) -> Array:
    """A motion from a direction of its own, (T, 23, 2) in body sizes."""
    rng = np.random.default_rng([77, number])
    joints = motion(MOTIONS[number % len(MOTIONS)], _SECONDS, _FPS, 7000 + number)
    camera = Camera(rng.uniform(0, 2 * np.pi), rng.uniform(-0.1, 0.4), 1.0)
    points = to_picture(joints, camera)[:, :BODY_AND_FEET, :2].astype(np.float64)
    known = np.ones(points.shape[:2], bool)
    return points / float(np.median(body_size(points, known, _FPS)))
