"""Resampling of clips of any rate, size and container to a constant frame rate and 16 kHz mono sound in Matroska."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal

import ffmpeg
from pydantic import BaseModel, ConfigDict, Field

from mien.clips import Clip, ClipError, FrameRate, portable_path, write_clips
from mien.execution import Execution
from mien.files import atomic_directory, sha256_file
from mien.media.ffmpeg import (
    MediaInfo,
    check_is_media,
    ffmpeg_version,
    file_url,
    media_input,
    probe,
    run_ffmpeg,
    unicode_name,
)
from mien.media.picture_filters import input_options, upright_pictures
from mien.media.reading.audio_selection import AudioSelection, pan, select_audio
from mien.media.reading.unchanged import refuse_changed, unchanged
from mien.media.reading.unsaid_fields import first_field
from mien.media.sound import read_sound, write_wav
from mien.media.video import BIT_EXACT
from mien.parallel import map_clips
from mien.storage.clip_cache import ClipCache, link_or_copy
from mien.storage.leftovers import remove_leftovers

VERSION = "4"
"""Part of the cache key: to be changed with anything that changes the bytes of a resampled clip."""

SOUND_TOLERANCE = 0.02
"""Seconds that the sound may deviate from its time stamps before samples are inserted or dropped."""


class ResampleOptions(BaseModel):
    """The section `resample`.

    `fps`: frames per second, an exact fraction such as 25 or "30000/1001". `audio_hz`: sample rate of the sound.
    `crf`, `preset`: quality (0 lossless … 51 worst) and effort of H.264; on GRID, ultrafast at 14 is 1 dB better than
    veryfast at 12, takes 2/5 of the time and 9/5 of the bytes. `max_side`: larger frames are scaled down to this
    longest side in pixels. `require_sound`: whether a clip without sound is rejected as `no_audio`.
    `max_seconds`: longer clips are rejected as `too_long`. `timeout_seconds`: time limit per clip, else `timed_out`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fps: FrameRate = Field(default=Fraction(25), description="frames per second, exact")
    audio_hz: int = Field(default=16000, ge=8000, le=48000, description="sample rate of the sound in hertz")
    crf: int = Field(default=14, ge=0, le=51, description="H.264 quality, 0 lossless … 51 worst")
    preset: Literal["ultrafast", "superfast", "veryfast", "medium", "slow"] = Field(
        default="ultrafast", description="H.264 effort"
    )
    max_side: int = Field(default=1280, ge=64, le=8192, description="maximum side of the frames in pixels")
    require_sound: bool = Field(default=True, description="reject clips without sound")
    max_seconds: float = Field(default=3600.0, gt=0, le=86400, description="maximum duration in seconds, else too_long")
    timeout_seconds: float = Field(default=1800.0, gt=0, description="time limit per clip in seconds, else timed_out")


def resample_clips(
    clips: Sequence[Clip], options: ResampleOptions, folder: Path, cache: Path, execution: Execution
) -> list[Clip]:
    """Write `<clip_id>.mkv` of every usable clip and `clips.csv` of all clips atomically into `folder`.

    The returned clips are in the order of `clips`. Their path, sha256, bytes, seconds, fps, size and sample rate are
    those of the resampled file, which includes the sound; `sound` is None. Rejected clips keep their row and reason.
    Results for equal files and options are taken from `cache`. Raises MachineError for a full disk and its like,
    InputError for a file that changes meanwhile; what is finished is then in `cache`.
    """
    remove_leftovers(cache / "resample", tree=True)
    usable = [clip for clip in clips if clip.ok]
    outcomes = map_clips(partial(_resample, options=options, cache=cache), usable, execution, "resample")
    refuse_changed((Path(clip.path), outcome.reason) for clip, outcome in zip(usable, outcomes, strict=True))
    made = dict(zip((clip.clip_id for clip in usable), outcomes, strict=True))
    rows = []
    with atomic_directory(folder) as temporary:
        for clip in clips:
            outcome = made.get(clip.clip_id) if clip.ok else None
            if outcome is None:
                rows.append(clip)
            elif outcome.value is None:
                rows.append(clip.rejected(outcome.reason or "failed", outcome.detail))
            else:
                name = f"{clip.clip_id}.mkv"
                link_or_copy(Path(outcome.value.path), temporary / name)
                rows.append(replace(outcome.value, path=portable_path(folder / name)))
        write_clips(temporary / "clips.csv", rows)
    return rows


