"""The `Clip` record (id, labels, file, result of the checks) and the table of all clips.

The table has a row for every input file; a rejected one has a reason from `REASONS`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from mien.errors import InputError
from mien.files import atomic_file
from mien.storage.rates import frame_rate

EMOTIONS = ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
"""Emotion labels as CREMA-D abbreviates them, in the class order of every model and metric."""

INTENSITIES: dict[str, float | None] = {"LO": 1 / 3, "MD": 2 / 3, "HI": 1.0, "XX": None}
"""CREMA-D's intensity labels as numbers in [0, 1]; XX is unspecified."""

REASONS: dict[str, str] = {
    "missing": "the file is not there",
    "empty": "the file has 0 bytes",
    "lfs_pointer": "this is a git-lfs pointer, not the media: run `git lfs pull` in the corpus",
    "outside": "the path is a link that leads out of the corpus folder",
    "bad_name": "the name does not follow the corpus's naming",
    "unlisted": "the name is not in the corpus's official list",
    "wrong_size": "the file's size is not the official one: fetch it again",
    "wrong_digest": "the file's content is not the official one: fetch it again",
    "bad_label": "a label is not one of the allowed values",
    "undecodable": "no picture could be decoded",
    "no_video": "the file holds no picture stream",
    "no_audio": "the file holds no sound",
    "silent": "the sound is silent",
    "too_short": "the clip is shorter than the least length",
    "too_long": "the clip is longer than the greatest length",
    "too_large": "its pictures or its sound are larger than what is read",
    "truncated": "the file ends before its header says",
    "changed": "the file changed while it was read",
    "no_face": "no face was found",
    "several_faces": "more than one face is in view",
    "face_too_small": "the face is too small",
    "face_lost": "the face is lost for too many frames",
    "blurred": "the face is blurred",
    "timed_out": "it took too long",
    "crashed": "the process that read it died",
    "failed": "an unexpected error; see the detail",
}
"""Reason for a rejection → explanation; the keys are the only values of the column `reason`."""

Status = Literal["ok", "rejected"]


def _frame_rate(value: Any) -> Fraction:
    return frame_rate(value, 1, 120)


FrameRate = Annotated[Fraction, BeforeValidator(_frame_rate), PlainSerializer(str)]
"""Field type of an options model: exact frames per second in [1, 120], from a number or a text such as 30000/1001."""


class ClipError(Exception):
    """A clip cannot be used. `reason` is a key of `REASONS`; `detail` is a further explanation for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"unknown reason {reason!r}")
        super().__init__(reason, detail)  # both, so that the error can be pickled by a worker process
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return REASONS[self.reason] + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Clip:
    """One row of the clips table. None means unspecified.

    `path` is a POSIX path, relative to the working directory (the repository) if inside it, else absolute.
    `sound` is the path of a separate sound file; None: the sound track of `path`.
    `intensity` is in [0, 1], `seconds` in seconds, `fps` exact, `audio_hz` in hertz; `sha256` is of the file `path`.
    """

    clip_id: str
    source: str
    path: str
    actor: str | None = None
    sex: Literal["female", "male"] | None = None
    sentence_id: str | None = None
    text: str | None = None
    emotion: str | None = None
    intensity: float | None = None
    sound: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    seconds: float | None = None
    fps: Fraction | None = None
    width: int | None = None
    height: int | None = None
    audio_hz: int | None = None
    status: Status = "ok"
    reason: str | None = None
    detail: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the clip is passed on to the next stage."""
        return self.status == "ok"

    def rejected(self, reason: str, detail: str | None = None) -> Clip:
        """The same clip with status `rejected`; `reason` must be a key of `REASONS`."""
        if reason not in REASONS:
            raise ValueError(f"unknown reason {reason!r}")
        return replace(self, status="rejected", reason=reason, detail=detail or None)


COLUMNS = tuple(field.name for field in fields(Clip))
_NUMBERS: dict[str, Any] = {
    "intensity": float,
    "seconds": float,
    "fps": Fraction,
    "width": int,
    "height": int,
    "audio_hz": int,
    "bytes": int,
}


def write_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Write the table as CSV atomically: rows in the order of their ids, empty cells for None.

    Any file name can be stored, also one with line breaks or with bytes that are not UTF-8.
    """
    with (
        atomic_file(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="surrogateescape") as stream,
    ):
        stream.write(_line(COLUMNS))
        for clip in sorted(clips, key=lambda clip: clip.clip_id):
            stream.write(_line("" if value is None else value for value in asdict(clip).values()))


def _line(cells: Iterable[Any]) -> str:
    # The csv writer quotes a cell that contains a character of the line terminator. With "\r\n" it also quotes "\r";
    # the lines of the table end with "\n" nevertheless.
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + "\n"


def read_clips(path: Path) -> list[Clip]:
    """Read a clips table written by `write_clips`.

    Raises ValueError, with the line number, for a wrong header or cell.
    """
    clips = []
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path}: not a clips table: the columns are {reader.fieldnames}")
        for row in reader:
            try:
                values = {key: _NUMBERS.get(key, str)(cell) for key, cell in row.items() if cell not in ("", None)}
                clips.append(Clip(**values))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{path}, line {reader.line_num}: {error}") from error
    return clips


def clip_id_for(relative: str, taken: frozenset[str] | set[str] = frozenset()) -> str:
    """An id of letters, digits, `_` and `-` for a file at `relative` inside its corpus.

    A stem of these characters is kept. To any other stem, and to one already in `taken`, a hash of the relative path is
    appended, so that ids are unique and do not depend on the other files of the folder.
    """
    stem = Path(relative).stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:80]
    if plain and plain == stem and plain not in taken:
        return plain
    digest = hashlib.sha256(relative.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{plain or 'clip'}-{digest}"


def portable_path(path: Path) -> str:
    """`path` as stored in the table: relative to the working directory if inside it, else absolute."""
    absolute = path.absolute()
    root = Path.cwd()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else absolute.as_posix()


def check_rejected(clips: Sequence[Clip], max_rejected_fraction: float) -> None:
    """Raise ValueError, with the reasons and a remedy, if the rejected fraction is above `max_rejected_fraction`."""
    rejected = [clip for clip in clips if not clip.ok]
    if not clips:
        raise InputError("the corpus holds no clip: check corpus.source and corpus.path in params.yaml")
    if len(rejected) == len(clips) or len(rejected) > max_rejected_fraction * len(clips):
        reasons = Counter(str(clip.reason) for clip in rejected).most_common()
        words = "; ".join(f"{count} × {reason} ({REASONS[reason]})" for reason, count in reasons)
        raise InputError(
            f"{len(rejected)} of {len(clips)} clips are rejected, more than "
            f"max_rejected_fraction {max_rejected_fraction:g} allows: {words}"
        )


def summarise(clips: Sequence[Clip]) -> dict[str, Any]:
    """Metrics of a stage: number of clips, accepted, rejected, rejected by reason; seconds of the accepted clips."""
    accepted = [clip for clip in clips if clip.ok]
    return {
        "clips": len(clips),
        "accepted": len(accepted),
        "rejected": len(clips) - len(accepted),
        "reasons": dict(sorted(Counter(str(clip.reason) for clip in clips if not clip.ok).items())),
        "seconds": round(sum(clip.seconds or 0.0 for clip in accepted), 2),
    }
