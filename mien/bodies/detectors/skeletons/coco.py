"""Skeletons in COCO's colours as mmpose draws them: one for torso and head, one for each side's arm and leg."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from mien.bodies.detectors.skeletons.colours import nearest_colours, without_specks
from mien.bodies.detectors.skeletons.fitting import Fit, Floats, Line, coloured_pixels, fit_lines
from mien.bodies.keypoints import BODY, BODY_COUNT, INDEX
from mien.bodies.poses.found import Found, nobody
from mien.bodies.poses.palettes import Palette

TORSO, LEFT, RIGHT = 0, 1, 2
LEAST_SUPPORT = 0.6
"""Part of a line that must be drawn for its ends to be known."""

_GAP = 9.0
"""Pixels over which a limb goes on: another one that is drawn over it leaves a gap."""

SHORTEST = 0.035
"""Length of a limb in parts of the skeleton's size, below which it cannot be told from a dot."""

_MOST_PIXELS = 200
GOOD = 0.006
"""Cost of a fit, in parts of the skeleton's size, up to which the frame before is good enough to start from."""

_MIDDLES = tuple(
    (INDEX[f"{side}_{root}"], INDEX[f"{side}_{joint}"], INDEX[f"{side}_{tip}"])
    for side in ("left", "right")
    for root, joint, tip in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
)


def colours_of(palette: Palette) -> tuple[tuple[int, int, int], ...]:
    """The palette's colours of torso, left limbs and right limbs."""
    named = {frozenset((limb.first, limb.last)): limb.colour for limb in palette.limbs}
    return tuple(
        named[frozenset(pair)]
        for pair in (("left_hip", "right_hip"), ("left_hip", "left_knee"), ("right_hip", "right_knee"))
    )


def lines_of(palette: Palette) -> tuple[Line, ...]:
    """The palette's limbs as lines between COCO's points, with the number of their colour."""
    numbers = {colour: number for number, colour in enumerate(colours_of(palette))}
    return tuple(Line(INDEX[limb.first], INDEX[limb.last], numbers[limb.colour]) for limb in palette.limbs)


def read_person(
    frame: NDArray[np.uint8], person: NDArray[np.bool_], palette: Palette, before: Floats | None
) -> tuple[Found, Floats] | None:
    """One drawn person (the pixels `person`), and the points (17, 2) from which to start in the next frame.

    before: those of the frame before. None where the pixels are no skeleton.
    """
    chosen = np.where(person, nearest_colours(frame, colours_of(palette)), -1)
    masks = {colour: without_specks(chosen == colour) for colour in (TORSO, LEFT, RIGHT)}
    if masks[TORSO].sum() < 10:
        return None
    pixels = {colour: coloured_pixels(mask, (chosen >= 0) & ~mask) for colour, mask in masks.items() if mask.sum() >= 5}
    rows, columns = np.nonzero(person)
    size = float(max(float(np.ptp(rows)), float(np.ptp(columns)), 8.0))
    lines, reach = lines_of(palette), 0.08 * size
    best = None if before is None else fit_lines(before, lines, pixels, _MIDDLES, reach, iterations=12)
    if best is None or best.cost > GOOD * size:
        guess = fit_lines(_first_guess(masks, size), lines, pixels, _MIDDLES, reach)
        anew = min((fit_lines(one, lines, pixels, _MIDDLES, reach / 4, 10) for one in _turned(guess.points)), key=_cost)
        best = anew if best is None or anew.cost < best.cost else best
    return _found(_without_dots(best, lines, size), lines, size), best.points


def _without_dots(fit: Fit, lines: tuple[Line, ...], size: float) -> Fit:
    """Limbs that are hardly longer than the dot of a point are not drawn: only the dot is."""
    lengths = np.array([np.linalg.norm(fit.points[line.first] - fit.points[line.last]) for line in lines])
    limbs = np.array([line.colour != TORSO for line in lines])
    return replace(fit, support=np.where(limbs & (lengths < SHORTEST * size), 0, fit.support))


