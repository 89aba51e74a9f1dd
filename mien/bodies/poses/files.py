"""Poses as files: `.npz` of our own, OpenPose's JSON (a file or a folder), and BVH motion capture."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import JOINTS, PoseError, PoseTrack, PoseVideo
from mien.bodies.motions.captured import read_bvh
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.poses.found import Found
from mien.bodies.poses.openpose_json import canvas_size, read_people, write_people
from mien.bodies.poses.tracking import PeopleTracker
from mien.files import atomic_directory, atomic_file, read_json, write_json
from mien.storage.arrays import ArraysError, read_arrays

FORMAT = 1
MOST_BYTES = 2_000_000_000
MOST_JSON_BYTES = 400_000_000
MOST_FRAMES = 1_000_000
MOST_SIDE = 65_536
BVH_SIZE = (512, 512)
DEFAULT_FPS = Fraction(25)

SUFFIXES = (".npz", ".json", ".bvh")
"""Of files with poses; a folder of OpenPose's frames is another form."""


def is_poses(path: Path) -> bool:
    """Whether a path is a file of poses or a folder of them, judged by its name and kind."""
    return path.suffix.lower() in SUFFIXES or path.is_dir()


def read_poses(path: Path, fps: Fraction | None = None, size: tuple[int, int] | None = None) -> PoseVideo:
    """Poses from a `.npz` of `write_poses`, OpenPose's JSON (one file, or a folder with a file a frame), or BVH.

    fps: of JSON, which states none; 25 if not given. size: width and height of the picture in pixels, for JSON without
    `canvas_width` and `canvas_height`; if neither is there, the smallest even picture that holds all points. For
    BVH: the picture in which the motion is framed, 512 × 512 if not given.
    Raises PoseError in one sentence for anything else.
    """
    if path.is_dir():
        return _read_openpose(path, fps, size)
    if not path.is_file():
        raise PoseError(f"{path} is not there: give a video, or poses as .npz, .json, .bvh or a folder of .json")
    if path.suffix.lower() == ".npz":
        return _read_npz(path)
    if path.suffix.lower() == ".json":
        return _read_openpose(path, fps, size)
    if path.suffix.lower() == ".bvh":
        return _read_bvh(path, size)
    raise PoseError(f"{path.name} holds no poses that can be read: give .npz, .json, .bvh or a folder of .json")


def write_poses(path: Path, video: PoseVideo) -> None:
    """Write poses: `.npz` whole and exactly, `.json` OpenPose's frames in one list, no suffix: a folder of them.

    Raises PoseError for another suffix, MachineError for a full disk and its like.
    """
    if path.suffix.lower() == ".npz":
        with atomic_file(path) as temporary, temporary.open("wb") as stream:
            np.savez_compressed(stream, **_arrays(video))
    elif path.suffix.lower() == ".json":
        write_json(path, [_frame(video, number) for number in range(video.frames)])
    elif not path.suffix:
        with atomic_directory(path) as folder:
            for number in range(video.frames):
                write_json(folder / f"{number:012d}_keypoints.json", _frame(video, number))
    else:
        raise PoseError(f"poses are written as .npz, .json or a folder, not {path.suffix!r}")


def _arrays(video: PoseVideo) -> dict[str, Any]:
    people = len(video.people)
    points = np.zeros((people, video.frames, len(JOINTS), 2), np.float32)
    confidence = np.zeros((people, video.frames, len(JOINTS)), np.float32)
    for number, track in enumerate(video.people):
        points[number], confidence[number] = track.points, track.confidence
    return {
        "format": np.array(FORMAT),
        "joints": np.array(JOINTS),
        "size": np.array((video.width, video.height)),
        "fps": np.array((video.fps.numerator, video.fps.denominator)),
        "people": np.array([track.person for track in video.people], np.int64),
        "points": points,
        "confidence": confidence,
    }


