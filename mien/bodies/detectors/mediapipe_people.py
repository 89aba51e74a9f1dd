"""Poses with hands by MediaPipe, whose models are in its wheel, so that it works offline.

MediaPipe's pose model follows one person. For several, each has a graph of his or her own. A graph that has found its
person follows that person from frame to frame, so it is enough that it first sees a frame in which the others are
painted over. Every `SCAN_EVERY` frames it is looked for more people: in the picture without those who are known, and in
its left and right halves, where MediaPipe's detector finds smaller people. Limits: people who cover each other to a
large part are found as one; of a crowd, the `most` largest; somebody new is found up to `SCAN_EVERY` frames late; hands
smaller than about 20 pixels are rarely found.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, LEFT_HAND, RIGHT_HAND
from mien.bodies.poses.found import Found, nobody, overlap
from mien.media.stderr import quiet_stderr

BODY_FROM_MEDIAPIPE = (
    0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28,  # COCO's 17
    31, 31, 29, 32, 32, 30,  # feet: it has one point of the toes
)  # fmt: skip
"""Index among MediaPipe's 33 points for each of our first 23; the small toes, which it does not have, are unknown."""

SMALL_TOES = (18, 21)
LEAST_VISIBILITY = 0.3
"""Below it a point is a guess of MediaPipe's about what cannot be seen, such as legs below the picture."""

OUTSIDE = 0.02
"""Part of the picture by which a point may lie beyond its border; further out it is a guess."""

SCAN_EVERY = 8
SAME = 0.5
"""Overlap from which two graphs follow the same person."""

# MediaPipe's use of protobuf causes a warning in every process.
warnings.filterwarnings("ignore", message=r"SymbolDatabase\.GetPrototype", category=UserWarning)


class MediaPipePeople:
    """MediaPipe's holistic model (33 points of the body, 21 of each hand), one graph for each person."""

    def __init__(self, most: int = 4) -> None:
        """most: largest number of people who are followed at once."""
        self._most = most
        self._frame = 0
        self._graphs: list[Any] = []
        self._boxes: list[NDArray[np.float32]] = []
        self._scan: Any = _open("pose", static_image_mode=True) if most > 1 else None
        self._graphs.append(_open("holistic"))

    def close(self) -> None:
        """Release the graphs."""
        with quiet_stderr():
            for graph in (*self._graphs, *([self._scan] if self._scan is not None else [])):
                graph.close()
        self._graphs = []

    def detect(self, frame: NDArray[np.uint8]) -> list[Found]:
        """The people in an RGB frame (H, W, 3)."""
        frame = np.ascontiguousarray(frame)
        found: list[Found] = []
        kept: list[Any] = []
        for graph in self._graphs:
            one = _person(graph.process(frame), frame)
            if one is not None and all(overlap(one, other) < SAME for other in found):
                found.append(one)
                kept.append(graph)
            elif len(kept) == 0 and graph is self._graphs[-1]:
                kept.append(graph)  # the last one goes on looking
            else:
                _close(graph)
        self._graphs = kept
        if self._scan is not None and found and self._frame % SCAN_EVERY == 0:
            found += self._look_for_more(frame, found)
        self._frame += 1
        return found

    def _look_for_more(self, frame: NDArray[np.uint8], known: list[Found]) -> list[Found]:
        """People beside the known ones; each gets a graph that has seen nobody else."""
        more: list[Found] = []
        width = frame.shape[1]
        windows = ((0, width), (0, width // 2), (width - width // 2, width))
        for left, right in windows:
            if len(self._graphs) >= self._most:
                break
            hidden = without(frame, [*known, *more])
            window = np.zeros_like(frame)
            window[:, left:right] = hidden[:, left:right]
            if self._scan.process(np.ascontiguousarray(hidden[:, left:right])).pose_landmarks is None:
                continue
            graph = _open("holistic")
            one = _person(graph.process(window), frame)
            if one is None or any(overlap(one, other) >= SAME for other in [*known, *more]) or not _plausible(one):
                _close(graph)
                continue
            self._graphs.append(graph)
            more.append(one)
        return more


def without(frame: NDArray[np.uint8], people: list[Found], margin: float = 0.15) -> NDArray[np.uint8]:
    """The frame with these people's boxes painted in the mean colour of the frame's border."""
    painted = frame.copy()
    border = np.concatenate((frame[0], frame[-1], frame[:, 0], frame[:, -1])).mean(axis=0)
    for one in people:
        box = one.box()
        if box is not None:
            grown = margin * float(np.max(box[2:] - box[:2]))
            left, top = np.maximum(np.floor(box[:2] - grown), 0).astype(int)
            right, bottom = np.maximum(np.ceil(box[2:] + grown), 0).astype(int)
            painted[top:bottom, left:right] = border.astype(np.uint8)
    return painted


def _plausible(one: Found) -> bool:
    """Whether somebody who was looked for is seen well enough to be a person."""
    body = one.confidence[:17]
    return bool((body > 0.5).sum() >= 8)


def _person(result: Any, frame: NDArray[np.uint8]) -> Found | None:
    if result.pose_landmarks is None:
        return None
    height, width = frame.shape[:2]
    size = np.array((width, height), np.float32)
    body = np.array([(point.x, point.y, point.visibility) for point in result.pose_landmarks.landmark], np.float32)
    one = nobody()
    chosen = body[list(BODY_FROM_MEDIAPIPE)]
    one.points[:BODY_AND_FEET] = chosen[:, :2] * size
    outside = np.any((chosen[:, :2] < -OUTSIDE) | (chosen[:, :2] > 1 + OUTSIDE), axis=1)
    one.confidence[:BODY_AND_FEET] = np.where((chosen[:, 2] < LEAST_VISIBILITY) | outside, 0, chosen[:, 2])
    one.confidence[list(SMALL_TOES)] = 0
    for hand, part in ((result.left_hand_landmarks, LEFT_HAND), (result.right_hand_landmarks, RIGHT_HAND)):
        if hand is not None:
            points = np.array([(point.x, point.y) for point in hand.landmark], np.float32)
            one.points[part] = points * size
            one.confidence[part] = np.where(np.any((points < 0) | (points > 1), axis=1), 0, 1)
    one.points[one.confidence == 0] = 0
    return one if one.box() is not None else None


def _open(solution: str, **options: Any) -> Any:
    with quiet_stderr():
        from mediapipe.python.solutions import holistic, pose

        graph: Any = pose.Pose(**options) if solution == "pose" else holistic.Holistic(**options)
        # The threads of a graph log at its first frame: it gets an empty one while stderr is silenced.
        graph.process(np.zeros((64, 64, 3), np.uint8))
    return graph


def _close(graph: Any) -> None:
    with quiet_stderr():
        graph.close()
