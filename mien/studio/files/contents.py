"""What an upload holds, found by decoding it; runs in the inspecting process only (`mien.studio.files.inspect`).

Readers are imported where they are needed: some of them take seconds, and most uploads need none of those.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from mien.clips import ClipError
from mien.files import read_json
from mien.studio.files.errors import FileError, is_full, no_room
from mien.studio.files.sniff import unknown
from mien.systems.errors import RequestError
from mien.systems.request import FileKind

PREVIEW_SIDE = 640
PREVIEW_QUALITY = 82

PEAKS = 96
"""Number of values that describe how loud a sound is over time, for a drawing."""

_LIST_MOST = 60


@dataclass(frozen=True)
class Bounds:
    """Limits of an upload's content: pixels of a picture and of a video's frame, seconds of a video or sound."""

    pixels: int
    video_pixels: int
    seconds: float


@dataclass(frozen=True)
class Found:
    """Kind of an upload, what is known of it, and the media type where the first bytes do not tell."""

    kind: FileKind
    facts: dict[str, Any]
    media_type: str = ""


def found_in(path: Path, group: str, name: str, bounds: Bounds, preview: Path) -> Found:
    """What the file at `path` holds, of the `group` of `mien.studio.files.sniff`; `name` is for messages.

    A picture of it of up to `PREVIEW_SIDE` is written to `preview` where there is one. Raises FileError in one
    sentence for content that is damaged, beyond the bounds, or of no use.
    """
    read = {"picture": _picture, "media": _media, "json": _json, "npz": _npz, "bvh": _poses, "text": _text}[group]
    try:
        return read(path, name, bounds, preview)
    except FileError:
        raise
    except MemoryError as error:
        raise FileError(422, f"{name} needs too much memory to be read: make it smaller") from error
    except ClipError as error:
        if error.reason == "undecodable":
            raise FileError(422, f"{name} is damaged or incomplete: copy it again, or save it anew") from error
        raise FileError(422, f"{name} cannot be used: {_said(error, path, name)}") from error
    except (ValueError, OSError, RequestError) as error:
        if is_full(error):
            raise no_room() from error
        said = _said(error, path, name)
        raise FileError(422, said if name in said else f"{name} cannot be read: {said}") from error


def _said(error: Exception, path: Path, name: str) -> str:
    """The message of a reader with the user's name of the file in place of its path, and without command-line flags."""
    from mien.makers.forms import without_flags

    text = without_flags(" ".join(str(error).split())[:400])
    return text.replace(str(path), name).replace(path.name, name) or type(error).__name__


def _picture(path: Path, name: str, bounds: Bounds, preview: Path) -> Found:
    from mien.faces.pictures.portrait import (
        Kind,
        PortraitError,
        open_picture,
        picture_count,
        picture_kind,
        read_portrait,
    )

    try:
        with open_picture(path) as image:
            (width, height), form = image.size, image.format
            turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    except PortraitError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise FileError(422, f"{name} is a damaged picture: copy it again, or save it anew") from error
    if width * height > bounds.pixels:
        raise FileError(422, _too_many_pixels(name, "picture", width, height, bounds.pixels))
    moves = picture_kind(path) is Kind.ANIMATION
    facts: dict[str, Any] = {"width": width, "height": height}
    if turned:
        facts = {"width": height, "height": width}
    if moves:
        facts["frames"] = picture_count(path)
    _save(read_portrait(path), preview)
    if moves and form == "GIF":
        return _moving(path, name, bounds)
    return Found("picture", facts)


def _moving(path: Path, name: str, bounds: Bounds) -> Found:
    from mien.media.ffmpeg import probe

    info = probe(path)
    width, height = info.width or 0, info.height or 0
    if width * height > bounds.video_pixels:
        raise FileError(422, _too_many_pixels(name, "video", width, height, bounds.video_pixels))
    seconds = info.seconds or 0.0
    _check_seconds(name, seconds, bounds)
    facts: dict[str, Any] = {"width": width, "height": height, "seconds": round(seconds, 3), "frames": info.frames}
    if info.fps:
        facts["fps"] = round(float(info.fps), 3)
    facts["sound"] = info.audio_hz is not None
    return Found("video", facts)


