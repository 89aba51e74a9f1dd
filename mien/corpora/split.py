"""Train, val and test: whole actors, decided by a hash, so that adding an actor moves nobody else.

`val_clips` alone parts an actor's clips, for corpora of a few speakers: what is seen in them is then new words of faces
that were in training, and the split's file says so.
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
from mien.files import atomic_file

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")
COLUMNS = ("clip_id", "actor", "part")

BY_CLIP = "clip:"
"""How the group of a clip begins that stands for itself; see `actor_group` and `write_split`."""

log = logging.getLogger(__name__)


class SplitOptions(BaseModel):
    """The section `split`.

    `val_ratio`, `test_ratio`: parts of the actors; together less than 1. `seed`: another one deals them out anew.
    `val_actors`, `test_actors`: exactly these actors make that part; None: the hash decides. `val_clips`: these clips,
    by their ids, make val and all others train, whatever their actors: val then shows no unseen actors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    val_ratio: float = Field(default=0.25, ge=0, lt=1, description="part of the actors for validation")
    test_ratio: float = Field(default=0.1, ge=0, lt=1, description="part of the actors for the final test")
    seed: int = Field(default=3, ge=0, lt=2**32, description="another one deals the actors out anew")
    val_actors: tuple[str, ...] | None = Field(
        default=None, description="exactly these make val; None: the hash decides"
    )
    test_actors: tuple[str, ...] | None = Field(
        default=None, description="exactly these make test; None: the hash decides"
    )

    val_clips: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        description="exactly these clips make val, all others train: no unseen actors; None: whole actors",
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
    """What a split never parts: the clip's actor; where the actor is unknown, the clip itself."""
    return clip.actor if clip.actor is not None else f"{BY_CLIP}{clip.clip_id}"


def position(actor: str, seed: int) -> float:
    """The actor's place in [0, 1), a hash of the actor and the seed and of nothing else: 52 bits of SHA-256."""
    digest = hashlib.sha256(f"{seed}:{actor}".encode("utf-8", "surrogateescape")).digest()
    return (int.from_bytes(digest[:8], "big") >> 12) / 2**52


def split_clips(clips: Sequence[Clip], options: SplitOptions) -> dict[str, Part]:
    """The part of every usable clip, by clip id.

    What is guaranteed:

    With `val_clips` only this: they are val, all others are train. Without:

    1. An actor is in one part. `val_actors` and `test_actors`, where given, are exactly those parts.
    2. Every other actor's part follows from `position(actor, seed)` alone: below `test_ratio` test, then below
       `test_ratio + val_ratio` val, else train. Adding or removing an actor moves nobody else, apart from the loans
       of 3. Both sexes meet the same thresholds, so that every part is balanced by sex in expectation.
    3. Loans, for corpora so small that chance leaves a part empty: a sex (or the actors of unknown sex) of at least
       1/val_ratio actors that has none in val, or none in train, has its actor nearest to that part's positions moved
       there; then the same for all actors together. From two actors on, the given lists apart, neither train nor
       (unless val_ratio is 0) val is empty; a single actor is train. Adding an actor can only begin or end loans: who
       is on loan neither before nor after stays, and where no loan is needed before nor after, nobody moves.

    Raises ValueError: no usable clip, an actor whose clips name both sexes, an actor of a given list without a clip, a
    clip of `val_clips` that is not usable, `val_clips` that leave nothing for train.
    """
    usable = [clip for clip in clips if clip.ok]
    if not usable:
        raise ValueError("there is no usable clip to split")
    sexes = _sexes(usable)
    if options.val_clips is not None:
        return _by_clip([clip.clip_id for clip in usable], options.val_clips)
    part_of = _given(sexes, options)
    free = sorted((actor for actor in sexes if actor not in part_of), key=lambda a: (position(a, options.seed), a))
    for actor in free:
        part_of[actor] = _by_position(position(actor, options.seed), options)
    _lend(part_of, free, sexes, options)
    return {clip.clip_id: part_of[actor_group(clip)] for clip in usable}