def _resample(clip: Clip, options: ResampleOptions, cache: Path) -> Clip:
    """The resampled clip; its path is inside the cache."""
    source = Path(clip.path)
    sound = Path(clip.sound) if clip.sound else None
    with unchanged(source, sound) as check:
        return _resampled(clip, source, sound, options, cache, check)


def _resampled(
    clip: Clip, source: Path, sound: Path | None, options: ResampleOptions, cache: Path, check: Callable[[], None]
) -> Clip:
    check_is_media(source)
    digest = sha256_file(source)  # before it is decoded: a failing disk is noticed here, where no file can be blamed
    info = probe(source)
    if info.seconds is None or info.seconds > options.max_seconds:
        raise ClipError("too_long", f"{info.seconds} s, max_seconds is {options.max_seconds:g}")
    if not info.interlaced:
        info = replace(info, combed=first_field(source, info))
    if options.require_sound and sound is None and info.audio_hz is None:
        raise ClipError("no_audio")
    key = (
        digest,
        sha256_file(sound) if sound else None,
        options.model_dump(mode="json", exclude={"timeout_seconds", "max_seconds", "require_sound"}),
        ffmpeg_version(),
    )
    audio = select_audio(sound or source) if sound or info.audio_hz else None
    store = ClipCache(cache, "resample", VERSION)

    def encode(target: Path) -> None:
        _encode(source, sound, info, audio, options, target)
        check()  # nothing is kept under the digest of another content

    made = store.fetch(key, ".mkv", encode)
    result = probe(made)
    assert result.frames is not None
    return replace(
        clip,
        path=made.as_posix(),
        sound=None,
        sha256=sha256_file(made),
        bytes=made.stat().st_size,
        seconds=float(result.frames / options.fps),
        fps=options.fps,
        width=result.width,
        height=result.height,
        audio_hz=result.audio_hz,
        detail="; ".join(filter(None, (clip.detail, *(audio.notes if audio else ())))) or None,
    )


def _encode(
    source: Path,
    sound: Path | None,
    info: MediaInfo,
    audio: AudioSelection | None,
    options: ResampleOptions,
    target: Path,
) -> None:
    with (
        unicode_name(source) as picture_file,
        unicode_name(sound or source) as sound_file,
        tempfile.TemporaryDirectory() as folder,
    ):
        picture = media_input(picture_file, **input_options(info)).video
        if sound is not None:  # it starts with the first frame, whatever start time the container states
            picture = picture.filter("setpts", "PTS-STARTPTS")
        streams = [upright_pictures(picture, info, options.fps, options.max_side)]
        if audio is not None and audio.changes:
            streams.append(_changing_sound(source, sound, info, options, folder))
        elif audio is not None:
            streams.append(_sound(media_input(sound_file), audio, options))
        output = ffmpeg.output(
            *streams,
            file_url(target),
            **BIT_EXACT,
            **{"c:v": "libx264", "preset": options.preset, "crf": options.crf, "pix_fmt": "yuv420p", "c:a": "flac"},
            fps_mode="passthrough",
            t=options.max_seconds + 1,
            threads=1,
        )
        run_ffmpeg(output, options.timeout_seconds, target.parent)


def _changing_sound(source: Path, sound: Path | None, info: MediaInfo, options: ResampleOptions, folder: str) -> Any:
    """Sound whose rate or channels change: ffmpeg would start all filters anew there, those of the picture too."""
    path = Path(folder) / "sound.wav"
    write_wav(path, read_sound(sound or source, options.audio_hz), options.audio_hz)
    return _sound(media_input(path, itsoffset=0.0 if sound else info.audio_start), AudioSelection(), options)


def _sound(source: Any, audio: AudioSelection, options: ResampleOptions) -> Any:
    stream = source[f"a:{audio.track}"]
    mixed = pan(audio)
    if mixed is not None:
        stream = stream.filter("pan", **mixed)
    if audio.gain != 1.0:
        stream = stream.filter("volume", f"{audio.gain:.9g}")
    return stream.filter(
        "aresample",
        options.audio_hz,
        out_chlayout="mono",
        rematrix_maxval=1,
        **{"async": 1, "first_pts": 0, "min_hard_comp": SOUND_TOLERANCE},
    )
