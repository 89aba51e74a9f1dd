"""A folder of videos with an optional `labels.csv` as a source of clips."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from mien.clips import COLUMNS, EMOTIONS, INTENSITIES, Clip, clip_id_for, portable_path
from mien.corpora.checks import Candidate, Found, find_files, passed_over
from mien.errors import InputError
from mien.storage.names import composed, find_named, plain_path
from mien.storage.tables import TableError, TableRow, read_table

SUFFIXES = (
    ".mp4", ".mov", ".mkv", ".webm", ".avi", ".flv", ".mpg",
    ".m4v", ".ts", ".m2ts", ".mts", ".wmv", ".asf", ".3gp", ".3g2", ".mpeg", ".vob", ".f4v", ".ogv",
)  # fmt: skip
LABELS = "labels.csv"
LABEL_COLUMNS = ("actor", "sex", "sentence_id", "text", "emotion", "intensity")
SEXES = {"female": "female", "f": "female", "male": "male", "m": "male"}


def list_folder(root: Path, follow_links: bool = False) -> tuple[list[Candidate], list[str]]:
    """Every video below `root`, at any depth, with the labels of `root/labels.csv`; and notes.

    A row of `labels.csv` is matched by `path` (POSIX, relative to `root`) or by `clip_id`, the stem of the file; names
    that differ only in the form of letters (NFC, NFD), or in `\\` for `/`, match too. Its columns are columns of the
    clips table; `sound` is a sound file relative to `root`; measured columns (seconds, fps, …) are ignored. A clip with
    an invalid value is rejected as `bad_label`, a row without a file as `missing`, a path outside `root` as `outside`.
    The actor of an unlabelled clip in a sub-folder is the name of the topmost sub-folder. A note counts all others.
    Raises ValueError: no such folder, an unreadable `labels.csv` or one with unknown columns.
    """
    if not root.is_dir():
        raise InputError(f"there is no folder {root}: check corpus.path in params.yaml")
    table = _labels_file(root)
    rows = _read_labels(table)
    everything = find_files(root, None, follow_links)
    files = [found for found in everything if found.folder or found.suffix in SUFFIXES]
    by_path, by_id = _index(rows, {found.relative for found in files})
    stray = dict(by_path)
    named = set(by_id)
    candidates = []
    taken: set[str] = set()
    for found in sorted(files, key=_id_order):
        stem = composed(PurePosixPath(found.relative).stem)
        # in a sub-folder the id always contains a hash of the path, so that it does not depend on other files
        clip_id = clip_id_for(found.relative, {stem} if "/" in found.relative else taken)
        taken.add(clip_id)
        clip = Clip(clip_id, "folder", portable_path(root / found.relative), actor=_folder_actor(found.relative))
        key = clip_id if clip_id in by_id else stem
        labels = stray.pop(found.relative, []) + by_id.get(key, [])
        named.discard(key)
        if found.outside:
            candidates.append(Candidate(clip.rejected("outside"), root / found.relative))
        else:
            candidates.append(_labelled(root, found.relative, clip, labels))
    candidates += [_stray(root, relative, taken) for relative in sorted(stray)]
    candidates += [_stray(root, f"{name}.mp4", taken) for name in sorted(named)]
    sounds = {one.sound.relative_to(root).as_posix() for one in candidates if one.sound is not None}
    notes = _notes(table, rows) + passed_over(everything, SUFFIXES, {table.name if table else "", *sounds})
    return sorted(candidates, key=lambda candidate: candidate.clip.path), notes


def _id_order(found: Found) -> tuple[int, int, str]:
    # Of two files with one stem, the one with the first of SUFFIXES keeps the plain id; files outside come last.
    suffix = found.suffix
    return int(found.outside), SUFFIXES.index(suffix) if suffix in SUFFIXES else len(SUFFIXES), found.relative


def _folder_actor(relative: str) -> str | None:
    return PurePosixPath(relative).parts[0] if "/" in relative else None


def _labels_file(root: Path) -> Path | None:
    """`labels.csv` in `root`, whatever the capitals of its name; None if there is none."""
    exact = root / LABELS
    if exact.is_file():
        return exact
    alike = sorted(path for path in root.iterdir() if path.name.lower() == LABELS and path.is_file())
    return alike[0] if alike else None


def _read_labels(path: Path | None) -> tuple[TableRow, ...]:
    if path is None:
        return ()
    try:
        table = read_table(path, COLUMNS, whole=("actor", "sentence_id", "clip_id"), numbers=("intensity",))
    except TableError as error:
        raise InputError(f"{LABELS} in the corpus folder cannot be read: {error}") from error
    if "path" not in table.columns and "clip_id" not in table.columns:
        raise InputError(f"{LABELS}: a column `path` or `clip_id` must say which file a row is about")
    return table.rows


def _index(rows: Sequence[TableRow], files: set[str]) -> tuple[dict[str, list[TableRow]], dict[str, list[TableRow]]]:
    """The rows by the path of the file, of which there may be none, and by clip_id."""
    alike: dict[str, list[str]] = {}
    for relative in files:
        alike.setdefault(plain_path(relative), []).append(relative)
    by_path: dict[str, list[TableRow]] = {}
    by_id: dict[str, list[TableRow]] = {}
    for row in rows:
        if "path" in row.cells:
            path = row.cells["path"].removeprefix("./")
            others = alike.get(plain_path(path), [])
            by_path.setdefault(others[0] if path not in files and len(others) == 1 else path, []).append(row)
        elif "clip_id" in row.cells:
            by_id.setdefault(composed(row.cells["clip_id"]), []).append(row)
        else:
            raise InputError(f"{LABELS}, line {row.line}: neither path nor clip_id says which file this is about")
    return by_path, by_id


def _labelled(root: Path, relative: str, clip: Clip, rows: Sequence[TableRow]) -> Candidate:
    file = root / relative
    if not rows:
        return Candidate(clip, file)
    if len(rows) > 1:
        lines = ", ".join(str(row.line) for row in rows)
        return Candidate(clip.rejected("bad_label", f"{LABELS} has several rows for it, lines {lines}"), file)
    cells = rows[0].cells
    try:
        labels = _labels(cells)
        sound = _sound(root, cells.get("sound"))
    except ValueError as error:
        return Candidate(clip.rejected("bad_label", f"{LABELS}, line {rows[0].line}: {error}"), file)
    return Candidate(replace(clip, **labels), file, sound)


def _labels(cells: dict[str, str]) -> dict[str, Any]:
    labels: dict[str, Any] = {column: cells[column] for column in LABEL_COLUMNS if column in cells}
    if "sex" in labels:
        if labels["sex"].lower() not in SEXES:
            raise ValueError(f"sex is female or male, not {labels['sex']!r}")
        labels["sex"] = SEXES[labels["sex"].lower()]
    if "emotion" in labels:
        if labels["emotion"].upper() not in EMOTIONS:
            raise ValueError(f"emotion is one of {', '.join(EMOTIONS)}, not {labels['emotion']!r}")
        labels["emotion"] = labels["emotion"].upper()
    if "intensity" in labels:
        labels["intensity"] = _intensity(labels["intensity"])
    return labels


def _intensity(cell: str) -> float | None:
    if cell.upper() in INTENSITIES:
        return INTENSITIES[cell.upper()]
    try:
        value = float(cell)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:  # False for NaN too
        raise ValueError(f"intensity is a number in 0 … 1 or one of {', '.join(INTENSITIES)}, not {cell!r}")
    return value


def _sound(root: Path, cell: str | None) -> Path | None:
    if cell is None:
        return None
    path = find_named(root, cell)
    if PurePosixPath(cell).is_absolute() or not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise ValueError(f"the sound {cell!r} leads out of the corpus folder")
    if not path.is_file():
        raise ValueError(f"the sound {cell!r} is not there")
    return path


def _stray(root: Path, relative: str, taken: set[str]) -> Candidate:
    """The rejected clip of a row of `labels.csv` that matches no file."""
    clip_id = clip_id_for(relative, taken)
    taken.add(clip_id)
    path = root / relative
    try:
        inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
        reason = "missing" if inside else "outside"
        detail = f"{LABELS} names it"
        if inside and path.is_file():
            reason, detail = "bad_name", f"{LABELS} names it, but its suffix is none of {' '.join(SUFFIXES)}"
    except (OSError, ValueError):
        reason, detail = "missing", f"{LABELS} names it"
    return Candidate(Clip(clip_id, "folder", portable_path(path)).rejected(reason, detail), path)


def _notes(labels: Path | None, rows: Sequence[TableRow]) -> list[str]:
    if rows:
        return []
    state = "is empty" if labels is not None else "is not there"
    return [f"{LABELS} {state}: emotion, intensity, text, sex and (outside sub-folders) actor are unspecified"]
