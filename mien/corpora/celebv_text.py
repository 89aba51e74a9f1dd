"""CelebV-Text's layout: videos of faces, and text files that describe them.

Yu, Zhu et al., "CelebV-Text: A Large-Scale Facial Text-Video Dataset", CVPR 2023. Unpacked, it is

    videos/celebvtext_6/NAME.mp4                       (or video/NAME.mp4)
    texts/action_dur/NAME.txt      what the person does, and when
    texts/emotion/NAME.txt         what the person feels
    texts/face40_details_new/NAME.txt                  what the person looks like
    texts/light_intensity/NAME.txt · light_dir · light_colot_temp (its own spelling)

with one sentence per line. Versions of the corpus name the folders differently, so a folder is recognised by the
beginning of its name, at any depth. A video without texts is kept; its `detail` says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from mien.clips import Clip, clip_id_for, portable_path
from mien.corpora.checks import find_files
from mien.corpora.folder import SUFFIXES
from mien.machine import reading_fault
from mien.storage.names import composed

Kind = Literal["action", "emotion", "appearance", "light_intensity", "light_direction", "light_temperature"]

FOLDERS: tuple[tuple[str, Kind], ...] = (
    ("action", "action"),
    ("emotion", "emotion"),
    ("face", "appearance"),
    ("appearance", "appearance"),
    ("general", "appearance"),
    ("detail", "appearance"),
    ("light_int", "light_intensity"),
    ("light_dir", "light_direction"),
    ("light_col", "light_temperature"),
    ("light_temp", "light_temperature"),
)
"""Beginning of the name of a folder of texts (lower case, `_` for any other sign) → kind of its texts."""

VIDEOS = (*SUFFIXES, ".gif")
"""Suffixes of video files."""

MAX_TEXT_BYTES = 64 * 2**10
"""Maximum number of bytes read of a text file; the largest official one has about 2 kB."""

MAX_LINES, MAX_LETTERS = 64, 1000
"""Maximum number of sentences kept of a file, and of characters kept of a sentence."""


@dataclass(frozen=True)
class DescribedVideo:
    """A video and its description: kind → sentences in the order of their file. Kinds without sentences are absent.

    `clip` is rejected as `outside` if a link leads out of the corpus; its `detail` says if no text was found.
    """

    clip: Clip
    texts: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)

    @property
    def motion_texts(self) -> tuple[str, ...]:
        """Action and emotion in one text, as many variants as the kind with more sentences has."""
        action, emotion = self.texts.get("action", ()), self.texts.get("emotion", ())
        if not action or not emotion:
            return action or emotion
        count = max(len(action), len(emotion))
        return tuple(f"{action[i % len(action)]} {emotion[i % len(emotion)]}" for i in range(count))


def text_kind(folder: str) -> Kind | None:
    """Kind of the texts in a folder of this name; None if it is not a folder of texts."""
    plain = folder.lower().replace("-", "_").replace(" ", "_")
    return next((kind for start, kind in FOLDERS if plain.startswith(start)), None)


def list_celebv_text(root: Path, follow_links: bool = False) -> tuple[list[DescribedVideo], list[str]]:
    """Every video below `root` with the texts of the same name, in the order of the paths; and notes.

    Texts are matched by the stem of the file name only. Raises ValueError if there is no such folder.
    """
    if not root.is_dir():
        raise ValueError(f"there is no folder {root}")
    texts = _texts(root, follow_links)
    videos, taken = [], set[str]()
    for found in find_files(root, VIDEOS, follow_links):
        stem = composed(PurePosixPath(found.relative).stem)
        clip_id = clip_id_for(found.relative, taken)
        taken.add(clip_id)
        clip = Clip(clip_id, "celebv_text", portable_path(root / found.relative))
        if found.outside:
            videos.append(DescribedVideo(clip.rejected("outside")))
            continue
        own = texts.get(stem, {})
        videos.append(DescribedVideo(clip if own else replace(clip, detail="no text file has its name"), own))
    return videos, _notes(videos, texts)


def _texts(root: Path, follow_links: bool) -> dict[str, dict[Kind, tuple[str, ...]]]:
    """Sentences by stem and kind."""
    found: dict[str, dict[Kind, tuple[str, ...]]] = defaultdict(dict)
    for file in find_files(root, (".txt",), follow_links):
        path = PurePosixPath(file.relative)
        # the innermost matching folder counts: face40_details/face40_details_new, but also emotion/celebvtext_6
        kind = next((kind for parent in path.parts[-2::-1] if (kind := text_kind(parent))), None)
        if kind is None or file.outside:
            continue
        sentences = read_sentences(root / file.relative)
        stem = composed(path.stem)
        known = found[stem].get(kind, ())
        found[stem][kind] = known + tuple(s for s in sentences if s not in known)
    return {stem: {kind: said for kind, said in kinds.items() if said} for stem, kinds in found.items()}


def read_sentences(path: Path) -> tuple[str, ...]:
    """The sentences of a text file, one per line, without duplicates; none if it cannot be read.

    Invalid UTF-8 and control characters are removed, white space becomes a single space.
    """
    try:
        if not path.is_file():  # reading a pipe would block
            return ()
        with path.open("rb") as stream:
            content = stream.read(MAX_TEXT_BYTES)
    except OSError as error:
        fault = reading_fault(error, path)
        if fault is not None:
            raise fault from error
        return ()
    lines = content.decode("utf-8-sig", errors="ignore").splitlines()
    plain = (" ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in lines)
    sentences = dict.fromkeys(line[:MAX_LETTERS].rstrip() for line in plain if line)
    return tuple(sentences)[:MAX_LINES]


def _notes(videos: list[DescribedVideo], texts: Mapping[str, object]) -> list[str]:
    stems = {composed(PurePosixPath(video.clip.path).stem) for video in videos}
    notes = []
    bare = sum(not video.texts and video.clip.ok for video in videos)
    if bare:
        notes.append(f"{bare} of {len(videos)} videos have no text")
    stray = sum(stem not in stems for stem in texts)
    if stray:
        notes.append(f"the texts of {stray} videos are there, the videos are not")
    return notes