def _cost(fit: Fit) -> float:
    return fit.cost


def _turned(points: Floats) -> list[Floats]:
    """The points, and with the face turned to either side: its small lines are fitted well only from nearby."""
    ears = points[[INDEX["left_ear"], INDEX["right_ear"]]]
    half = float(np.abs(ears[:, 0] - ears[:, 0].mean()).max())
    made = [points]
    for sign in (-1, 1):
        other = points.copy()
        other[[INDEX[name] for name in ("nose", "left_eye", "right_eye")], 0] += sign * 0.6 * half
        made.append(other)
    return made


def _found(fit: Fit, lines: tuple[Line, ...], size: float) -> Found:
    found = nobody()
    found.points[:BODY_COUNT] = fit.points
    for number in range(BODY_COUNT):
        supports = [fit.support[row] for row, line in enumerate(lines) if number in (line.first, line.last)]
        best = float(max(supports))
        found.confidence[number] = best if best >= LEAST_SUPPORT else 0
    _without_hanging_points(found, fit, lines, size)
    found.points[found.confidence == 0] = 0
    return found


def _without_hanging_points(found: Found, fit: Fit, lines: tuple[Line, ...], size: float) -> None:
    """A tip is known by its own line: an arm's wrist is not known by the elbow's other line."""
    for tip, joint in (("wrist", "elbow"), ("ankle", "knee")):
        for side in ("left", "right"):
            ends = {INDEX[f"{side}_{tip}"], INDEX[f"{side}_{joint}"]}
            row = next(number for number, line in enumerate(lines) if {line.first, line.last} == ends)
            if fit.support[row] < LEAST_SUPPORT:
                found.confidence[INDEX[f"{side}_{tip}"]] = 0
    for side in ("left", "right"):  # an ear without the line to its eye is drawn nowhere
        ear, eye = INDEX[f"{side}_ear"], INDEX[f"{side}_eye"]
        row = next(number for number, line in enumerate(lines) if {line.first, line.last} == {ear, eye})
        short = np.linalg.norm(fit.points[ear] - fit.points[eye]) < 0.004 * size
        if fit.support[row] < LEAST_SUPPORT or short:
            found.confidence[ear] = 0


