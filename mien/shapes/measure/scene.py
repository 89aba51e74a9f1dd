"""Figures, attributes and motions measured in a clip's pixels, and their comparison with a scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import SIZES
from mien.shapes.measure.figures import Track, detect_figures, track_figures
from mien.shapes.measure.motion import Movement, classify_motion, fit_line

SIZE_EDGES = (8.0, 11.25)
"""Largest radius of small and least radius of big figures, pixels: the middles between the rendered ranges."""

STEADY_SHAPE = 0.75
"""Least fraction of frames in which a steady figure has its shape; it has its colour in all of them."""

STEADY_RADIUS = 0.15
"""Largest deviation of a steady figure's log radius from its fitted line in any frame."""

STEADY_STEP = 26.0
"""Largest displacement of a steady figure between frames, pixels: a bounce of 10 frames has 21 at its turning point."""


@dataclass(frozen=True)
class MeasuredFigure:
    """A measured figure: shape, colour and size (None: neither small nor big), named as in a scene.

    radius: initial radius, pixels. steady: whether it is in every frame, with constant shape and colour, smooth size
    and no jumps.
    """

    shape: str | None
    colour: str | None
    size: str | None
    radius: float
    movement: Movement
    steady: bool

    @property
    def motion(self) -> str | None:
        """The name of its motion, None where it has none."""
        return self.movement.motion


@dataclass(frozen=True)
class MeasuredScene:
    """Measured content of a clip: the number of figures in each frame, and the tracked figures."""

    counts: tuple[int, ...]
    figures: tuple[MeasuredFigure, ...]


@dataclass(frozen=True)
class Verdict:
    """Which criteria of a scene a clip meets.

    present: the right number of figures in every frame; steady: see `MeasuredFigure`. colour and size are None where
    the scene does not specify them. Where the most common number of figures is wrong, all criteria are False.
    """

    present: bool
    shape: bool
    colour: bool | None
    size: bool | None
    motion: bool
    steady: bool

    @property
    def exact(self) -> bool:
        """Whether all specified criteria are met."""
        return all(right is not False for right in vars(self).values())


def measure_scene(video: NDArray[np.uint8]) -> MeasuredScene:
    """Measure the content of a clip (T, 64, 64, 3) uint8 RGB."""
    detections = detect_figures(video)
    figures = tuple(_measure_figure(track, len(video)) for track in track_figures(detections))
    return MeasuredScene(tuple(len(found) for found in detections), figures)


def _measure_figure(track: Track, frames: int) -> MeasuredFigure:
    # the shape is most reliable where the figure is largest
    largest = sorted(track.detections, key=lambda detection: detection.radius)[len(track.detections) // 2 :]
    shape = _commonest(detection.shape for detection in largest)
    colour = _commonest(detection.colour for detection in track.detections)
    time, sizes = track.frames / max(frames - 1, 1), np.log(track.radius)
    growth = fit_line(time, sizes)
    radius = float(np.exp(growth.start))
    size = tuple(SIZES)[int(np.searchsorted(SIZE_EDGES, radius))]
    steady = (
        len(track.detections) == frames
        and all(detection.colour == colour for detection in track.detections)
        and np.mean([detection.shape == shape for detection in track.detections]) >= STEADY_SHAPE
        and np.abs(sizes - growth.start - growth.change * time).max() <= STEADY_RADIUS
        and np.hypot(*np.diff(track.centre, axis=0).T).max(initial=0) <= STEADY_STEP
    )
    return MeasuredFigure(shape, colour, size, radius, classify_motion(track, frames), bool(steady))


def _commonest(names: Iterable[str | None]) -> str | None:
    return Counter(names).most_common(1)[0][0]


def matches(scene: Scene, content: MeasuredScene) -> Verdict:
    """Compare findings with a scene, under the assignment of figures that meets most criteria."""
    present = all(count == len(scene.figures) for count in content.counts)
    if len(content.figures) != len(scene.figures):
        colour, size = (False if any(getattr(f, said) for f in scene.figures) else None for said in ("colour", "size"))
        return Verdict(False, False, colour, size, False, False)
    verdicts = [_verdict(scene.figures, found, present) for found in permutations(content.figures)]
    return max(verdicts, key=lambda verdict: sum(right is True for right in vars(verdict).values()))


def _verdict(asked: tuple[Figure, ...], found: tuple[MeasuredFigure, ...], present: bool) -> Verdict:
    pairs = list(zip(asked, found, strict=True))
    return Verdict(
        present=present,
        shape=all(figure.shape == found.shape for figure, found in pairs),
        colour=_all_specified((figure.colour, found.colour) for figure, found in pairs),
        size=_all_specified((figure.size, found.size) for figure, found in pairs),
        motion=all(figure.motion == found.motion for figure, found in pairs),
        steady=all(found.steady for found in found),
    )


def _all_specified(pairs: Iterable[tuple[str | None, str | None]]) -> bool | None:
    """Whether all specified values are found; None where none is specified."""
    right = [said == found for said, found in pairs if said is not None]
    return all(right) if right else None