def _read_npz(path: Path) -> PoseVideo:
    try:
        arrays = read_arrays(path, MOST_BYTES)
    except ArraysError as error:
        raise PoseError(str(error)) from error
    try:
        joints, points, confidence = arrays["joints"], arrays["points"], arrays["confidence"]
        width, height = (int(one) for one in arrays["size"])
        fps = Fraction(*(int(one) for one in arrays["fps"]))
        numbers = [int(one) for one in arrays["people"]]
        fits = joints.tolist() == list(JOINTS) and points.ndim == 4 and len(points) == len(confidence) == len(numbers)
    except (KeyError, ValueError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise PoseError(f"{path.name} holds no poses: write them with mien, or as OpenPose's JSON") from error
    if not fits or not 0 < fps <= 1000 or not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise PoseError(f"{path.name} holds poses of another form: write them with mien, or as OpenPose's JSON")
    if points.dtype.kind != "f" or confidence.dtype.kind != "f":
        raise PoseError(f"{path.name} holds poses that are no numbers")
    points, confidence = points.astype(np.float32), confidence.astype(np.float32)
    if confidence.min(initial=0) < 0 or confidence.max(initial=0) > 1:
        raise PoseError(f"{path.name} has confidences outside of 0 to 1")
    tracks = tuple(PoseTrack(points[row], confidence[row], number) for row, number in enumerate(numbers))
    return PoseVideo(width, height, fps, tracks, points.shape[1])


def _frame(video: PoseVideo, number: int) -> dict[str, Any]:
    people = [
        (track.person, track.points[number], track.confidence[number])
        for track in video.people
        if np.any(track.confidence[number] > 0)
    ]
    size = {"canvas_width": video.width, "canvas_height": video.height, "fps": str(video.fps)}
    return {"version": 1.3, **size, "people": write_people(people)}


def _read_openpose(path: Path, fps: Fraction | None, size: tuple[int, int] | None) -> PoseVideo:
    contents = _contents(path)
    stated = next((found for content in contents if (found := canvas_size(content)) is not None), None)
    try:
        frames = [read_people(content, _scale(content, stated)) for content in contents]
    except PoseError as error:
        raise PoseError(f"{path.name}: {error}") from error
    width, height = size or stated or _extent(frames)
    rate = fps or _stated_rate(contents[0]) or DEFAULT_FPS
    return PoseVideo(width, height, rate, _tracks(frames), len(frames))


def _contents(path: Path) -> list[Any]:
    files = sorted(path.glob("*.json"), key=_order) if path.is_dir() else [path]
    if not files:
        raise PoseError(f"the folder {path.name} holds no .json: OpenPose writes one for each frame")
    if len(files) > MOST_FRAMES:
        raise PoseError(f"the folder {path.name} holds more than {MOST_FRAMES:,} frames")
    contents = []
    for file in files:
        try:
            contents.append(read_json(file, MOST_JSON_BYTES))
        except (OSError, ValueError) as error:
            raise PoseError(f"{file.name} is no JSON ({error})") from error
    if not path.is_dir() and isinstance(contents[0], list):
        contents = contents[0]
    if not contents:
        raise PoseError(f"{path.name} holds no frame")
    return contents


def _order(path: Path) -> list[tuple[int, str]]:
    """Names in the order of the numbers in them: frame_2 before frame_10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.name)]


def _scale(content: Any, size: tuple[int, int] | None) -> tuple[float, float]:
    """Some tools give parts of the canvas in place of pixels."""
    if size is None or not isinstance(content, dict):
        return 1.0, 1.0
    people = content.get("people")
    values = [
        one
        for person in (people if isinstance(people, list) else [])
        if isinstance(person, dict) and isinstance(person.get("pose_keypoints_2d"), list)
        for index, one in enumerate(person["pose_keypoints_2d"])
        if index % 3 < 2 and isinstance(one, int | float)
    ]
    in_parts = bool(values) and max(values) <= 2.0 and min(size) > 16
    return (float(size[0]), float(size[1])) if in_parts else (1.0, 1.0)


def _stated_rate(content: Any) -> Fraction | None:
    value = content.get("fps") if isinstance(content, dict) else None
    try:
        rate = Fraction(str(value)) if value is not None else None
    except (ValueError, ZeroDivisionError):
        return None
    return rate if rate is not None and 0 < rate <= 1000 else None


def _extent(frames: list[list[tuple[int | None, Found]]]) -> tuple[int, int]:
    known: list[NDArray[np.float32]] = [
        one.points[one.confidence > 0] for frame in frames for _, one in frame if np.any(one.confidence > 0)
    ]
    if not known:
        raise PoseError("the poses have no known point and state no size of the picture: give the size")
    right, bottom = np.concatenate(known).max(axis=0)
    if max(right, bottom) > MOST_SIDE:
        raise PoseError(f"the poses lie outside of any picture of up to {MOST_SIDE} pixels a side")
    width, height = (max(2, 2 * int(np.ceil(one / 2))) for one in (right, bottom))
    return width, height


def _tracks(frames: list[list[tuple[int | None, Found]]]) -> tuple[PoseTrack, ...]:
    """By the numbers that the file gives, if it gives each person one, else by position and size."""
    numbers = {number for frame in frames for number, _ in frame}
    unique = all(len({number for number, _ in frame}) == len(frame) for frame in frames)
    if None in numbers or not unique:
        tracker = PeopleTracker()
        for frame in frames:
            tracker.add([one for _, one in frame], None)
        return tracker.tracks()
    tracks = []
    for person in sorted(number for number in numbers if number is not None):
        points = np.zeros((len(frames), len(JOINTS), 2), np.float32)
        confidence = np.zeros((len(frames), len(JOINTS)), np.float32)
        for row, frame in enumerate(frames):
            for number, one in frame:
                if number == person:
                    points[row], confidence[row] = one.points, one.confidence
        tracks.append(PoseTrack(points, confidence, person))
    return tuple(tracks)


def _read_bvh(path: Path, size: tuple[int, int] | None) -> PoseVideo:
    """As seen from the front by a camera that goes along; the frame rate is that of the file, within one in 1001."""
    joints, rate = read_bvh(path)
    width, height = size or BVH_SIZE
    seen = to_picture(joints, framed(joints, width, height))[..., :2]
    track = PoseTrack(np.ascontiguousarray(seen), np.ones(seen.shape[:2], np.float32))
    return PoseVideo(width, height, Fraction(rate).limit_denominator(1001), (track,), len(track))
