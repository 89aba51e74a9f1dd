"""Decoding the frames of a video file, and encoding frames with sound."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import av
import ffmpeg
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.files import atomic_file
from mien.media.ffmpeg import check_machine, ffmpeg_exe, file_url, last_line, open_media
from mien.media.observing import watched
from mien.media.reading.frame_rgb import frame_rgb
from mien.media.reading.tracks import decoded, picture_stream
from mien.media.sound import write_wav
from mien.storage.leftovers import temporary_beside

NO_METADATA: Mapping[str, str] = MappingProxyType({})

BIT_EXACT: Mapping[str, Any] = MappingProxyType(
    {"fflags": "+bitexact", "flags:v": "+bitexact", "flags:a": "+bitexact", "map_metadata": -1, "map_chapters": -1}
)
"""Output options that keep ffmpeg from writing its version, dates and random ids into a file."""

_PLAIN_TAGS = {"title", "artist", "author", "comment", "description", "copyright", "date", "genre", "encoder"}


def decode_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of a file of constant rate as uint8 (H, W, 3) RGB, rotated as the file specifies.

    Where the size of the pictures changes, later ones are scaled to the size of the first, within black bars where
    their proportions change too.
    Raises ClipError (missing, empty, lfs_pointer, undecodable, no_video, too_large), and MemoryError. A decoding error
    after the first frame, as in a truncated file, ends the frames.
    """
    return (picture for _, picture in decode_timed_frames(path))


def decode_timed_frames(path: Path) -> Iterator[tuple[float | None, NDArray[np.uint8]]]:
    """As `decode_frames`, each frame with its time in seconds from the start of the file, None where it has none."""
    with open_media(path) as container:
        stream = picture_stream(container)
        reformatter = VideoReformatter()
        count = width = height = 0
        try:
            for frame in decoded(container, stream):
                width, height = width or frame.width, height or frame.height
                picture = _within(frame, reformatter, width, height)
                quarter_turns = round(frame.rotation / 90) % 4
                upright = np.ascontiguousarray(np.rot90(picture, quarter_turns)) if quarter_turns else picture
                yield frame.time, upright
                count += 1
        except av.error.FFmpegError as error:
            if isinstance(error, MemoryError):  # the rest of the file may be good
                raise
            if count == 0:
                raise ClipError("undecodable", str(error.strerror or "")) from error
        if count == 0:
            raise ClipError("undecodable")


def _within(frame: Any, reformatter: VideoReformatter, width: int, height: int) -> NDArray[np.uint8]:
    """A frame as (height, width, 3) RGB with its proportions kept, up to the rounding to whole pixels."""
    scale = min(width / frame.width, height / frame.height)
    across, down = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    if width - across <= 2 and height - down <= 2:
        return frame_rgb(frame, reformatter, width, height)
    picture = np.zeros((height, width, 3), np.uint8)
    top, left = (height - down) // 2, (width - across) // 2
    picture[top : top + down, left : left + across] = frame_rgb(frame, reformatter, across, down)
    return picture


