"""Where the studio keeps files. Paths are made of checked ids and suffixes only, never of a user's file name."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path

_ID = re.compile(r"[0-9a-f]{32}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,7}")
_RESULT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,119}")

UPLOADS, RESULTS, WORK, INCOMING = "uploads", "results", "work", "incoming"
"""Folders in the studio's folder: inputs, finished results, those being made, and uploads that are not checked yet."""


def checked_id(value: str) -> str:
    """`value`, if it is an id of the studio. Raises ValueError for any other text."""
    if not _ID.fullmatch(value):
        raise ValueError("an id has 32 hexadecimal digits")
    return value


def is_id(value: str) -> bool:
    """Whether a text is an id of the studio."""
    return _ID.fullmatch(value) is not None


def upload_path(folder: Path, file_id: str, suffix: str) -> Path:
    """The content of an uploaded file. Raises ValueError for an id or a suffix that is none."""
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError("a suffix is a dot with up to 7 small letters and digits")
    return folder / UPLOADS / f"{checked_id(file_id)}{suffix}"


def upload_preview(folder: Path, file_id: str) -> Path:
    """The preview picture of an uploaded file, a JPEG, which not every file has. Raises ValueError for no id."""
    return folder / UPLOADS / f"{checked_id(file_id)}.preview.jpg"


def incoming_path(folder: Path, file_id: str, suffix: str = ".part") -> Path:
    """Where an upload is written before it is checked. Raises ValueError for an id or a suffix that is none."""
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError("a suffix is a dot with up to 7 small letters and digits")
    return folder / INCOMING / f"{checked_id(file_id)}{suffix}"


def result_folder(folder: Path, job_id: str) -> Path:
    """The folder of a finished job's files. Raises ValueError for no id."""
    return folder / RESULTS / checked_id(job_id)


def work_folder(folder: Path, job_id: str, attempt: int) -> Path:
    """The folder in which an attempt at a job is made. Raises ValueError for no id."""
    return folder / WORK / f"{checked_id(job_id)}-{int(attempt)}"


def result_sizes(folder: Path, job_id: str, result: Mapping[str, str]) -> dict[str, int]:
    """Bytes of the files of a job's `result` (role → name) by role, of those that `result_file` finds."""
    place, found = result_folder(folder, job_id), dict[str, int]()
    for role, name in result.items():
        if _RESULT.fullmatch(name):
            try:
                about = (place / name).stat()  # once for each: a page of the history asks for a hundred of them
            except (FileNotFoundError, NotADirectoryError):
                continue
            if stat.S_ISREG(about.st_mode):
                found[role] = about.st_size
    return found


def result_file(folder: Path, job_id: str, result: Mapping[str, str], role: str) -> Path | None:
    """The file of a job's `result` (role → name) in a role; None where there is none."""
    name = result.get(role)
    if name is None or not _RESULT.fullmatch(name):
        return None
    path = result_folder(folder, job_id) / name
    return path if path.is_file() else None
