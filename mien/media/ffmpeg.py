"""Running ffmpeg (from imageio-ffmpeg) safely on untrusted files, and measuring what a media file contains.

Every untrusted file is opened as `file:PATH` (so that its name is not read as an option, a protocol or a pattern), only
with the demuxers and protocols that media files need (so that a playlist named `.mp4` reaches neither other files nor
the network), and never through a shell.
"""

from __future__ import annotations

import re
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import ffmpeg
import imageio_ffmpeg

from mien.clips import ClipError
from mien.machine import KilledError, fault_in_text, reading_fault, size_fault
from mien.media.reading.limits import MAX_CLIP_SECONDS, MAX_PIXELS, check_length, check_picture_count, check_samples
from mien.media.reading.movie_header import movie_header_seconds
from mien.media.reading.tracks import Track, alpha_decoder, has_alpha, is_mirrored, picture_stream, sound_streams
from mien.media.reading.truncation import missing_bytes

FORMATS = (
    "mov,matroska,avi,flv,mpeg,mpegvideo,mpegts,m4v,asf,ogg,wav,w64,aiff,mp3,flac,aac,gif,"
    "caf,amr,au,ac3,eac3,dts,dtshd,truehd,mlp,loas,wv,ape,tta,tak,mpc,mpc8,dsf,voc,sox,nistsphere,ircam,iff"
)
"""The demuxers that may open a file; playlists (`hls`, `concat`, `dash`, …) and devices are not among them."""

PROTOCOLS = "file,pipe"

LFS_POINTER = b"version https://git-lfs.github.com/spec/"

_HEADED_FORMATS = {"mov", "matroska", "avi", "flv", "asf"}  # containers whose header states their length
# likewise; the length of other kinds of sound is estimated from their bit rate
_HEADED_SOUND = {"wav", "w64", "aiff", "flac", "caf", "au", "wv", "ape", "tta", "tak", "dsf", "sox"}

_STANDARD_RATES = [Fraction(n * 1000, d) for n in (24, 30, 48, 60, 120) for d in (1000, 1001)] + [
    Fraction(n) for n in (10, 12, 15, 20, 25, 50, 100)
]


@dataclass(frozen=True)
class MediaInfo:
    """Content of a media file, measured from its packets; None: no such stream, or unknown.

    `seconds` is the time from the first packet to the end of the last one of sound and video, `packet_seconds` that of
    all tracks; `header_seconds` is the duration in the header. `width` and `height` are of the displayed frame: rotated
    by `rotation` degrees (0, 90, 180, 270; counter-clockwise), not yet scaled by `sample_aspect` (width of a pixel over
    its height). `fps` is the mean rate. `transfer` and `primaries`: codes of ITU-T H.273, 2 is unspecified.
    `interlaced`: whether the first frame is, or the stream says so. `combed`: the first field of pictures that are
    interlaced though nothing says so, `tff` or `bff`; see `mien.media.reading.unsaid_fields`. `alpha`: whether pictures
    are transparent, `decoder`: the one that keeps it, where it is not the usual one. `mirrored`: whether they are to be
    mirrored as well as rotated. `audio_start`: from the first packet on.
    """

    seconds: float | None
    fps: Fraction | None
    width: int | None
    height: int | None
    audio_hz: int | None
    frames: int | None
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    audio_channels: int | None = None
    audio_seconds: float | None = None
    header_seconds: float | None = None
    packet_seconds: float | None = None
    container: str = ""
    transfer: int = 2
    primaries: int = 2
    interlaced: bool = False
    combed: str | None = None
    alpha: bool = False
    decoder: str | None = None
    mirrored: bool = False
    audio_start: float = 0.0


@cache
def ffmpeg_exe() -> str:
    """Path of the ffmpeg binary that imageio-ffmpeg carries."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def ffmpeg_version() -> str:
    """Version of that binary; part of the cache key of everything that it writes."""
    return str(imageio_ffmpeg.get_ffmpeg_version())


def file_url(path: Path) -> str:
    """`path` as a URL that ffmpeg reads as a plain file."""
    return f"file:{path.absolute()}"


def media_input(path: Path, **options: Any) -> Any:
    """An ffmpeg-python input of an untrusted file.

    Where the size of the pictures changes, the filters go on; otherwise they would start anew, with sound and time.
    """
    safe = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS, "max_pixels": MAX_PIXELS, "threads": 1}
    return ffmpeg.input(file_url(path), **{**safe, "reinit_filter:v": 0, **options})


@contextmanager
def unicode_name(path: Path) -> Iterator[Path]:
    """Yield `path`, or a link to it if its name is not valid UTF-8, which ffmpeg-python requires."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory() as folder:
            link = Path(folder) / f"media{path.suffix if path.suffix.isascii() else ''}"
            link.symlink_to(path.absolute())
            yield link
    else:
        yield path


