"""GRID's `.mpg` files, whose names encode the sentence.

Cooke, Barker, Cunningham, Shao: "An audio-visual corpus for speech perception and automatic speech recognition", 2006.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from mien.clips import Clip, clip_id_for, portable_path
from mien.corpora.checks import Candidate, Found, find_files, passed_over
from mien.corpora.folder import SUFFIXES
from mien.errors import InputError

COMMANDS = {"b": "bin", "l": "lay", "p": "place", "s": "set"}
COLOURS = {"b": "blue", "g": "green", "r": "red", "w": "white"}
PREPOSITIONS = {"a": "at", "b": "by", "i": "in", "w": "with"}
LETTERS = {letter: letter for letter in "abcdefghijklmnopqrstuvxyz"}
_DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = dict(zip("z123456789", _DIGIT_WORDS, strict=True))
ADVERBS = {"a": "again", "n": "now", "p": "please", "s": "soon"}
GRAMMAR = (COMMANDS, COLOURS, PREPOSITIONS, LETTERS, DIGITS, ADVERBS)
"""Command, colour, preposition, letter (no w), digit, adverb: letter of the name → word."""

LEAST_FRAMES = 70
"""A GRID clip has 75 frames (3 s at 25 fps). One with far fewer is truncated, which the MPEG header does not show."""


def decode_name(stem: str) -> str:
    """The sentence of a name: `bbaf2n` → `bin blue at f two now`. Raises ValueError for another form."""
    if len(stem) != len(GRAMMAR) or any(letter not in words for letter, words in zip(stem, GRAMMAR, strict=True)):
        raise ValueError(f"not a GRID name (command, colour, preposition, letter, digit, adverb): {stem!r}")
    return " ".join(words[letter] for letter, words in zip(stem, GRAMMAR, strict=True))


def actor_of(relative: str) -> str | None:
    """The talker of a file: the innermost folder named `s1`, `s2`, …; None if there is none."""
    return next((name for name in reversed(Path(relative).parts[:-1]) if re.fullmatch(r"s[0-9]{1,3}", name)), None)


def list_grid(
    root: Path, actors: tuple[str, ...] | None = None, follow_links: bool = False
) -> tuple[list[Candidate], list[str]]:
    """Every video below `root` with its sentence and, from its folder, its talker; and a note on other files.

    A name that does not spell a sentence leaves `text` and `sentence_id` empty.

    Raises ValueError: no such folder, an actor of `actors` without clips.
    """
    if not root.is_dir():
        raise InputError(f"there is no folder {root}: check corpus.path in params.yaml")
    candidates: list[Candidate] = []
    taken: set[str] = set()
    everything = find_files(root, None, follow_links)
    for found in everything:
        if not found.folder and found.suffix not in SUFFIXES:
            continue
        candidate = _candidate(root, found, taken)
        if actors is None or candidate.clip.actor is None or candidate.clip.actor in actors:
            taken.add(candidate.clip.clip_id)
            candidates.append(candidate)
    missing = sorted(set(actors or ()) - {candidate.clip.actor for candidate in candidates if candidate.clip.actor})
    if missing:
        raise InputError(f"corpus.actors names {', '.join(missing)}, of whom {root} holds no clip")
    return candidates, passed_over(everything, SUFFIXES)


def _candidate(root: Path, found: Found, taken: set[str]) -> Candidate:
    file = root / found.relative
    actor = actor_of(found.relative)
    stem = Path(found.relative).stem
    spelled = stem.lower()
    # talkers share sentences, so the id contains both
    clip_id = f"{actor}_{stem}" if actor and re.fullmatch(r"[a-z0-9]{6}", stem) else clip_id_for(found.relative, taken)
    if clip_id in taken:
        clip_id = clip_id_for(found.relative, {stem})
    clip = Clip(clip_id, "grid", portable_path(file), actor=actor)
    if found.outside:
        return Candidate(clip.rejected("outside"), file)
    try:
        text = decode_name(spelled)
    except ValueError:
        return Candidate(clip, file)
    return Candidate(replace(clip, sentence_id=spelled, text=text), file, least_frames=LEAST_FRAMES)
