"""Poses of a video by any of the detectors."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from mien.bodies.detectors.frames import VideoFrames, open_frames
from mien.bodies.detectors.interface import PoseDetector
from mien.bodies.detectors.skeletons.colours import is_black, looks_drawn
from mien.bodies.detectors.skeletons.reader import SkeletonReader
from mien.bodies.keypoints import PoseError, PoseVideo
from mien.bodies.poses.tracking import PeopleTracker
from mien.progress import counted

DETECTORS = ("auto", "mediapipe", "mmpose", "vitpose", "skeleton")

LOOKED_AT = 60
"""Frames among which `auto` looks for a drawn skeleton."""

FEWEST_FRAMES = 5
"""Somebody in fewer frames than these is a mistake of the detector, where the video is longer."""


def detect_poses(
    video: Path,
    detector: str = "mediapipe",
    weights: Path | str | None = None,
    progress: bool = False,
    most: int = 4,
    boxes: Path | str | None = None,
) -> PoseVideo:
    """The poses of all people in a video, frame by frame; memory does not grow with the pictures.

    detector: one of `DETECTORS`; `auto` is `skeleton` for skeletons drawn on black, else `mediapipe`. weights: of
    `mmpose` and `vitpose`: a file, a folder or a name. most: largest number of people at once. boxes: name or folder of
    a detector of objects of transformers, which finds the people for `mmpose` and `vitpose`; without it they follow one
    person. The video's frame rate is kept exactly; turned pictures are upright; where the rate varies, each instant has
    the frame that is shown then. A video without anybody gives no people.
    Raises PoseError for a file that cannot be read, and for a detector that does not exist or cannot run here.
    """
    frames = open_frames(video)
    found = open_detector(_recognised(frames) if detector == "auto" else detector, weights, most, boxes)
    tracker = PeopleTracker()
    try:
        for frame in counted(frames, "poses", frames.expected, "frames", shown=progress):
            tracker.add(found.detect(frame), frame)
    finally:
        found.close()
    tracks = tracker.tracks(min(FEWEST_FRAMES, max(1, tracker.frames // 2)))
    return PoseVideo(frames.width, frames.height, frames.fps, tracks, tracker.frames)


def open_detector(
    name: str, weights: Path | str | None = None, most: int = 4, boxes: Path | str | None = None
) -> PoseDetector:
    """A detector for the frames of one video. Raises PoseError as `detect_poses`."""
    if name in ("mediapipe", "skeleton"):
        if weights is not None or boxes is not None:
            raise PoseError(f"the detector {name} takes no weights: choose mmpose or vitpose for weights of your own")
        if name == "skeleton":
            return SkeletonReader(most)
        from mien.bodies.detectors.mediapipe_people import MediaPipePeople

        return MediaPipePeople(most)
    if name not in DETECTORS:
        raise PoseError(f"there is no detector {name!r}: choose among {', '.join(DETECTORS)}")
    from mien.bodies.detectors.boxes import TransformersBoxes  # imports torch

    finder = None if boxes is None else TransformersBoxes(boxes)
    if name == "vitpose":
        from mien.bodies.detectors.vitpose import open_vitpose

        return open_vitpose(weights, finder, most)
    from mien.bodies.detectors.mmpose_people import open_mmpose

    return open_mmpose(weights, finder, most)


def _recognised(frames: VideoFrames) -> str:
    """`skeleton` if the first frame on which anything is drawn, among the first ones, is a skeleton on black."""
    first = next((frame for frame in islice(frames, LOOKED_AT) if not is_black(frame)), None)
    return "skeleton" if first is not None and looks_drawn(first) else "mediapipe"
