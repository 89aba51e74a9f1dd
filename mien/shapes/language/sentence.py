"""Looking ahead in a sentence: whether a noun follows, whether a word stands between two colours."""

from __future__ import annotations

from dataclasses import dataclass

from mien.shapes.language.items import Item
from mien.shapes.language.tokens import Meanings
from mien.shapes.language.words import ONE_TONE

_BETWEEN = ("colour", "size", "filler", "unsupported", "unknown")


@dataclass(frozen=True)
class Sentence:
    """The phrases of a text, each with what it can mean; a place is an index into them."""

    meanings: list[Meanings]

    def noun_ahead(self, place: int) -> bool:
        """Whether a noun follows, with nothing but adjectives before it."""
        for next_place in range(place, len(self.meanings)):
            item = self.meanings[next_place][0]
            if item.kind == "shape" or item.said == "one":
                return True
            joins = item.kind in ("and", "comma", "article") and self.between_colours(next_place)
            moves = item.kind == "adverb" or (item.kind == "motion" and item.before)
            if item.kind not in (*_BETWEEN, "count", "not") and not joins and not moves:
                return False
        return False

    def between_colours(self, place: int) -> bool:
        """Whether a joining word stands between two colours or sizes: "a red and a blue star"."""
        before = [self._kind(n) for n in range(place)][::-1]
        after = [self._kind(n) for n in range(place + 1, len(self.meanings))]
        skipped = ("and", "comma", "article", "filler", "size", "not")
        one = next((kind for kind in before if kind not in skipped), None)
        other = next((kind for kind in after if kind not in skipped), None)
        return one == other == "colour"

    def _kind(self, place: int) -> str:
        """The kind of a phrase; a tone says no more than a filler."""
        item = self.meanings[place][0]
        return "filler" if item.value == ONE_TONE else item.kind

    def figure_ahead(self, place: int) -> bool:
        """Whether a figure's name follows, with nothing but adjectives and participles before it."""
        for next_place in range(place, len(self.meanings)):
            item = self.meanings[next_place][0]
            if item.kind == "shape":
                return True
            if item.kind not in _BETWEEN and not (item.kind == "motion" and item.before):
                return False
        return False

    def object_ahead(self, place: int) -> bool:
        """Whether an article or a count and then a noun follow."""
        item = self.at(place)
        return item is not None and item.kind in ("article", "count", "one") and self.figure_ahead(place + 1)

    def before_noun(self, place: int) -> bool:
        """Whether a participle stands before a noun: "a spinning red star"."""
        for next_place in range(place, len(self.meanings)):
            item = self.meanings[next_place][0]
            if item.kind == "shape" or item.said == "one":
                return True
            if item.kind not in (*_BETWEEN, "adverb"):
                return item.kind in ("and", "comma") and self.between_colours(next_place)
        return False

    def in_a_row(self, place: int, kind: str) -> list[str]:
        """The colours in a row that a place is in: "red and blue"."""
        ends = (place, place)
        while (item := self.at(ends[0] - 1)) and item.kind in (kind, "and", "comma"):
            ends = (ends[0] - 1, ends[1])
        while (item := self.at(ends[1] + 1)) and item.kind in (kind, "and", "comma"):
            ends = (ends[0], ends[1] + 1)
        return [self.meanings[n][0].value for n in range(ends[0], ends[1] + 1) if self.meanings[n][0].kind == kind]

    def at(self, place: int) -> Item | None:
        return self.meanings[place][0] if 0 <= place < len(self.meanings) else None
