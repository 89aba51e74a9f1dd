"""Figures, attributes and motions measured in a clip's pixels, and their comparison with a scene."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product
from statistics import mode

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import SIZES
from mien.shapes.measure.figures import Track, detect_figures, track_figures
from mien.shapes.measure.motion import classify_motion, fit_line

VERDICTS = ("exact", "present", "shape", "colour", "size", "motion", "steady")
"""The criteria of a match; `exact` is all of the others."""

_ATTRIBUTES = ("shape", "colour", "size", "motion")

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
    """A measured figure: shape, colour, size (None: neither small nor big) and motion, named as in a scene.

    steady: whether it is in every frame, with constant shape and colour, smooth size and no jumps.
    """

    shape: str | None
    colour: str | None
    size: str | None
    motion: str | None
    steady: bool


@dataclass(frozen=True)
class MeasuredScene:
    """Measured content of a clip: the number of figures in each frame, and the tracked figures."""

    counts: tuple[int, ...]
    figures: tuple[MeasuredFigure, ...]


def measure_scene(video: NDArray[np.uint8]) -> MeasuredScene:
    """Measure the content of a clip (T, 64, 64, 3) uint8 RGB."""
    detections = detect_figures(video)
    figures = tuple(_measure_figure(track, len(video)) for track in track_figures(detections))
    return MeasuredScene(tuple(len(found) for found in detections), figures)


def _measure_figure(track: Track, frames: int) -> MeasuredFigure:
    # the shape is most reliable where the figure is largest
    largest = sorted(track.detections, key=lambda detection: detection.radius)[len(track.detections) // 2 :]
    shape = mode(detection.shape for detection in largest)
    colour = mode(detection.colour for detection in track.detections)
    time, sizes = track.frames / max(frames - 1, 1), np.log(track.radius)
    growth = fit_line(time, sizes)
    size = tuple(SIZES)[int(np.searchsorted(SIZE_EDGES, np.exp(growth.start)))]
    steady = (
        len(track.detections) == frames
        and all(detection.colour == colour for detection in track.detections)
        and np.mean([detection.shape == shape for detection in track.detections]) >= STEADY_SHAPE
        and np.abs(sizes - growth.start - growth.change * time).max() <= STEADY_RADIUS
        and np.hypot(*np.diff(track.centre, axis=0).T).max(initial=0) <= STEADY_STEP
    )
    return MeasuredFigure(shape, colour, size, classify_motion(track, frames), bool(steady))


def matches(scene: Scene, content: MeasuredScene) -> dict[str, bool | None]:
    """Compare a measured scene with a scene, under the assignment of figures that meets most criteria.

    Returns `VERDICTS` → whether it is met; None where the scene does not specify it. present: the right number of
    figures in every frame; steady: see `MeasuredFigure`. Where the most common number of figures is wrong, all others
    are False too.
    """
    figures = scene.figures
    specified = [name for name in _ATTRIBUTES if any(getattr(figure, name) for figure in figures)]
    found = {"present": all(count == len(figures) for count in content.counts)}
    found |= dict.fromkeys((*specified, "steady"), False)
    if len(content.figures) == len(figures):
        assignments = [_compare(list(zip(figures, order, strict=True))) for order in permutations(content.figures)]
        best = max(assignments, key=lambda criteria: sum(criteria.values()))
        found = {**found, **best}
    return {name: all(found.values()) if name == "exact" else found.get(name) for name in VERDICTS}


def _compare(pairs: list[tuple[Figure, MeasuredFigure]]) -> dict[str, bool]:
    """Attribute → whether all figures have the specified ones; attributes that no figure specifies are left out."""
    equal: dict[str, bool] = {}
    for name, (figure, measured) in product(_ATTRIBUTES, pairs):
        if (expected := getattr(figure, name)) is not None:
            equal[name] = equal.get(name, True) and expected == getattr(measured, name)
    return {**equal, "steady": all(measured.steady for _, measured in pairs)}
