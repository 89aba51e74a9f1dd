"""The frames of a pose video: upright, with square pixels, at the exact and constant rate of its poses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseError
from mien.clips import REASONS, ClipError
from mien.media.ffmpeg import probe
from mien.media.video import decode_timed_frames

MOST_RATE = 240


@dataclass(frozen=True)
class VideoFrames:
    """What is known before the frames are decoded. width, height: as shown, with square pixels. expected: frames."""

    path: Path
    width: int
    height: int
    fps: Fraction
    expected: int

    def __iter__(self) -> Iterator[NDArray[np.uint8]]:
        """uint8 (height, width, 3) RGB, one for each 1 / fps seconds.

        Where the times of a file's frames are not even (variable frame rate), each instant has the frame that is shown
        then: some are repeated, some left out, and the length stays that of the file.
        """
        try:
            for frame in _evenly(decode_timed_frames(self.path), self.fps):
                if frame.shape[:2] != (self.height, self.width):
                    frame = np.asarray(cv2.resize(frame, (self.width, self.height), interpolation=cv2.INTER_AREA))
                yield frame
        except ClipError as error:
            raise unreadable(self.path, error) from error


def open_frames(path: Path) -> VideoFrames:
    """The frames of a video. Raises PoseError in one sentence for a file that cannot be read."""
    try:
        info = probe(path)
    except ClipError as error:
        raise unreadable(path, error) from error
    if not info.width or not info.height or not info.frames:
        raise PoseError(f"{path.name} holds no pictures: give a video of a person")
    fps = info.fps or Fraction(25)  # a single picture states no rate
    if not 0 < fps <= MOST_RATE:
        raise PoseError(f"{path.name} has {float(fps):g} frames a second, at most {MOST_RATE} are read")
    width = max(1, round(info.width * info.sample_aspect))
    return VideoFrames(path, width, info.height, fps, info.frames)


def unreadable(path: Path, error: ClipError) -> PoseError:
    """The sentence of a file that cannot be decoded."""
    detail = f" ({error.detail})" if error.detail else ""
    return PoseError(f"{path.name} cannot be read: {REASONS[error.reason]}{detail}")


def _evenly(timed: Iterator[tuple[float | None, NDArray[np.uint8]]], fps: Fraction) -> Iterator[NDArray[np.uint8]]:
    """For each instant k / fps the frame that is shown then; half a period of deviation changes nothing."""
    start: float | None = None
    shown: NDArray[np.uint8] | None = None
    given = 0
    for number, (time, frame) in enumerate(timed):
        at = number / float(fps) if time is None else time
        start = at if start is None else start
        instant = math.floor((at - start) * float(fps) + 0.5)
        while shown is not None and given < instant:
            yield shown
            given += 1
        shown = frame
    if shown is not None:
        yield shown
