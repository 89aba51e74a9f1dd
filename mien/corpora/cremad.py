"""CREMA-D's official layout: `VideoFlash/*.flv`, `AudioWAV/*.wav` and tables.

Cao, Cooper, Keutmann, Gur, Nenkova, Verma: "CREMA-D: Crowd-sourced Emotional Multimodal Actors Dataset", 2014.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from mien.clips import EMOTIONS, INTENSITIES, Clip, clip_id_for, portable_path
from mien.corpora.checks import Candidate, find_files, passed_over
from mien.corpora.folder import SUFFIXES
from mien.corpora.sentences import SENTENCES
from mien.errors import InputError
from mien.storage.tables import MAX_BYTES, TableError, parse_table

VIDEO_FOLDER, SOUND_FOLDER = "VideoFlash", "AudioWAV"
NAMES_TABLE, ACTORS_TABLE, SIZES_TABLE = "SentenceFilenames.csv", "VideoDemographics.csv", "lfs_sha256_sizes.tsv.gz"

_NAME = re.compile(rf"([0-9]{{4}})_({'|'.join(SENTENCES)})_({'|'.join(EMOTIONS)})_({'|'.join(INTENSITIES)}|X)")


@dataclass(frozen=True)
class CremadLabels:
    """Labels in a CREMA-D file name. `intensity` is in [0, 1]; None: unspecified (XX)."""

    actor: str
    sentence_id: str
    emotion: str
    intensity: float | None


def decode_name(stem: str) -> CremadLabels:
    """Parse a name such as `1001_DFA_ANG_XX`. Raises ValueError for another form."""
    match = _NAME.fullmatch(stem)
    if match is None:
        raise ValueError(f"not a CREMA-D name (ACTOR_SENTENCE_EMOTION_INTENSITY): {stem!r}")
    actor, sentence, emotion, intensity = match.groups()
    return CremadLabels(actor, sentence, emotion, INTENSITIES.get(intensity))


@dataclass(frozen=True)
class Tables:
    """The official tables; None: the table is missing."""

    names: frozenset[str] | None
    sexes: dict[str, Literal["female", "male"]] | None
    files: dict[str, tuple[str, int]] | None  # relative path → sha256, bytes


def read_tables(root: Path) -> Tables:
    """Read the official tables in `root`. Raises ValueError, with table and line, for an unreadable one."""
    names = _rows(root / NAMES_TABLE, ("filename",))
    actors = _rows(root / ACTORS_TABLE, ("actorid", "sex"))
    files = _rows(root / SIZES_TABLE, ("path", "sha256", "bytes"))
    return Tables(
        names=None if names is None else frozenset(row["filename"] for row in names),
        sexes=None if actors is None else _sexes(actors),
        files=None if files is None else _files(root / SIZES_TABLE, files),
    )


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]] | None:
    if not path.is_file():
        return None
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        table = parse_table(content, path.name, columns, others=True)
        missing = [column for column in columns if column not in table.columns]
        if missing:
            raise TableError(f"the column {missing[0]} is missing")
        short = next((row.line for row in table.rows if any(column not in row.cells for column in columns)), None)
        if short is not None:
            raise TableError(f"line {short} is too short")
    except (OSError, EOFError, zlib.error, TableError) as error:
        raise InputError(f"{path.name} in the CREMA-D folder cannot be read: {error}") from error
    return [row.cells for row in table.rows]


def _sexes(rows: list[dict[str, str]]) -> dict[str, Literal["female", "male"]]:
    words: dict[str, Literal["female", "male"]] = {"female": "female", "male": "male"}
    return {row["actorid"]: words[word] for row in rows if (word := row["sex"].lower()) in words}


def _files(path: Path, rows: list[dict[str, str]]) -> dict[str, tuple[str, int]]:
    try:
        return {row["path"]: (row["sha256"].lower(), int(row["bytes"])) for row in rows}
    except ValueError as error:
        raise InputError(f"{path.name} in the CREMA-D folder cannot be read: {error}") from error


def list_cremad(
    root: Path,
    source: str = "cremad",
    actors: tuple[str, ...] | None = None,
    follow_links: bool = False,
) -> tuple[list[Candidate], list[str]]:
    """Every video of a CREMA-D folder with its labels, and notes on what could not be checked.

    Labels that cannot be read from a name are left empty.

    A partial copy of the corpus is accepted. `actors`: only clips of these.
    Raises ValueError: no such folder, an unreadable table, an actor of `actors` without clips.
    """
    if not (root / VIDEO_FOLDER).is_dir():
        raise InputError(f"{root} is not a CREMA-D folder: it holds no folder {VIDEO_FOLDER}")
    tables = read_tables(root)
    candidates: list[Candidate] = []
    taken: set[str] = set()
    everything = find_files(root / VIDEO_FOLDER, None, follow_links)
    for found in everything:
        if not found.folder and found.suffix not in SUFFIXES:
            continue
        clip_id = clip_id_for(found.relative, taken)
        candidate = _candidate(root, source, found.relative, clip_id, tables)
        if found.outside:
            candidate = replace(candidate, clip=candidate.clip.rejected("outside"))
        if actors is None or candidate.clip.actor is None or candidate.clip.actor in actors:
            taken.add(clip_id)
            candidates.append(candidate)
    missing = sorted(set(actors or ()) - {candidate.clip.actor for candidate in candidates if candidate.clip.actor})
    if missing:
        raise InputError(f"corpus.actors names {', '.join(missing)}, of whom {root} holds no clip")
    return candidates, _notes(tables, candidates) + passed_over(everything, SUFFIXES)


def _candidate(root: Path, source: str, relative: str, clip_id: str, tables: Tables) -> Candidate:
    file = root / VIDEO_FOLDER / relative
    clip = Clip(clip_id, source, portable_path(file))
    stem = Path(relative).stem
    try:
        labels = decode_name(stem)
    except ValueError:
        return Candidate(replace(clip, **_readable_labels(stem, tables)), file, _sound(root, stem))
    clip = replace(
        clip,
        actor=labels.actor,
        sex=(tables.sexes or {}).get(labels.actor),
        sentence_id=labels.sentence_id,
        text=SENTENCES[labels.sentence_id],
        emotion=labels.emotion,
        intensity=labels.intensity,
    )
    if tables.names is not None and stem not in tables.names:
        clip = clip.rejected("unlisted", f"{NAMES_TABLE} does not hold {stem}")
    digest, size = (tables.files or {}).get(f"{VIDEO_FOLDER}/{relative}", (None, None))
    return Candidate(clip, file, _sound(root, stem), size, digest)


def _sound(root: Path, stem: str) -> Path | None:
    sound = root / SOUND_FOLDER / f"{stem}.wav"
    return sound if sound.exists() else None


def _readable_labels(stem: str, tables: Tables) -> dict[str, Any]:
    """The labels that can be read in a name of another form: by their place where it has all of them, else none."""
    parts = stem.split("_")
    if len(parts) != 4:
        return {}
    actor, sentence, emotion, intensity = parts[0], *(part.upper() for part in parts[1:])
    labels: dict[str, Any] = {}
    if re.fullmatch(r"[0-9]{4}", actor):
        labels |= {"actor": actor, "sex": (tables.sexes or {}).get(actor)}
    if sentence in SENTENCES:
        labels |= {"sentence_id": sentence, "text": SENTENCES[sentence]}
    if emotion in EMOTIONS:
        labels |= {"emotion": emotion, "intensity": INTENSITIES.get(intensity)}
    return labels


def _notes(tables: Tables, candidates: list[Candidate]) -> list[str]:
    notes = []
    if tables.names is None:
        notes.append(f"there is no {NAMES_TABLE}: names are checked by their form only")
    else:
        here = sum(candidate.clip.clip_id in tables.names for candidate in candidates)
        notes.append(f"{here} of the {len(tables.names)} clips of {NAMES_TABLE} are here")
    if tables.sexes is None:
        notes.append(f"there is no {ACTORS_TABLE}: the actors' sex is unknown, the split cannot be balanced by it")
    if tables.files is None:
        notes.append(f"there is no {SIZES_TABLE}: sizes and digests of the files are not checked")
    mute = Counter(candidate.sound is None for candidate in candidates if candidate.clip.ok)[True]
    if mute:
        notes.append(f"{mute} clips have no file in {SOUND_FOLDER}: their video's own sound is taken")
    return notes
