"""Numbers of people: "two people nod" is one nod of one head."""

from __future__ import annotations

from collections.abc import Sequence

from mien.motion.language.tags import Tag

_MANY_WORDS = (
    "people men women children boys girls ladies guys kids persons actors actresses students teachers robots friends "
    "gentlemen humans speakers dancers singers"
)
MANY = frozenset(_MANY_WORDS.split())


def without_counts_of_people(tags: Sequence[Tag]) -> tuple[list[Tag], list[str]]:
    """The tags without numbers of people, which are no numbers of movements, and what is left out as it was said."""
    kept: list[Tag] = []
    left_out: list[str] = []
    for place, tag in enumerate(tags):
        following = tags[place + 1] if place + 1 < len(tags) else None
        if tag.name == "count" and int(tag.value) > 1 and following is not None and following.word in MANY:
            if "time" not in tag.word and tag.word not in ("twice", "thrice"):
                left_out.append(f"{tag.word} {following.word}")
                continue
        elif tag.name == "unknown" and tag.word in MANY and left_out and left_out[-1].endswith(f" {tag.word}"):
            continue
        kept.append(tag)
    return kept, left_out