def write_video(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    fps: Fraction,
    sound: NDArray[np.float32] | None = None,
    sound_hz: int = 16000,
    metadata: Mapping[str, str] = NO_METADATA,
    quality: int = 18,
    threads: int = 1,
    portable: bool = False,
) -> None:
    """Encode frames (H, W, 3) uint8 RGB of one size as they are yielded; the file is written atomically.

    The suffix of `path` selects the format: `.mp4` H.264 + AAC, playable while it loads; `.mkv` H.264 + FLAC; `.flv`
    Flash video (Sorenson Spark + MP3), as in CREMA-D. Odd sizes are padded by repeating the last row or column.
    `sound` is (N,) in [−1, 1] and starts with the first frame. `quality` is H.264's CRF: 0 lossless … 51 worst.
    Equal arguments give equal bytes on one kind of machine; with `portable` on every kind, without the processor's
    vector instructions, whose rounding differs.
    Raises ValueError for no frame, frames of several sizes, or another suffix; MachineError for a full disk.
    """
    if path.suffix not in (".mp4", ".mkv", ".flv"):
        raise ValueError(f"a video is written as .mp4, .mkv or .flv, not {path.suffix!r}")
    remaining = watched(frames)
    first = next(remaining, None)
    if first is None:
        raise ValueError("no frame to write")
    height, width = first.shape[0] + first.shape[0] % 2, first.shape[1] + first.shape[1] % 2
    with ExitStack() as stack:
        temporary = stack.enter_context(atomic_file(path))
        inputs = [
            ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="rgb24", s=f"{width}x{height}", framerate=str(fps))
            .filter("scale", out_color_matrix=_matrix(path), out_range="tv", flags="bicubic+accurate_rnd+bitexact")
            .filter("format", "yuv420p")
        ]
        if sound is not None:
            # Beside the video, under a temporary name: where this process is killed, it is removed with the video.
            speech = temporary_beside(path.with_suffix(".wav"))
            stack.callback(speech.unlink, missing_ok=True)
            write_wav(speech, sound, sound_hz)
            inputs.append(ffmpeg.input(file_url(speech)))
        options = _options(path, quality, sound is not None, metadata, threads)
        output = ffmpeg.output(*inputs, file_url(temporary), **options)
        command = ffmpeg.compile(
            output.global_args("-hide_banner", "-loglevel", "error", *(("-cpuflags", "0") if portable else ())),
            cmd=ffmpeg_exe(),
            overwrite_output=True,
        )
        _feed(command, first, remaining, stack.enter_context(tempfile.TemporaryFile()), path.parent)


def _feed(
    command: list[str], first: NDArray[np.uint8], remaining: Iterator[NDArray[np.uint8]], errors: Any, folder: Path
) -> None:
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)
    assert process.stdin is not None
    try:
        try:
            process.stdin.write(_even(first, first.shape))
            for frame in remaining:
                process.stdin.write(_even(frame, first.shape))
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg ended early; the reason is in its exit status and last line
        if process.wait() != 0:
            check_machine(process.returncode, errors, folder)
            raise RuntimeError(f"ffmpeg could not write the video: {last_line(errors)}")
    finally:
        process.kill()
        process.wait()


def _even(frame: NDArray[np.uint8], shape: tuple[int, ...]) -> bytes:
    if frame.shape != shape or frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
        raise ValueError(f"a frame is {frame.dtype} {frame.shape}, not uint8 {shape} with 3 channels")
    if shape[0] % 2 or shape[1] % 2:
        frame = np.pad(frame, ((0, shape[0] % 2), (0, shape[1] % 2), (0, 0)), mode="edge")
    return frame.tobytes()


def _matrix(path: Path) -> str:
    return "bt601" if path.suffix == ".flv" else "bt709"


def _options(path: Path, quality: int, has_sound: bool, metadata: Mapping[str, str], threads: int) -> dict[str, Any]:
    options: dict[str, Any] = {**BIT_EXACT, "threads": threads}
    if path.suffix == ".flv":
        options |= {"c:v": "flv", "q:v": min(31, max(1, round(quality / 6)))}
        options |= {"c:a": "libmp3lame", "ar": 44100, "b:a": "96k"} if has_sound else {}
    else:
        options |= {"c:v": "libx264", "crf": quality, "preset": "veryfast"}
        options |= {"colorspace": "bt709", "color_primaries": "bt709", "color_trc": "bt709", "color_range": "tv"}
        if has_sound:
            options |= {"c:a": "aac", "b:a": "96k"} if path.suffix == ".mp4" else {"c:a": "flac"}
    if path.suffix == ".mp4":
        free_tags = any(key not in _PLAIN_TAGS for key in metadata)
        options["movflags"] = "+faststart+use_metadata_tags" if free_tags else "+faststart"
    for index, (key, value) in enumerate(sorted(metadata.items())):
        options[f"metadata:g:{index}"] = f"{key}={value}"
    return options