def _media(path: Path, name: str, bounds: Bounds, preview: Path) -> Found:
    from mien.media.video import decode_frames

    try:
        found = _moving(path, name, bounds)
    except ClipError as error:
        if error.reason != "no_video":
            raise
        return _sound(path, name, bounds)
    _save(next(iter(decode_frames(path))), preview)
    return found


def _sound(path: Path, name: str, bounds: Bounds) -> Found:
    from mien.media.ffmpeg import probe_sound
    from mien.media.sound import read_sound

    try:
        info = probe_sound(path)
    except ClipError as error:
        if error.reason != "no_audio":
            raise
        raise FileError(422, f"{name} holds neither pictures nor sound: choose another file") from error
    seconds = info.audio_seconds or info.seconds or 0.0
    _check_seconds(name, seconds, bounds)
    samples = np.abs(read_sound(path, 8000))
    parts = np.array_split(samples, min(PEAKS, max(1, len(samples))))
    peaks = [round(float(part.max(initial=0.0)), 3) for part in parts]
    facts = {"seconds": round(seconds, 3), "hz": info.audio_hz, "channels": info.audio_channels, "peaks": peaks}
    return Found("sound", facts, _SOUND_TYPES.get(path.suffix, ""))


_SOUND_TYPES = {".webm": "audio/webm", ".mp4": "audio/mp4", ".mov": "audio/mp4", ".asf": "audio/x-ms-wma"}
"""Media types of containers that mostly hold videos where they hold sound only."""


def _check_seconds(name: str, seconds: float, bounds: Bounds) -> None:
    if seconds > bounds.seconds:
        raise FileError(
            422, f"{name} is {seconds:,.0f} s long, at most {bounds.seconds:,.0f} s are taken: cut it first"
        )


def _too_many_pixels(name: str, what: str, width: int, height: int, most: int) -> str:
    return (
        f"{name} is a {what} of {width}×{height} pixels, {width * height / 1e6:,.1f} megapixels, "
        f"at most {most / 1e6:,.1f} are taken: scale it down"
    )


def _json(path: Path, name: str, bounds: Bounds, preview: Path) -> Found:
    from mien.bodies.scene import Scene
    from mien.media.file_tags import PERSON

    try:
        content = read_json(path, 400_000_000)
    except (ValueError, RecursionError) as error:
        raise FileError(422, f"{name} is no JSON ({_said(error, path, name)[:120]}): save it again as JSON") from error
    if isinstance(content, dict) and str(content.get("format")).startswith(PERSON):
        from mien.heads.latents.person import Person

        person = Person.load(path)
        return Found("person", {"prompt": person.prompt[:300], "seed": str(person.seed)})
    if isinstance(content, dict) and ("scenes" in content or "place" in content):
        listed = content.get("scenes", [content])
        try:
            scenes = [Scene.from_json(one) for one in listed]
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise FileError(422, f"{name} holds no look: write one with mien follow and the output .json") from error
        if not scenes:
            raise FileError(422, f"{name} holds no look: write one with mien follow and the output .json")
        return Found("scene", {"people": len(scenes)})
    first = content[0] if isinstance(content, list) and content else content
    if isinstance(first, dict) and "people" in first:
        return _poses(path, name, bounds, preview)
    raise FileError(422, f"{name} is JSON, but no person or look of mien and no poses of OpenPose: choose one of these")


