"""Detect the faces in a picture at any scale, and select one."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import OTHER_FACE_SIZE, warp
from mien.faces.detectors.face_score import FaceScore
from mien.faces.detectors.interface import Face, LandmarkDetector
from mien.faces.detectors.open import open_detector
from mien.faces.pictures.turning import turned_back, turns_upright, well_oriented

MOST_FACES = 16
"""Maximum number of faces per tile."""

LEAST_TILE = 96
"""Side in pixels of the smallest tiles; a face in a smaller one is too small to be animated."""

SEEN_PART = 0.2
"""Extent of a face, as a fraction of the tile's side, from which it is detected reliably.

MediaPipe's short-range detector scales the tile to 128 × 128 pixels; in a measurement on photographs no face was
detected below 0.1.
"""

SMALL_PICTURE = 256
"""Shorter side to which a smaller picture is enlarged if no face is found at its own size."""

_FRAMINGS = ((2.4, 0.0), (1.8, 0.1), (3.4, -0.3))
"""Windows in which a face must be found again: side and shift to the right, in extents of the face."""

_WINDOW = 256
_AGREEMENT = 0.3
"""Maximum difference of the positions (in extents) and of the logarithms of the sizes found in the windows. Faces give
less than 0.15; of 60 false detections in noise none was found in all windows."""


class NoFace(ValueError):  # noqa: N818 - what is the case, as ClipError's reason words
    """There is no face, or not the requested one; the message says which."""


@dataclass(frozen=True)
class FoundFaces:
    """`faces` from left to right, in pixels of the picture; `chosen` is an index into them."""

    faces: tuple[Face, ...]
    chosen: int

    @property
    def face(self) -> Face:
        """The selected face."""
        return self.faces[self.chosen]


def upright_faces(
    given: NDArray[np.uint8], number: int | None = None, thorough: bool = True, held: int = 0
) -> tuple[int, NDArray[np.uint8], FoundFaces]:
    """The faces in an RGB picture (H, W, 3), of which one is selected, with the picture turned until they are upright.

    Nobody poses upside down or on the side, but cameras can be held so. Returns the quarter turns counter-clockwise by
    which the largest face comes upright, the picture turned by them, and the faces in it. `number` counts from 0 on the
    left of the picture as it was given; `held`: turns that are tried first. Errors as in `choose_face`, `thorough` as
    in `find_faces`.
    """
    picture = _rotated(given, held)
    faces = find_faces(picture, thorough)
    more = turns_upright(max(faces, key=lambda face: face.extent)) if faces else 0
    if more:
        picture = _rotated(picture, more)
        turned = [turned_back(face, -more, *picture.shape[:2]) for face in faces]
        # Others may have been missed where they were not upright.
        faces = find_faces(picture, thorough) or sorted(turned, key=lambda face: float(face.centre[0]))
    turns = (held + more) % 4
    found = choose_face(faces, number)
    if turns and number is not None:
        places = [turned_back(face, turns, *given.shape[:2]).centre[0] for face in faces]
        found = replace(found, chosen=int(np.argsort(places, kind="stable")[number]))
    return turns, picture, found


def _rotated(picture: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def choose_face(faces: Sequence[Face], number: int | None = None) -> FoundFaces:
    """Select one of the faces, which are sorted from left to right.

    `number` counts from 0 on the left; None: the largest. Raises NoFace if there is no face, or none with this number.
    """
    if not faces:
        raise NoFace("there is no face in the picture; use one that shows a face from the front")
    if number is None:
        return FoundFaces(tuple(faces), int(np.argmax([face.extent for face in faces])))
    if not 0 <= number < len(faces):
        known = "is 1 face, number 0" if len(faces) == 1 else f"are {len(faces)} faces, numbers 0 to {len(faces) - 1}"
        raise NoFace(f"there {known} from the left, so there is no face {number}")
    return FoundFaces(tuple(faces), number)


def find_faces(picture: NDArray[np.uint8], thorough: bool = True) -> list[Face]:
    """The faces in an upright RGB picture (H, W, 3), from left to right, without those much smaller than the largest.

    The whole picture is searched first, then overlapping tiles of decreasing size, until no face of a relevant size
    (`OTHER_FACE_SIZE`) can have been missed. A face that fills a small picture is found by enlarging the picture and
    adding a border, a face that lies on its side or stands on its head by rotating the picture.

    Not `thorough`: no tiles, so small faces may be missed.
    """
    detector = _detector()
    least_tile = LEAST_TILE if thorough else max(picture.shape)
    found = _search(picture, detector, least_tile)
    if not found:
        found = _with_surroundings(picture, detector)
    for turns in (1, 3, 2):
        if not found:
            found = _turned(picture, turns, detector, least_tile)
    found = [well_oriented(face, picture, detector.detect, _score()) for face in found]
    largest = max((face.extent for face in found), default=0.0)
    counted = [face for face in found if face.extent >= OTHER_FACE_SIZE * largest]
    return sorted(counted, key=lambda face: float(face.centre[0]))


def warm_up() -> None:
    """Open the detectors in advance, which takes about a second in a new process."""
    _detector()
    _score()


class _Locked:
    """A detector with a lock, because only one thread at a time may use it."""

    def __init__(self, detector: LandmarkDetector) -> None:
        self._detector = detector
        self._lock = threading.Lock()

    def detect(self, frame: NDArray[np.uint8]) -> list[Face]:
        with self._lock:
            return self._detector.detect(frame)


_open = ExitStack()  # keeps the detector until the process ends: opening it takes much longer than a detection
atexit.register(_open.close)  # before the detector's library is unloaded


@cache
def _detector() -> _Locked:
    return _Locked(_open.enter_context(open_detector("mediapipe", max_faces=MOST_FACES, tracking=False)))


@cache
def _score() -> Callable[[NDArray[np.uint8]], float]:
    score, lock = FaceScore(), threading.Lock()
    _open.callback(score.close)

    def locked(window: NDArray[np.uint8]) -> float:
        with lock:
            return score(window)

    return locked


def _search(picture: NDArray[np.uint8], detector: _Locked, least_tile: int) -> list[Face]:
    side = max(picture.shape[:2])
    found = _joined([], detector.detect(picture), picture, detector)
    while side // 2 >= least_tile:
        largest = max((face.extent for face in found), default=0.0)
        if SEEN_PART * side <= OTHER_FACE_SIZE * largest:
            break
        side //= 2
        for left, top in _corners(picture, side):
            faces = detector.detect(picture[top : top + side, left : left + side])
            found = _joined(found, [_moved(face, left, top) for face in faces], picture, detector)
    return found


def _corners(picture: NDArray[np.uint8], side: int) -> Iterator[tuple[int, int]]:
    """Left and top edges of tiles of `side` that cover the picture and overlap by about half."""

    def starts(length: int) -> list[int]:
        room = max(0, length - side)
        return [int(start) for start in np.linspace(0, room, 1 + -(-2 * room // side)).round()]

    height, width = picture.shape[:2]
    return ((left, top) for top in starts(height) for left in starts(width))


def _joined(found: list[Face], candidates: list[Face], picture: NDArray[np.uint8], detector: _Locked) -> list[Face]:
    """`found` with those candidates added that are confirmed and not yet included."""
    joined = list(found)
    for candidate in candidates:
        face = None if _is_among(candidate, joined) else _confirmed(candidate, picture, detector)
        if face is not None and not _is_among(face, joined):
            joined.append(face)
    return joined


def _is_among(face: Face, faces: list[Face]) -> bool:
    return any(np.linalg.norm(face.centre - one.centre) < 0.5 * max(face.extent, one.extent) for one in faces)


def _confirmed(candidate: Face, picture: NDArray[np.uint8], detector: _Locked) -> Face | None:
    """The face detected in windows around the candidate; None if it is not found in all of them.

    This removes false detections, of which there are some among many tiles.
    """
    looks = [_look(candidate, picture, detector, part, shift) for part, shift in _FRAMINGS]
    return None if any(look is None for look in looks) else looks[0]


def _look(candidate: Face, picture: NDArray[np.uint8], detector: _Locked, part: float, shift: float) -> Face | None:
    side = part * max(candidate.extent, 1.0)
    scale = _WINDOW / side
    corner = candidate.centre + np.array([shift * candidate.extent, 0]) - side / 2
    # The edge of the window is half a pixel before the centre of its first pixel.
    transform = np.array([[scale, 0, -scale * corner[0] - 0.5], [0, scale, -scale * corner[1] - 0.5]])
    for face in detector.detect(warp(picture, transform, _WINDOW)):
        seen = _moved(face, corner[0] + 0.5, corner[1] + 0.5, 1 / scale)
        apart = float(np.linalg.norm(seen.centre - candidate.centre)) / candidate.extent
        if apart + abs(np.log(max(seen.extent, 1e-6) / candidate.extent)) < _AGREEMENT:
            return seen
    return None


def _moved(face: Face, left: float, top: float, scale: float = 1.0) -> Face:
    """A face found in a part of the picture, in pixels of the picture; `scale`: picture pixels per part pixel."""
    # The centre of the first pixel is (0, 0), and resizing preserves the edges of a picture, not the pixel centres.
    shift = np.array([left, top], np.float32) + (scale - 1) / 2
    mesh = face.mesh
    if mesh is not None:
        mesh = np.asarray(mesh * scale + np.append(shift, 0), np.float32)
    return replace(face, landmarks=np.asarray(face.landmarks * scale + shift, np.float32), mesh=mesh)


def _with_surroundings(picture: NDArray[np.uint8], detector: _Locked) -> list[Face]:
    """The faces in the enlarged picture with a border: detectors miss a face that fills a small picture."""
    height, width = picture.shape[:2]
    scale = max(1.0, SMALL_PICTURE / min(height, width))
    large = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_CUBIC)
    margin = round(0.25 * min(large.shape[:2]))
    framed = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    faces = detector.detect(np.asarray(framed, np.uint8))
    moved = [_moved(face, -margin / scale, -margin / scale, 1 / scale) for face in faces]
    return _joined([], moved, picture, detector)


def _turned(picture: NDArray[np.uint8], turns: int, detector: _Locked, least_tile: int) -> list[Face]:
    """The faces in the picture rotated counter-clockwise by quarter turns, in pixels of the original picture."""
    height, width = picture.shape[:2]
    upright = np.ascontiguousarray(np.rot90(picture, turns))
    return [turned_back(face, turns, height, width) for face in _search(upright, detector, least_tile)]
