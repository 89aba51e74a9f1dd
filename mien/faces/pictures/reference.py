"""The reference picture to be animated: a photo, or the best frame of a video or an animation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import ImageSequence

from mien.clips import ClipError
from mien.faces.alignment import mean_shape, similarity_transform, warp
from mien.faces.detectors.interface import Face
from mien.faces.filters import SHARPNESS_SIZE, sharpness
from mien.faces.measures import eye_opening
from mien.faces.pictures.find_face import FoundFaces, NoFace, upright_faces
from mien.faces.pictures.portrait import (
    Kind,
    PortraitError,
    check_size,
    no_picture,
    one_line,
    open_picture,
    picture_count,
    picture_kind,
    read_portrait,
)
from mien.faces.pictures.srgb import bounded, srgb
from mien.media.ffmpeg import open_media
from mien.media.reading.frame_rgb import frame_rgb
from mien.media.reading.interlacing import COMBED, combing, deinterlaced
from mien.media.reading.tracks import decoded, picture_stream

LOOKED_AT = 32
"""Number of frames of a video that are compared, spread over its duration."""

WHOLE_SECONDS = 30.0
"""Shorter videos are decoded completely, unless their pictures are large (`MOST_PIXELS`); in longer ones the key frames
nearest to the wanted times are used."""

MOST_DECODED = 1500
"""Maximum number of decoded frames of a video of unknown duration."""

MOST_PIXELS = 2_000_000_000
"""Pixels of all frames of a short video above which key frames are used as in a long one: 1000 frames of 1080p."""

TURNED, CLOSED, OPEN_MOUTH, BLURRED = 0.15, 0.1, 0.08, 0.25
"""Units of the terms of `faults`: offset of the nose in inter-ocular distances; aspect ratios by which the eyes are
closed and the lips open; loss of sharpness (`mien.faces.filters.sharpness`)."""

WIDE_EYES, SHARP = 0.3, 0.5
"""Eye aspect ratio and sharpness above which the penalty of a frame does not decrease further."""


@dataclass(frozen=True)
class Reference:
    """`picture` uint8 (H, W, 3) RGB with its `faces`; `second`: its time in the video, None for a photo."""

    picture: NDArray[np.uint8]
    faces: FoundFaces
    second: float | None = None


def read_reference(path: Path, face: int | None = None) -> Reference:
    """The photo in `path`, or the best frame of a video or an animation, with the selected face.

    The picture is turned by quarter turns until the largest face is upright. `face` counts the faces from 0 on the left
    of the picture as it is stored; None: the largest. The best of at most `LOOKED_AT` frames has the lowest
    `faults`: a frontal, sharp face with open eyes and a closed mouth.
    Raises PortraitError for a file that cannot be read as a picture or has no such face.
    """
    kind = picture_kind(path)
    try:
        if kind is Kind.PHOTO:
            picture = read_portrait(path)
            _, picture, found = upright_faces(picture, face)
            return Reference(picture, found)
        return _best(_animation(path) if kind is Kind.ANIMATION else _video(path), face)
    except NoFace as error:
        raise PortraitError(f"{path.name}: {error}") from error


def faults(face: Face, picture: NDArray[np.uint8]) -> float:
    """Penalty, ≥ 0, of a face as a reference: the sum for turned head, closed eyes, open mouth, blur and small size.

    The units of the terms are `TURNED`, `CLOSED`, `OPEN_MOUTH` and `BLURRED`; a small face adds up
    to 0.5.
    """
    points = np.asarray(face.landmarks, np.float64)
    right, left = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    line = left - right
    turned = abs(float((points[30] - (left + right) / 2) @ line)) / max(float(line @ line), 1e-9)
    opening = float(eye_opening(face.landmarks[None])[0])
    lips = float(np.linalg.norm(points[61:64] - points[[67, 66, 65]], axis=-1).mean()) / max(float(np.hypot(*line)), 1)
    crop = warp(picture, similarity_transform(points, mean_shape(SHARPNESS_SIZE)), SHARPNESS_SIZE)
    return (
        turned / TURNED
        + max(0.0, WIDE_EYES - opening) / CLOSED
        + lips / OPEN_MOUTH
        + max(0.0, SHARP - sharpness(crop)) / BLURRED
        + 0.5 * max(0.0, 1 - face.extent / SHARPNESS_SIZE)
    )


def _best(frames: Iterator[tuple[float, NDArray[np.uint8]]], face: int | None) -> Reference:
    best: Reference | None = None
    fewest = float("inf")
    refusal = NoFace("there is no frame in it")
    tried = turns = 0
    for second, frame in frames:
        try:
            # A thorough search of every frame would be slow, so only the first few are searched thoroughly.
            thorough = best is None and tried < 3
            turns, picture, found = upright_faces(frame, face, thorough, turns)  # most likely turned as the last one
        except NoFace as error:
            refusal = error
            tried += 1
            continue
        wrong = faults(found.face, picture)
        if wrong < fewest:
            best, fewest = Reference(picture, found, second), wrong
    if best is None:
        raise refusal
    return best


def _animation(path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    try:
        count = min(picture_count(path), MOST_DECODED)
        with open_picture(path) as image:
            step = max(1, -(-count // LOOKED_AT))
            second = 0.0
            for number, frame in zip(range(count), ImageSequence.Iterator(image), strict=False):
                if number % step == 0:
                    yield second, srgb(frame.copy())
                second += float(frame.info.get("duration") or 0) / 1000
    except PortraitError:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PortraitError(f"{path.name}: the picture is damaged ({one_line(error)})") from error


def _video(path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """At most `LOOKED_AT` frames of a video with their times, rotated and scaled as they are displayed."""
    count = 0
    try:
        with open_media(path) as container:
            stream = picture_stream(container)
            check_size(path, stream.codec_context.width, stream.codec_context.height)
            for frame in _spread(container, stream):
                second = float(frame.pts * stream.time_base) if frame.pts is not None else 0.0
                yield max(0.0, second - _start(stream)), bounded(_as_shown(frame, stream))
                count += 1
        if count == 0:
            raise ClipError("undecodable")
    except ClipError as error:
        raise no_picture(path, error) from error


def _spread(container: Any, stream: Any) -> Iterator[Any]:
    """Frames spread over the video; a damaged end is not an error."""
    seconds = container.duration / av.time_base if container.duration else None
    pixels = stream.codec_context.width * stream.codec_context.height
    frames = stream.frames or (seconds or WHOLE_SECONDS) * float(stream.average_rate or 25)
    try:
        if seconds is not None and (seconds > WHOLE_SECONDS or frames * pixels > MOST_PIXELS):
            yield from _jumped_to(container, stream, seconds)
        else:
            length = seconds or WHOLE_SECONDS
            due = 0.0
            for number, frame in enumerate(decoded(container, stream)):
                second = float(frame.pts * stream.time_base) - _start(stream) if frame.pts is not None else number / 25
                if second >= due:
                    yield frame
                    due += length / LOOKED_AT
                if number >= MOST_DECODED or number * pixels > MOST_PIXELS:
                    break
    except av.error.FFmpegError:
        return


def _jumped_to(container: Any, stream: Any, seconds: float) -> Iterator[Any]:
    last = None
    for number in range(LOOKED_AT):
        target = _start(stream) + seconds * number / LOOKED_AT
        container.seek(round(target / stream.time_base), stream=stream, backward=True)
        frame = next(decoded(container, stream), None)
        if frame is not None and frame.pts != last:
            last = frame.pts
            yield frame


def _start(stream: Any) -> float:
    return float(stream.start_time * stream.time_base) if stream.start_time is not None else 0.0


def _as_shown(frame: Any, stream: Any) -> NDArray[np.uint8]:
    aspect = float(stream.sample_aspect_ratio or 1)
    width = frame.width
    if aspect > 0 and abs(aspect - 1) > 0.01:
        width = max(2, round(frame.width * aspect))
    picture = frame_rgb(frame, VideoReformatter(), width)
    if combing(picture) > COMBED:  # not every interlaced video says so, and combs would count as sharpness
        picture = deinterlaced(picture)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns))
