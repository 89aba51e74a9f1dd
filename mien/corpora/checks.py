"""Finding and checking the files of a corpus; shared by all sources of clips."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePosixPath

from mien.clips import Clip, ClipError, portable_path
from mien.execution import Execution
from mien.files import sha256_file
from mien.machine import reading_fault
from mien.media.ffmpeg import probe, probe_sound
from mien.media.reading.unchanged import refuse_changed, unchanged
from mien.parallel import map_clips


@dataclass(frozen=True)
class Found:
    """A file of a corpus: its POSIX path relative to the corpus.

    `outside`: a link leads out of the corpus. `folder`: it is a folder that is not searched: a link, or not readable.
    """

    relative: str
    outside: bool = False
    folder: bool = False

    @property
    def suffix(self) -> str:
        """The suffix of the name in lower case, with its dot; empty without one."""
        return PurePosixPath(self.relative).suffix.lower()


def find_files(root: Path, suffixes: Collection[str] | None, follow_links: bool = False) -> list[Found]:
    """Every file below `root` with one of `suffixes` (lower case; None: any), in the order of the relative paths.

    Hidden files and folders are skipped. A linked folder outside `root` is one entry, `outside`, unless `follow_links`;
    a linked folder inside `root` is skipped, because its files are found at their own place. A folder that cannot be
    read is one entry.
    """
    found = _walk(root, Path(os.path.realpath(root)), follow_links, set())
    wanted = (one for one in found if suffixes is None or one.folder or one.suffix in suffixes)
    return sorted(wanted, key=lambda one: one.relative)


def _walk(root: Path, inside: Path, follow_links: bool, walked: set[str], below: str = "") -> Iterator[Found]:
    real = os.path.realpath(root / below)
    if real in walked:  # links may form cycles
        return
    walked.add(real)
    try:
        with os.scandir(root / below) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError:
        yield Found(below.rstrip("/"), folder=True)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        relative = f"{below}{entry.name}"
        # Not Path.resolve, which fails for a link to itself.
        leads_out = entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(inside)
        if _is_folder(entry):
            if leads_out and not follow_links:
                yield Found(relative, outside=True, folder=True)
            elif leads_out or not entry.is_symlink():
                yield from _walk(root, inside, follow_links, walked, f"{relative}/")
        else:
            yield Found(relative, outside=leads_out and not follow_links)


def passed_over(found: Sequence[Found], suffixes: Collection[str], used: Collection[str] = ()) -> list[str]:
    """A note, or none, on the files of a corpus that are neither clips (by their suffix) nor `used` otherwise."""
    others = [one for one in found if not one.folder and one.suffix not in suffixes and one.relative not in used]
    if not others:
        return []
    kinds = Counter(one.suffix or "without a suffix" for one in others).most_common()
    listed = ", ".join(f"{count} × {kind}" for kind, count in kinds[:6]) + (" and others" if len(kinds) > 6 else "")
    files = "1 other file is" if len(others) == 1 else f"{len(others)} other files are"
    return [f"{files} passed over ({listed}), such as {others[0].relative!r}: clips end with {' '.join(suffixes)}"]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a cycle of links
        return False


@dataclass(frozen=True)
class Candidate:
    """A clip with its labels before its files are checked, and the official facts about its file."""

    clip: Clip
    file: Path
    sound: Path | None = None
    official_bytes: int | None = None
    official_sha256: str | None = None
    least_frames: int | None = None


def check_files(candidates: Sequence[Candidate], execution: Execution) -> list[Clip]:
    """Check the files of every candidate that is not yet rejected: digest, packets, first frame, sound.

    Returns the clips in the order of `candidates`, each with the measured columns, or rejected with a reason. Raises
    InputError for a file that changes meanwhile.
    """
    waiting = [candidate for candidate in candidates if candidate.clip.ok]
    checked = map_clips(_check, waiting, execution, "corpus")
    refuse_changed((one.file, outcome.reason) for one, outcome in zip(waiting, checked, strict=True))
    outcomes = iter(checked)
    clips = []
    for candidate in candidates:
        if not candidate.clip.ok:
            clips.append(candidate.clip)
            continue
        outcome = next(outcomes)
        clips.append(outcome.value or candidate.clip.rejected(outcome.reason or "failed", outcome.detail))
    return clips


def _check(candidate: Candidate) -> Clip:
    with unchanged(candidate.file, candidate.sound):
        return _checked(candidate)


def _checked(candidate: Candidate) -> Clip:
    clip = candidate.clip
    try:
        status = candidate.file.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would block
            raise ClipError("undecodable", "this is no regular file")
        size, digest = status.st_size, sha256_file(candidate.file)
    except OSError as error:
        raise reading_fault(error, candidate.file) or ClipError("missing", error.strerror or "") from error
    clip = replace(clip, bytes=size, sha256=digest)
    try:
        info = probe(candidate.file)
        if candidate.official_bytes is not None and size != candidate.official_bytes:
            raise ClipError("wrong_size", f"{size} bytes, the official file has {candidate.official_bytes}")
        if candidate.official_sha256 is not None and digest != candidate.official_sha256:
            raise ClipError("wrong_digest")
        if candidate.least_frames is not None and (info.frames or 0) < candidate.least_frames:
            raise ClipError("truncated", f"{info.frames} frames, at least {candidate.least_frames} are expected")
    except ClipError as error:
        return clip.rejected(error.reason, error.detail)
    clip = replace(
        clip, seconds=info.seconds, fps=_tidy(info.fps), width=info.width, height=info.height, audio_hz=info.audio_hz
    )
    return _with_sound(clip, candidate.sound)


def _with_sound(clip: Clip, sound: Path | None) -> Clip:
    if sound is None:
        return clip
    try:
        heard = probe_sound(sound)
    except ClipError as error:
        return replace(clip, detail=f"its sound file is not used, {error.reason}: the video's own sound is taken")
    return replace(clip, sound=portable_path(sound), audio_hz=heard.audio_hz)


def _tidy(fps: Fraction | None) -> Fraction | None:
    return fps if fps and fps > 0 else None