def _npz(path: Path, name: str, bounds: Bounds, preview: Path) -> Found:
    from mien.storage.arrays import array_headers

    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileError(422, f"{name} is a damaged file: copy or download it again") from error
    if not members or not all(member.endswith(".npy") for member in members):
        raise FileError(415, f"{name} is an archive: unpack it, and upload one of its files")
    try:
        names = set(array_headers(path, 2_000_000_000))
    except ValueError as error:
        raise FileError(422, f"{name} is damaged or holds far too much to be a motion or poses of mien") from error
    if {"joints", "points"} <= names:
        return _poses(path, name, bounds, preview)
    if "rotation" in names or {"neck", "expression"} <= names:
        return _motion(path, name, bounds)
    shown = ", ".join(sorted(re.sub(r"[^\w.-]", "", one)[:20] for one in names)[:4])
    raise FileError(
        422, f"{name} holds neither the motion of a head nor poses of mien (it has {shown}): choose another"
    )


def _motion(path: Path, name: str, bounds: Bounds) -> Found:
    from mien.talking.generate.head_motion import load_head_motion

    try:
        motion, performed = load_head_motion(path)
    except RequestError as error:
        said = _said(error, path, name)
        raise FileError(422, said if name in said else f"{name} holds no motion that can be used: {said}") from error
    frames = len(motion.arrays["rotation"])
    _check_seconds(name, frames / float(motion.fps), bounds)
    facts = {"frames": frames, "fps": round(float(motion.fps), 3), "seconds": round(frames / float(motion.fps), 3)}
    return Found("motion", {**facts, "face": performed is not None})


def _poses(path: Path, name: str, bounds: Bounds, preview: Path) -> Found:
    from mien.bodies.poses.files import read_poses

    video = read_poses(path)
    seconds = video.frames / float(video.fps)
    _check_seconds(name, seconds, bounds)
    size: dict[str, Any] = {"width": video.width, "height": video.height, "people": len(video.people)}
    facts = {**size, "frames": video.frames, "fps": round(float(video.fps), 3), "seconds": round(seconds, 3)}
    if video.frames and video.people:
        _save(_drawn(video), preview)
    return Found("poses", facts)


def _drawn(video: Any) -> NDArray[np.uint8]:
    """The skeletons of the frame that shows most points, at the size of a preview."""
    from dataclasses import replace

    from mien.bodies.poses.drawing import draw_skeleton

    scale = PREVIEW_SIDE / max(video.width, video.height)
    people = tuple(replace(track, points=track.points * np.float32(scale)) for track in video.people)
    size = (max(2, round(side * scale)) for side in (video.width, video.height))
    width, height = size
    known = sum((track.confidence > 0).sum(axis=1) for track in video.people)
    return draw_skeleton(replace(video, width=width, height=height, people=people), int(np.argmax(known)))


def _text(path: Path, name: str, _bounds: Bounds, _preview: Path) -> Found:
    from mien.motion.generate.script import read_script
    from mien.talking.generate.emotion_track import read_emotion_track

    readers = {"script": read_script, "track": read_emotion_track}
    said: dict[str, str] = {}
    for what, read in readers.items():
        try:
            read(path)
        except RequestError as error:
            said[what] = _said(error, path, name)
    if len(said) == len(readers):
        if not _has_times(path):  # a Makefile or a 3D model in text: no word of scripts
            raise unknown(name)
        raise FileError(422, f"{name} is neither a script nor an emotion track: {said['script'][:240]}")
    with path.open("rb") as stream:
        lines = stream.read(1_000_000).count(b"\n") + 1
    return Found("text", {"script": "script" not in said, "track": "track" not in said, "lines": lines, "wrong": said})


def _has_times(path: Path) -> bool:
    """Whether a line of a text begins like one with a time, so that it is meant as a script or a track."""
    with path.open("rb") as stream:
        start = stream.read(20_000)
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    return re.search(r"^\s*[0-9][0-9:.,]*\s*(:|s\b)", text, re.MULTILINE) is not None


def _save(picture: NDArray[np.uint8], preview: Path) -> None:
    """Write a picture as a JPEG of up to `PREVIEW_SIDE` pixels a side."""
    image = Image.fromarray(picture)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    image.save(preview, "JPEG", quality=PREVIEW_QUALITY)
