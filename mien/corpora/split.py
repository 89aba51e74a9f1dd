"""Split into train, val and test by actor. A hash decides, so that adding an actor does not move the others.

Only `val_clips` splits the clips of an actor, for corpora with few speakers: validation then shows new sentences of
actors that are in the training set, and the split file says so.
"""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mien.clips import Clip
from mien.errors import InputError
from mien.files import atomic_file

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")
COLUMNS = ("clip_id", "actor", "part")

BY_CLIP = "clip:"
"""Prefix of the group of a clip that forms its own group; see `actor_group` and `write_split`."""

log = logging.getLogger(__name__)


class SplitOptions(BaseModel):
    """The section `split`.

    `val_ratio`, `test_ratio`: fractions of the actors; their sum is less than 1. `seed`: of the hash. `val_actors`,
    `test_actors`: exactly these actors form the part; None: the hash decides. `val_clips`: the clips with these ids
    form val, all others train, whatever their actors; val then has no unseen actors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    val_ratio: float = Field(default=0.25, ge=0, lt=1, description="fraction of the actors for validation")
    test_ratio: float = Field(default=0.1, ge=0, lt=1, description="fraction of the actors for the final test")
    seed: int = Field(default=3, ge=0, lt=2**32, description="seed of the hash that assigns actors to parts")
    val_actors: tuple[str, ...] | None = Field(
        default=None, description="exactly these actors form val; None: the hash decides"
    )
    test_actors: tuple[str, ...] | None = Field(
        default=None, description="exactly these actors form test; None: the hash decides"
    )

    val_clips: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="exactly these clips form val, all others train (no unseen actors); None: split by actor",
    )

    @field_validator("val_actors", "test_actors", "val_clips", mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        return tuple(str(name) for name in value) if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _consistent(self) -> SplitOptions:
        if self.val_ratio + self.test_ratio >= 1:
            raise ValueError("val_ratio and test_ratio together must leave something for train: less than 1")
        both = sorted(set(self.val_actors or ()) & set(self.test_actors or ()))
        if both:
            raise ValueError(f"val_actors and test_actors both name {', '.join(both)}")
        if self.val_clips is not None and (self.val_actors is not None or self.test_actors is not None):
            raise ValueError("val_clips parts clips, val_actors and test_actors whole actors: give one or the others")
        return self


def actor_group(clip: Clip) -> str:
    """The group that a split keeps together: the actor of the clip, or the clip itself if the actor is unknown."""
    return clip.actor if clip.actor is not None else f"{BY_CLIP}{clip.clip_id}"


def position(actor: str, seed: int) -> float:
    """Position of the actor in [0, 1): 52 bits of the SHA-256 of actor and seed."""
    digest = hashlib.sha256(f"{seed}:{actor}".encode("utf-8", "surrogateescape")).digest()
    return (int.from_bytes(digest[:8], "big") >> 12) / 2**52


def split_clips(clips: Sequence[Clip], options: SplitOptions) -> dict[str, Part]:
    """Clip id → part, for every usable clip.

    With `val_clips`, these clips are val and all others train. Otherwise:

    1. All clips of an actor are in one part, and so are actors who share content (clips of one SHA-256), as one actor.
       `val_actors` and `test_actors`, if given, are exactly those parts.
    2. The part of every other actor depends on `position(actor, seed)` only: test below `test_ratio`, val below
       `test_ratio + val_ratio`, else train. Adding or removing an actor does not move the others, except by rule 3.
       The thresholds are the same for both sexes, so every part is balanced by sex in expectation.
    3. Small corpora, in which a part may be empty by chance: if a sex (or the actors of unknown sex) with at least
       1/val_ratio actors has none in val or none in train, its actor nearest to the positions of that part is moved
       there; then the same for all actors together. So with two or more actors (apart from given lists) train is never
       empty, nor is val unless val_ratio is 0; a single actor is in train. Adding an actor can only begin or end such
       moves; an actor that is moved neither before nor after keeps its part.

    Raises ValueError: no usable clip, an actor with clips of both sexes, an actor of a given list without clips, an
    unusable clip in `val_clips`, no clip left for train, a given list that parts clips of the same content.
    """
    usable = [clip for clip in clips if clip.ok]
    if not usable:
        raise InputError("there is no usable clip to split")
    sexes = _sexes(usable)
    if options.val_clips is not None:
        return _by_clip(usable, options.val_clips)
    part_of = _given(sexes, options)
    first_of = _sharing(usable)
    _check_given(part_of, first_of)
    part_of = {first_of[actor]: part for actor, part in part_of.items()}
    groups = {first_of[actor]: sexes[first_of[actor]] for actor in sexes}
    free = sorted((actor for actor in groups if actor not in part_of), key=lambda a: (position(a, options.seed), a))
    for actor in free:
        part_of[actor] = _by_position(position(actor, options.seed), options)
    _lend(part_of, free, groups, options)
    return {clip.clip_id: part_of[first_of[actor_group(clip)]] for clip in usable}


def _sharing(clips: Sequence[Clip]) -> dict[str, str]:
    """Actor → the first (by name) of the actors with whom they share content: clips of one SHA-256, also by way of
    others. An actor without such a clip is their own first."""
    first_of = {actor_group(clip): actor_group(clip) for clip in clips}

    def first(actor: str) -> str:
        while first_of[actor] != actor:
            actor = first_of[actor]
        return actor

    holder: dict[str, str] = {}
    for clip in clips:
        if clip.sha256 is not None:
            one, other = sorted((first(actor_group(clip)), first(holder.setdefault(clip.sha256, actor_group(clip)))))
            first_of[other] = one
    return {actor: first(actor) for actor in first_of}


def _check_given(part_of: Mapping[str, Part], first_of: Mapping[str, str]) -> None:
    """Raise ValueError if a given list parts actors who share content."""
    parts = {first_of[actor]: (actor, part) for actor, part in part_of.items()}
    for actor, first in first_of.items():
        if first in parts and part_of.get(actor) != parts[first][1]:
            other, part = parts[first]
            raise InputError(
                f"split.{part}_actors names {other}, but {actor} has the same content: name both or remove one"
            )


def _by_clip(usable: Sequence[Clip], val: Sequence[str]) -> dict[str, Part]:
    clips = [clip.clip_id for clip in usable]
    missing = sorted(set(val) - set(clips))
    if missing:
        raise InputError(f"split.val_clips names {', '.join(missing)}, of which there is no usable clip")
    if set(clips) <= set(val):
        raise InputError("split.val_clips names every usable clip: nothing is left for train")
    content = {clip.sha256: clip.clip_id for clip in usable if clip.clip_id in val and clip.sha256 is not None}
    for clip in usable:
        if clip.clip_id not in val and clip.sha256 in content:
            raise InputError(
                f"split.val_clips names {content[clip.sha256]}, but {clip.clip_id} has the same content: name both or "
                "remove one"
            )
    return {clip_id: "val" if clip_id in val else "train" for clip_id in clips}


def _sexes(clips: Sequence[Clip]) -> dict[str, str | None]:
    sexes: dict[str, str | None] = {}
    for clip in clips:
        actor = actor_group(clip)
        known = sexes.setdefault(actor, clip.sex)
        if known is None:
            sexes[actor] = clip.sex
        elif clip.sex is not None and clip.sex != known:
            raise InputError(f"actor {actor} is {known} in one clip and {clip.sex} in another")
    return sexes


def _given(sexes: Mapping[str, str | None], options: SplitOptions) -> dict[str, Part]:
    part_of: dict[str, Part] = {}
    given: tuple[tuple[Part, tuple[str, ...] | None], ...] = (
        ("val", options.val_actors),
        ("test", options.test_actors),
    )
    for part, actors in given:
        missing = sorted(set(actors or ()) - set(sexes))
        if missing:
            raise InputError(f"split.{part}_actors names {', '.join(missing)}, of whom there is no usable clip")
        part_of |= dict.fromkeys(actors or (), part)
    return part_of


def _by_position(place: float, options: SplitOptions) -> Part:
    test = options.test_ratio if options.test_actors is None else 0.0
    val = options.val_ratio if options.val_actors is None else 0.0
    if place < test:
        return "test"
    return "val" if place < test + val else "train"


def _lend(part_of: dict[str, Part], free: list[str], sexes: Mapping[str, str | None], options: SplitOptions) -> None:
    """Rule 3 of `split_clips`; `free` is in the order of positions: test, val, train."""
    wants_val = options.val_actors is None and options.val_ratio > 0
    if wants_val:
        for sex in (None, "female", "male"):
            same = [actor for actor in free if sexes[actor] == sex]
            if len(same) * options.val_ratio >= 1:
                _lend_within(part_of, same)
        _lend_within(part_of, free)
    elif free and "train" not in part_of.values():
        part_of[free[-1]] = "train"
    if wants_val and "val" not in part_of.values():
        log.warning("split: there is nobody to validate on; it takes two actors at least")


def _lend_within(part_of: dict[str, Part], actors: Sequence[str]) -> None:
    """Move one of `actors` (in the order of positions) to train, then to val, if the part has none of them."""
    members: dict[Part, list[str]] = {part: [actor for actor in actors if part_of[actor] == part] for part in PARTS}
    if not members["train"] and actors:
        lent = actors[-1]
        members[part_of[lent]].remove(lent)
        members["train"].append(lent)
        part_of[lent] = "train"
    if not members["val"] and len(actors) > 1:
        part_of[members["train"][0] if len(members["train"]) > 1 else members["test"][-1]] = "val"


def check_disjoint(rows: Sequence[tuple[str, str, str]]) -> None:
    """Raise ValueError, with the names, if actors of the rows (clip_id, actor, part) are in two parts."""
    parts: dict[str, set[str]] = {}
    for _, actor, part in rows:
        parts.setdefault(actor, set()).add(part)
    torn = [f"{actor} ({' and '.join(sorted(found))})" for actor, found in sorted(parts.items()) if len(found) > 1]
    if torn:
        raise InputError(f"a split must not part an actor's clips, but these are in two parts: {', '.join(torn)}")


def write_split(path: Path, clips: Sequence[Clip], parts: Mapping[str, Part], by_clip: bool = False) -> None:
    """Write the CSV table `clip_id,actor,part` of the clips in `parts` atomically, in the order of the ids.

    `actor` is `actor_group`; with `by_clip`, for a split by `val_clips`, every clip is its own group (`clip:` and its
    id), which shows that actors may be in both parts. Raises ValueError if an actor is in two parts.
    """
    chosen = sorted((clip for clip in clips if clip.clip_id in parts), key=lambda clip: clip.clip_id)
    groups = [f"{BY_CLIP}{clip.clip_id}" if by_clip else actor_group(clip) for clip in chosen]
    rows = [(clip.clip_id, group, parts[clip.clip_id]) for clip, group in zip(chosen, groups, strict=True)]
    check_disjoint(rows)
    with (
        atomic_file(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="surrogateescape") as stream,
    ):
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def read_split(path: Path) -> dict[str, Part]:
    """Clip id → part, from a table written by `write_split` or by hand.

    Raises ValueError: other columns, an unknown part, a duplicate clip, an actor in two parts.
    """
    parts: dict[str, Part] = {}
    rows = []
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as stream:
        reader = csv.reader(stream)
        if tuple(next(reader, ())) != COLUMNS:
            raise InputError(f"{path}: not a split: the columns must be {','.join(COLUMNS)}")
        for row in reader:
            if len(row) != len(COLUMNS) or row[2] not in PARTS:
                raise InputError(f"{path}, line {reader.line_num}: expected clip_id,actor,part with part {PARTS}")
            if row[0] in parts:
                raise InputError(f"{path}, line {reader.line_num}: {row[0]} is there twice")
            parts[row[0]] = next(part for part in PARTS if part == row[2])
            rows.append((row[0], row[1], row[2]))
    check_disjoint(rows)
    return parts


def summarise_split(clips: Sequence[Clip], parts: Mapping[str, Part]) -> dict[str, dict[str, int]]:
    """Metrics of the stage: number of clips, actors, women and men in each part."""
    summary: dict[str, dict[str, int]] = {}
    for part in PARTS:
        own = [clip for clip in clips if parts.get(clip.clip_id) == part]
        sexes = {actor_group(clip): clip.sex for clip in own}
        summary[part] = {
            "clips": len(own),
            "actors": len(sexes),
            "female": sum(sex == "female" for sex in sexes.values()),
            "male": sum(sex == "male" for sex in sexes.values()),
        }
    return summary
