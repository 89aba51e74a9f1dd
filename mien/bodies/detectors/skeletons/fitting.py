"""Fitting a skeleton of lines to coloured pixels: every pixel near a line, every line on pixels.

Alternating least squares, as in the iterative closest point method: each pixel is assigned to the nearest line of its
colour and to a place on it, points of the lines to the nearest pixel of their colour, and then all ends are solved for
at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

Floats = NDArray[np.floating]
SAMPLES = np.linspace(0.05, 0.95, 9)
_PIXELS = 400
ITERATIONS = 30
_DAMPING = 0.5
_SAMPLE_WEIGHT = 4.0
_MIDDLE_WEIGHT = 0.3


@dataclass(frozen=True)
class ColouredPixels:
    """The pixels of one colour. points: (N, 2) x, y. nearest: (H, W, 2) the nearest such pixel. away: (H, W) pixels.

    covered: (H, W), whether a pixel has another colour of the skeleton, so that a line may go on below it.
    """

    points: Floats
    nearest: Floats
    away: Floats
    covered: NDArray[np.bool_]


def coloured_pixels(mask: NDArray[np.bool_], others: NDArray[np.bool_]) -> ColouredPixels:
    """The pixels of a mask (H, W); `others` has the skeleton's other colours. The mask must not be empty."""
    rows, columns = np.nonzero(mask)
    points = np.stack((columns, rows), axis=1) + 0.5
    away, where = distance_transform_edt(~mask, return_indices=True)
    step = max(1, len(points) // _PIXELS)
    return ColouredPixels(points[::step], np.stack((where[1], where[0]), axis=-1) + 0.5, away, others & ~mask)


@dataclass(frozen=True)
class Line:
    """first, last: numbers of points. colour: number of a colour."""

    first: int
    last: int
    colour: int


@dataclass(frozen=True)
class Fit:
    """points: (P, 2). cost: root mean square distance of pixels and lines, in pixels. support: (lines,) in [0, 1],
    the part of each line that is drawn."""

    points: Floats
    cost: float
    support: Floats


def fit_lines(
    start: Floats,
    lines: tuple[Line, ...],
    pixels: dict[int, ColouredPixels],
    middles: tuple[tuple[int, int, int], ...],
    reach: float,
    iterations: int = ITERATIONS,
) -> Fit:
    """The points (P, 2) that explain the pixels best, from a first guess.

    pixels: by the number of the colour; lines of colours that are not there stay as they are. middles: (root, joint,
    tip): where nothing else decides, a joint lies in the middle, as on a stretched arm. reach: pixels from which
    distances count less.
    """
    points: Floats = np.asarray(start, np.float64)
    groups = [(_ends(lines, colour), content) for colour, content in pixels.items() if _ends(lines, colour).size]
    straight = np.zeros((len(middles), len(points)))
    for row, (root, joint, tip) in enumerate(middles):
        straight[row, [joint, root, tip]] = (1.0, -0.5, -0.5)
    fixed = _DAMPING * np.eye(len(points)) + _MIDDLE_WEIGHT * straight.T @ straight
    for iteration in range(iterations):
        scale = reach * max(0.15, 1 - iteration / (0.7 * iterations))
        matrix, right = fixed.copy(), _DAMPING * points
        for ends, content in groups:
            for terms, targets, weights in (
                _pulled_by_pixels(points, ends, content, scale), _pulled_to_pixels(points, ends, content, scale)
            ):  # fmt: skip
                weighted = terms * weights[:, None]
                matrix += weighted.T @ terms
                right += weighted.T @ targets
        points = np.linalg.solve(matrix, right)
    return Fit(points, _cost(points, groups, reach), _support(points, lines, pixels))


def _ends(lines: tuple[Line, ...], colour: int) -> NDArray[np.int64]:
    """First and last point of the lines of a colour, (2, lines)."""
    return np.array([(line.first, line.last) for line in lines if line.colour == colour], np.int64).reshape(-1, 2).T


def _terms(count: int, ends: NDArray[np.int64], places: Floats) -> Floats:
    """The factors of the points at places along lines: ends (2, N), places (N,) in [0, 1] → (N, P)."""
    terms = np.zeros((len(places), count))
    rows = np.arange(len(places))
    terms[rows, ends[0]] = 1 - places
    terms[rows, ends[1]] += places
    return terms


def _pulled_by_pixels(
    points: Floats, ends: NDArray[np.int64], pixels: ColouredPixels, scale: float
) -> tuple[Floats, Floats, Floats]:
    """Each pixel pulls the nearest place of a line: factors (N, P), targets (N, 2), weights (N,)."""
    places, distances = _on_lines(points, ends, pixels.points)
    chosen = distances.argmin(axis=1)
    rows = np.arange(len(chosen))
    weights = 1 / (1 + (distances[rows, chosen] / scale) ** 2)
    return _terms(len(points), ends[:, chosen], places[rows, chosen]), pixels.points, weights


def _pulled_to_pixels(
    points: Floats, ends: NDArray[np.int64], pixels: ColouredPixels, scale: float
) -> tuple[Floats, Floats, Floats]:
    """Places on each line are pulled to the nearest pixel, unless something is drawn over them."""
    samples, rows, columns = _samples(points, ends, pixels)
    away = pixels.away[rows, columns]
    weights = np.where(
        away > 0, np.where(pixels.covered[rows, columns], 0, _SAMPLE_WEIGHT / (1 + (away / scale) ** 2)), 0.1
    )
    targets = np.where((away > 0)[:, None], pixels.nearest[rows, columns], samples)
    terms = _terms(len(points), np.repeat(ends, len(SAMPLES), axis=1), np.tile(SAMPLES, ends.shape[1]))
    return terms, targets, weights


def _samples(
    points: Floats, ends: NDArray[np.int64], pixels: ColouredPixels
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Places on the lines (lines · samples, 2), and their rows and columns in the picture."""
    first, last = points[ends[0]][:, None], points[ends[1]][:, None]
    samples = (first + SAMPLES[:, None] * (last - first)).reshape(-1, 2)
    height, width = pixels.away.shape
    columns, rows = np.clip(samples.astype(np.int64), 0, (width - 1, height - 1)).T
    return samples, rows, columns


def _on_lines(points: Floats, ends: NDArray[np.int64], pixels: Floats) -> tuple[Floats, Floats]:
    """Where on each line a pixel's nearest point lies, in [0, 1], and how far away it is: (N, lines) each."""
    first = points[ends[0]]
    along = points[ends[1]] - first
    offsets = pixels[:, None] - first
    places = np.clip((offsets * along).sum(axis=2) / np.maximum((along**2).sum(axis=1), 1e-9), 0, 1)
    return places, np.linalg.norm(offsets - places[..., None] * along, axis=2)


def _cost(points: Floats, groups: list[tuple[NDArray[np.int64], ColouredPixels]], reach: float) -> float:
    """Pixels without a line, and places on lines without a pixel, both half of the cost of each colour."""
    squares = []
    for ends, content in groups:
        _, distances = _on_lines(points, ends, content.points)
        squares.append(float((np.minimum(distances.min(axis=1), reach) ** 2).mean()))
        _, rows, columns = _samples(points, ends, content)
        bare = np.where(content.covered[rows, columns], 0, np.minimum(content.away[rows, columns], reach))
        squares.append(float((bare**2).mean()))
    return float(np.sqrt(np.mean(squares))) if squares else float("inf")


def _support(points: Floats, lines: tuple[Line, ...], pixels: dict[int, ColouredPixels]) -> Floats:
    """The part of each line on pixels of its colour; where another colour covers it, half counts."""
    found = np.zeros(len(lines))
    for number, line in enumerate(lines):
        content = pixels.get(line.colour)
        if content is not None:
            _, rows, columns = _samples(points, np.array([[line.first], [line.last]]), content)
            drawn, covered = content.away[rows, columns] <= 1.5, content.covered[rows, columns]
            found[number] = np.where(drawn, 1.0, np.where(covered, 0.5, 0.0)).mean()
    return found