@contextmanager
def open_media(path: Path) -> Iterator[Any]:
    """Yield PyAV's container of an untrusted file. Raises ClipError: missing, empty, lfs_pointer, undecodable."""
    check_is_media(path)
    options = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
    try:
        container = av.open(file_url(path), options=options, metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise ClipError("undecodable", _plain(error)) from error
    with container:
        yield container


def check_is_media(path: Path) -> None:
    """Raise ClipError if `path` is obviously not a media file: missing, empty, a git-lfs pointer, a web page."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would block
            raise ClipError("undecodable", "this is no regular file")
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise reading_fault(error, path) or ClipError("missing", error.strerror or "") from error
    if status.st_size == 0:
        raise ClipError("empty")
    if start.startswith(LFS_POINTER):
        raise ClipError("lfs_pointer")
    if re.match(rb"\s*<(!doctype html|html|\?xml)", start, re.IGNORECASE):
        raise ClipError("undecodable", "this is a web page, not media")


def probe(path: Path) -> MediaInfo:
    """Read every packet of a video, decode its first frame, and return what the file contains.

    Raises ClipError: missing, empty, lfs_pointer, undecodable, no_video, truncated (shorter than its header states),
    too_large, too_long (see `mien.media.reading.limits`; checked on what the file declares before it is read).
    """
    with open_media(path) as container:
        info = _measure(container, need_video=True)
    _check_whole(path, info)
    return info


def probe_sound(path: Path, most_seconds: float = MAX_CLIP_SECONDS) -> MediaInfo:
    """Content of a sound file.

    Raises ClipError: missing, empty, lfs_pointer, undecodable, no_audio, too_long (`most_seconds`), too_large; the last
    two before the file is read, if its header states so.
    """
    with open_media(path) as container:
        if not container.streams.audio:
            raise ClipError("no_audio")
        info = _measure(container, need_video=False, most_seconds=most_seconds)
    if info.audio_hz is None:
        raise ClipError("no_audio")
    _check_whole(path, info)
    return info


def _check_whole(path: Path, info: MediaInfo) -> None:
    """Raise ClipError truncated if bytes or a part of the stated duration are missing from all of the tracks."""
    missing = missing_bytes(path)
    if missing:
        raise ClipError("truncated", f"{missing} bytes are missing at the end: copy or download it again")
    there = info.packet_seconds or 0.0
    stated = info.header_seconds or 0.0
    if stated - there <= _tolerance(stated) and info.container == "mov":
        movie = movie_header_seconds(path) or 0.0
        stated = movie if movie > 2 * there + 1 else 0.0  # it also counts tracks that ffmpeg does not know
    if stated - there > _tolerance(stated):
        raise ClipError("truncated", f"{there:.2f} s are there, the header says {stated:.2f} s")


def _tolerance(stated: float) -> float:
    """Seconds that a whole file may be shorter than its header states."""
    return max(0.1, min(0.5, 0.15 * stated), 0.02 * stated)


def run_ffmpeg(stream: Any, timeout_seconds: float, folder: Path = Path()) -> None:
    """Run an ffmpeg-python output stream that writes into `folder`.

    Raises ClipError: undecodable (with ffmpeg's last line) or timed_out; MachineError for a full disk and its like;
    KilledError.

    The process stays in the caller's process group and ends with it; if only the caller dies, ffmpeg's own `timelimit`
    ends it. ffmpeg starts no further processes.
    """
    command = ffmpeg.compile(stream.global_args(*quiet(timeout_seconds)), cmd=ffmpeg_exe(), overwrite_output=True)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            code = process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            raise ClipError("timed_out", f"more than {timeout_seconds:g} s") from None
        finally:
            process.kill()
            process.wait()
        if code != 0:
            check_machine(code, errors, folder)
            raise ClipError("undecodable", last_line(errors))


def quiet(timeout_seconds: float) -> tuple[str, ...]:
    """ffmpeg's global options for unattended runs: no banner, no prompts, a limit on the CPU time."""
    limit = str(int(timeout_seconds) + 1)
    return ("-hide_banner", "-nostdin", "-loglevel", "error", "-timelimit", limit, "-filter_threads", "1")


def check_machine(code: int, errors: Any, folder: Path) -> None:
    """Raise MachineError or KilledError if not the input is to blame for the exit `code` of ffmpeg writing to `folder`.

    `errors`: the binary file of its stderr.
    """
    if code == -signal.SIGKILL:
        raise KilledError("ffmpeg")
    if code == -signal.SIGXFSZ:
        raise size_fault(folder)
    errors.seek(0)
    fault = fault_in_text(errors.read().decode("utf-8", "replace"), folder)
    if fault is not None:
        raise fault


def last_line(errors: Any) -> str:
    """The last line in the binary file `errors` (ffmpeg's stderr), without memory addresses and paths."""
    errors.seek(0)
    lines = [line for line in errors.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return _strip(lines[-1]) if lines else "ffmpeg gave no reason"


def _strip(text: str) -> str:
    text = re.sub(r" @ 0x[0-9a-fA-F]+", "", text)
    return re.sub(r"file:/\S*", "the file", text)[:200]


def _plain(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return _strip(str(strerror or error))


def _measure(container: Any, need_video: bool, most_seconds: float = MAX_CLIP_SECONDS) -> MediaInfo:
    video = picture_stream(container) if need_video else None
    audio = next(iter(sound_streams(container)), None)
    _check_declared(container, video, audio, most_seconds)
    tracks = {stream.index: Track() for stream in (video, audio) if stream is not None}
    others = Track()
    frame = None
    try:
        for packet in container.demux():
            if packet.stream is None or packet.stream.index not in tracks:
                others.add(packet)  # subtitles may last longer than the pictures
                continue
            track = tracks[packet.stream.index]
            if packet.size:
                track.add(packet)
            if frame is None and packet.stream is video:
                frame = _decode_one(packet, track)
            _check_read(track, packet.stream, most_seconds)
    except (av.error.FFmpegError, OSError) as error:  # a damaged end; the packets before it count
        for track in tracks.values():
            track.error = track.error or _plain(error)
    if video is not None and frame is None:
        raise ClipError("undecodable", tracks[video.index].error)
    info = _info(container, video, audio, frame, tracks)
    whole = [track for track in (*tracks.values(), others) if track.start is not None and track.end is not None]
    if not whole:
        return info
    first, last = min(track.start or 0.0 for track in whole), max(track.end or 0.0 for track in whole)
    return replace(info, packet_seconds=last - first)


def _check_declared(container: Any, video: Any, audio: Any, most_seconds: float) -> None:
    if video is not None:
        check_picture_count(video.frames, video.codec_context.width, video.codec_context.height)
    if container.duration and container.format.name.split(",")[0] in _HEADED_FORMATS | _HEADED_SOUND:
        seconds = container.duration / av.time_base
        check_length(seconds, most_seconds)
        if audio is not None and video is None:
            check_samples(seconds, audio.codec_context.sample_rate, audio.codec_context.channels)


def _check_read(track: Track, stream: Any, most_seconds: float) -> None:
    """The same limits for what was read, since a header can state less than follows."""
    check_length(track.seconds or 0.0, most_seconds)
    if stream.type == "video":
        check_picture_count(track.packets, stream.codec_context.width, stream.codec_context.height)


def _decode_one(packet: Any, track: Track) -> Any:
    try:
        frames = packet.decode()
    except av.error.FFmpegError as error:
        track.error = _plain(error)
        return None
    return frames[0] if frames else None


def _info(container: Any, video: Any, audio: Any, frame: Any, tracks: dict[int, Track]) -> MediaInfo:
    picture = tracks[video.index] if video is not None else Track()
    sound = tracks[audio.index] if audio is not None else Track()
    starts = [track.start for track in (picture, sound) if track.start is not None]
    ends = [track.end for track in (picture, sound) if track.end is not None]
    rotation, aspect = 0, Fraction(1)
    width = height = None
    if frame is not None:
        rotation = round(frame.rotation / 90) * 90 % 360
        width, height = frame.width, frame.height
        aspect = Fraction(video.sample_aspect_ratio or 1)
        if aspect <= 0:
            aspect = Fraction(1)
        if rotation % 180:
            width, height, aspect = height, width, 1 / aspect
    decoder = alpha_decoder(video) if video is not None else None
    container_format = container.format.name.split(",")[0]
    stated = None
    if container_format in _HEADED_FORMATS and container.duration:
        stated = container.duration / av.time_base
    if container_format == "avi" and video is not None and video.frames and video.average_rate:
        stated = float(video.frames / video.average_rate)  # libavformat measures the duration if the index is missing
    return MediaInfo(
        seconds=max(ends) - min(starts) if starts and ends else None,
        fps=_rate(video, picture),
        width=width,
        height=height,
        audio_hz=audio.codec_context.sample_rate or None if sound.packets else None,
        frames=picture.packets if video is not None else None,
        rotation=rotation,
        sample_aspect=aspect,
        audio_channels=audio.codec_context.channels if sound.packets else None,
        audio_seconds=sound.seconds if sound.packets else None,
        header_seconds=stated,
        container=container_format,
        audio_start=(sound.start or 0.0) - min(starts, default=0.0),
        transfer=frame.color_trc if frame is not None else 2,
        primaries=frame.color_primaries if frame is not None else 2,
        interlaced=frame is not None and (frame.interlaced_frame or video.codec_context.field_order > 1),
        alpha=frame is not None and (decoder is not None or has_alpha(frame.format.name)),
        decoder=decoder,
        mirrored=frame is not None and is_mirrored(frame),
    )


def _rate(video: Any, picture: Track) -> Fraction | None:
    if video is None:
        return None
    rate = video.average_rate or video.guessed_rate
    if rate:
        # Containers with times in milliseconds cannot express a rate such as 30000/1001 exactly.
        nearest = min(_STANDARD_RATES, key=lambda standard: abs(standard - rate))
        return nearest if abs(nearest / rate - 1) < 3e-4 else Fraction(rate).limit_denominator(1001)
    if picture.seconds and picture.packets > 1:
        return Fraction(picture.packets / picture.seconds).limit_denominator(1001)
    return None
