"""From a source of clips to the clips table, with every file checked."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from mien.clips import Clip, portable_path, write_clips
from mien.corpora.checks import Candidate, check_files, find_files
from mien.corpora.cremad import list_cremad
from mien.corpora.folder import list_folder
from mien.corpora.grid import list_grid
from mien.corpora.options import EMBEDDED, CorpusOptions
from mien.errors import InputError
from mien.execution import Execution
from mien.files import atomic_directory

log = logging.getLogger(__name__)


def make_corpus(options: CorpusOptions, folder: Path, execution: Execution) -> list[Clip]:
    """Write `folder/clips.csv` with a row for every clip of the corpus and return its rows in the order of the ids.

    `folder/notes.txt` holds remarks, one per line: what could not be checked, how many clips are missing. The source
    `embedded` also renders its media into `folder`, in CREMA-D's layout. Nothing is written elsewhere. Of several
    sources, the ids and actors of those that are read have the source's name as a prefix (`grid_s1`), so that none is
    also one of the embedded corpus.
    Raises ValueError if there is no corpus at `options.path`, no clip in it, or an unreadable table, and InputError if
    files of it are written, appear or vanish meanwhile.
    """
    before = _names(options)
    with atomic_directory(folder) as temporary:
        candidates: list[Candidate] = []
        notes: list[str] = []
        for source in options.sources:
            listed, remarks = _list(source, options, temporary, execution)
            if not listed:
                raise InputError(f"no clip was found in {options.path}: is corpus.source {options.source} right?")
            mixed = len(options.sources) > 1 and source != EMBEDDED
            candidates += [_prefixed(one, source) for one in listed] if mixed else listed
            notes += remarks
        clips = sorted(check_files(candidates, execution), key=lambda clip: clip.clip_id)
        _refuse_others(options, before ^ _names(options))
        clips = [_moved(clip, temporary, folder) if clip.source == EMBEDDED else clip for clip in clips]
        notes = _overall(clips) + notes + twin_notes(clips)
        (temporary / "notes.txt").write_text("".join(f"{note}\n" for note in notes), encoding="utf-8")
        write_clips(temporary / "clips.csv", clips)
    for note in notes:
        log.warning("corpus: %s", note)
    return clips


def _list(source: str, options: CorpusOptions, folder: Path, execution: Execution) -> tuple[list[Candidate], list[str]]:
    """The clips of one source, and notes; the embedded ones are rendered into `folder`."""
    root = options.path
    if source == EMBEDDED:
        from mien.corpora.embedded.corpus import render_corpus  # a slow import that only this source needs

        render_corpus(options.embedded, folder, execution)
        return list_cremad(folder, EMBEDDED, options.actors)[0], []  # it always includes its official tables
    if source == "cremad":
        return list_cremad(root, source, options.actors, options.follow_links)
    if source == "grid":
        return list_grid(root, options.actors, options.follow_links)
    return list_folder(root, options.follow_links)


def _prefixed(candidate: Candidate, source: str) -> Candidate:
    clip = candidate.clip
    actor = None if clip.actor is None else f"{source}_{clip.actor}"
    return replace(candidate, clip=replace(clip, clip_id=f"{source}_{clip.clip_id}", actor=actor))


def _names(options: CorpusOptions) -> set[str]:
    if options.sources == (EMBEDDED,):
        return set()
    return {one.relative for one in find_files(options.path, None, options.follow_links)}


def _refuse_others(options: CorpusOptions, names: Collection[str]) -> None:
    # DVC hashes the folder again after the stage: it would take the files of then for those that were listed.
    if names:
        raise InputError(
            f"{options.path} changed while it was read ({min(names)!r} came or went): run this again when nothing "
            "writes there any more"
        )


def _moved(clip: Clip, temporary: Path, folder: Path) -> Clip:
    """The row with its paths in `folder`, to which `temporary` will be renamed."""
    old, new = portable_path(temporary), portable_path(folder)
    return replace(
        clip,
        path=new + clip.path.removeprefix(old),
        sound=None if clip.sound is None else new + clip.sound.removeprefix(old),
    )


def twin_notes(clips: Sequence[Clip]) -> list[str]:
    """A note, or none, on accepted clips of the same content."""
    same: dict[str, list[Clip]] = {}
    for clip in clips:
        if clip.ok and clip.sha256 is not None:
            same.setdefault(clip.sha256, []).append(clip)
    groups = [group for group in same.values() if len(group) > 1]
    if not groups:
        return []
    count = sum(len(group) - 1 for group in groups)
    example = " = ".join(clip.clip_id for clip in groups[0][:3])
    note = f"{count} clip{'s have' if count > 1 else ' has'} the same content as another (such as {example})"
    if any(len({clip.actor for clip in group}) > 1 for group in groups):
        note += ": their actors differ, and are kept in one part of the split"
    return [note]


def _overall(clips: Sequence[Clip]) -> list[str]:
    pointers = sum(clip.reason == "lfs_pointer" for clip in clips)
    if not pointers:
        return []
    how_many = "all" if pointers == len(clips) else f"{pointers} of the"
    return [f"{how_many} {len(clips)} files are git-lfs pointers, not media: run `git lfs pull` in the corpus folder"]