def _first_guess(masks: dict[int, NDArray[np.bool_]], size: float) -> Floats:
    """Points (17, 2) by where the colours meet: limbs start at the torso, and end far from there."""
    rows, columns = np.nonzero(masks[TORSO])
    torso = np.stack((columns, rows), axis=1) + 0.5
    top, bottom = torso[:, 1].min(), torso[:, 1].max()
    points = np.zeros((len(BODY), 2))
    for side, colour, sign in (("left", LEFT, 1), ("right", RIGHT, -1)):
        meeting = _meetings(masks[colour], masks[TORSO])
        high = top + 0.3 * (bottom - top)
        fallback = np.array((np.median(torso[:, 0]) + sign * 0.15 * (bottom - top), high))
        shoulder = meeting[meeting[:, 1].argmin()] if len(meeting) else fallback
        hip = meeting[meeting[:, 1].argmax()] if len(meeting) else fallback
        if hip[1] - shoulder[1] < 0.25 * (bottom - top):  # only one of the two can be seen
            if shoulder[1] > (top + bottom) / 2:
                shoulder = np.array((hip[0], high))
            else:
                hip = np.array((shoulder[0], bottom))
        points[INDEX[f"{side}_shoulder"]], points[INDEX[f"{side}_hip"]] = shoulder, hip
        arm, leg = _parts(masks[colour], shoulder, hip)
        _limb(points, arm, f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist", size)
        _limb(points, leg, f"{side}_hip", f"{side}_knee", f"{side}_ankle", size)
    _head(points, torso, top)
    return points


def _meetings(limbs: NDArray[np.bool_], torso: NDArray[np.bool_]) -> Floats:
    """Where a limb's colour touches the torso's: the middle of each such spot, (N, 2)."""
    near = cv2.dilate(limbs.astype(np.uint8), np.ones((5, 5), np.uint8)) & torso.astype(np.uint8)
    count, _, _, centres = cv2.connectedComponentsWithStats(near)
    return np.asarray(centres[1:count], np.float64) + 0.5


def _parts(mask: NDArray[np.bool_], shoulder: Floats, hip: Floats) -> tuple[Floats, Floats]:
    """The pixels of arm and leg, (N, 2) each: whole pieces to the nearer root, one piece for both is divided."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    arm: list[Floats] = [np.zeros((0, 2))]
    leg: list[Floats] = [np.zeros((0, 2))]
    for label in range(1, count):
        rows, columns = np.nonzero(labels == label)
        pixels = np.stack((columns, rows), axis=1) + 0.5
        to_shoulder, to_hip = (np.linalg.norm(pixels - root, axis=1) for root in (shoulder, hip))
        touches = [float(one.min()) < 6 for one in (to_shoulder, to_hip)]
        if all(touches):
            arm.append(pixels[to_shoulder < to_hip])
            leg.append(pixels[to_shoulder >= to_hip])
        elif touches[1] or (not touches[0] and to_hip.min() < to_shoulder.min()):
            leg.append(pixels)
        else:
            arm.append(pixels)
    return np.concatenate(arm), np.concatenate(leg)


def _limb(points: Floats, pixels: Floats, root: str, joint: str, tip: str, size: float) -> None:
    """Tip: the pixel with the longest way along the limb from its root. Joint: the one farthest aside of the chord."""
    start = points[INDEX[root]]
    if len(pixels) < 3:
        points[INDEX[joint]], points[INDEX[tip]] = (start + down for down in ((0, 0.12 * size), (0, 0.24 * size)))
        return
    thinned = pixels[:: max(1, len(pixels) // _MOST_PIXELS)]
    ways = _ways(thinned, start)
    end = thinned[ways.argmax()]
    chord = end - start
    length = max(float(np.linalg.norm(chord)), 1e-6)
    aside = np.abs((thinned - start) @ np.array((-chord[1], chord[0]))) / length
    if length < 0.3 * ways.max():  # folded back to its root: half of the way
        points[INDEX[joint]] = thinned[np.abs(ways - ways.max() / 2).argmin()]
    elif aside.max() > 0.06 * length:
        points[INDEX[joint]] = thinned[aside.argmax()]
    else:
        points[INDEX[joint]] = (start + end) / 2
    points[INDEX[tip]] = end


def _ways(pixels: Floats, start: Floats) -> Floats:
    """Length of the way from the pixel nearest to `start` to each pixel (N,), over pixels at most `_GAP` apart."""
    tree = cKDTree(pixels)
    ways = dijkstra(tree.sparse_distance_matrix(tree, _GAP), indices=int(tree.query(start)[1]))
    return np.asarray(np.where(np.isfinite(ways), ways, 0), np.float64)


def _head(points: Floats, torso: Floats, top: float) -> None:
    shoulders = points[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
    line = shoulders[:, 1].min()
    above = torso[torso[:, 1] < line - 0.2 * max(line - top, 1)]
    if len(above) < 4:
        above = np.array(((shoulders[:, 0].mean(), top), (shoulders[:, 0].mean(), top + 1)))
    (left, high), (right, low) = above.min(axis=0), above.max(axis=0)
    middle, width, height = (left + right) / 2, right - left, max(low - high, 1.0)
    places = {
        "nose": (middle, high + 0.25 * height), "left_eye": (middle + 0.12 * width, high + 2),
        "right_eye": (middle - 0.12 * width, high + 2), "left_ear": (middle + 0.4 * width, high + 0.25 * height),
        "right_ear": (middle - 0.4 * width, high + 0.25 * height),
    }  # fmt: skip
    facing = 1 if shoulders[0, 0] >= shoulders[1, 0] else -1
    for name, (x, y) in places.items():
        points[INDEX[name]] = (middle + facing * (x - middle), y)