def _by_clip(clips: Sequence[str], val: Sequence[str]) -> dict[str, Part]:
    missing = sorted(set(val) - set(clips))
    if missing:
        raise ValueError(f"split.val_clips names {', '.join(missing)}, of which there is no usable clip")
    if set(clips) <= set(val):
        raise ValueError("split.val_clips names every usable clip: nothing is left for train")
    return {clip_id: "val" if clip_id in val else "train" for clip_id in clips}


def _sexes(clips: Sequence[Clip]) -> dict[str, str | None]:
    sexes: dict[str, str | None] = {}
    for clip in clips:
        actor = actor_group(clip)
        known = sexes.setdefault(actor, clip.sex)
        if known is None:
            sexes[actor] = clip.sex
        elif clip.sex is not None and clip.sex != known:
            raise ValueError(f"actor {actor} is {known} in one clip and {clip.sex} in another")
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
            raise ValueError(f"split.{part}_actors names {', '.join(missing)}, of whom there is no usable clip")
        part_of |= dict.fromkeys(actors or (), part)
    return part_of


def _by_position(place: float, options: SplitOptions) -> Part:
    test = options.test_ratio if options.test_actors is None else 0.0
    val = options.val_ratio if options.val_actors is None else 0.0
    if place < test:
        return "test"
    return "val" if place < test + val else "train"


def _lend(part_of: dict[str, Part], free: list[str], sexes: Mapping[str, str | None], options: SplitOptions) -> None:
    """Point 3 of `split_clips`; `free` is in the order of positions: test, val, train."""
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
    """Give train, then val, a member of `actors` (in the order of positions) where it has none."""
    members: dict[Part, list[str]] = {part: [actor for actor in actors if part_of[actor] == part] for part in PARTS}
    if not members["train"] and actors:
        lent = actors[-1]
        members[part_of[lent]].remove(lent)
        members["train"].append(lent)
        part_of[lent] = "train"
    if not members["val"] and len(actors) > 1:
        part_of[members["train"][0] if len(members["train"]) > 1 else members["test"][-1]] = "val"


def check_disjoint(rows: Sequence[tuple[str, str, str]]) -> None:
    """Raise ValueError, naming them, when an actor of the rows (clip_id, actor, part) is in two parts."""
    parts: dict[str, set[str]] = {}
    for _, actor, part in rows:
        parts.setdefault(actor, set()).add(part)
    torn = [f"{actor} ({' and '.join(sorted(found))})" for actor, found in sorted(parts.items()) if len(found) > 1]
    if torn:
        raise ValueError(f"a split must not part an actor's clips, but these are in two parts: {', '.join(torn)}")


def write_split(path: Path, clips: Sequence[Clip], parts: Mapping[str, Part], by_clip: bool = False) -> None:
    """Write CSV `clip_id,actor,part` of the clips in `parts`, in the order of their ids; whole or not at all.

    `actor` is `actor_group`; `by_clip`, for a split by `val_clips`: every clip stands for itself, `clip:` and its id,
    so that whoever reads the file sees that actors may be in both parts. Raises ValueError when an actor is in two.
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
    """The part of every clip id of a table written by `write_split` or by hand.

    Raises ValueError: other columns, an unknown part, a clip that is there twice, an actor in two parts.
    """
    parts: dict[str, Part] = {}
    rows = []
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as stream:
        reader = csv.reader(stream)
        if tuple(next(reader, ())) != COLUMNS:
            raise ValueError(f"{path}: not a split: the columns must be {','.join(COLUMNS)}")
        for row in reader:
            if len(row) != len(COLUMNS) or row[2] not in PARTS:
                raise ValueError(f"{path}, line {reader.line_num}: expected clip_id,actor,part with part {PARTS}")
            if row[0] in parts:
                raise ValueError(f"{path}, line {reader.line_num}: {row[0]} is there twice")
            parts[row[0]] = next(part for part in PARTS if part == row[2])
            rows.append((row[0], row[1], row[2]))
    check_disjoint(rows)
    return parts


def summarise_split(clips: Sequence[Clip], parts: Mapping[str, Part]) -> dict[str, dict[str, int]]:
    """Counts for a stage's metrics: clips, actors, women and men in each part."""
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
