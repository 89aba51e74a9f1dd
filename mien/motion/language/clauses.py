"""Tags → clauses: what belongs to one action, and how each clause is joined to the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from mien.motion.language.clause import Clause
from mien.motion.language.places import HEAD
from mien.motion.language.tags import Tag
from mien.motion.language.verbs import VERBS

_EYES = frozenset({"eyes", "lids", "lashes"})
_MOUTH = frozenset({"mouth", "jaw", "lips", "corners", "teeth", "face", "cheeks"})
_OWN_PARTS: dict[str, frozenset[str]] = {
    "nod": HEAD, "shake": HEAD, "lower": HEAD | {"body"}, "blink": _EYES, "wink": _EYES, "close_eyes": _EYES,
    "smile": _MOUTH, "frown": _MOUTH | {"brows", "forehead"}, "purse": _MOUTH, "open_mouth": _MOUTH, "puff": _MOUTH,
    "raise_brows": frozenset({"brows", "face"}), "wrinkle_nose": HEAD, "glance_about": _EYES, "double_take": HEAD,
    "yawn": _MOUTH, "gasp": _MOUTH, "sigh": _MOUTH,
}  # fmt: skip
"""Kind → the parts that may stand beside its verb and say nothing more, as in "nods her head"."""

_DEGREES = frozenset({"strength", "speed", "count", "intensifier", "shown", "level", "one", "unknown", "instead"})
_STOPS = frozenset({"stop", "stops", "stopping", "cease", "ceases", "quit", "quits"})
"""Words that deny what follows them, and are a pause where nothing follows."""

_SUBORDINATE = frozenset({"as", "sim", "before", "after", "until"})


class _Builder:
    def __init__(self, tags: Sequence[Tag]) -> None:
        self.tags, self.place = tags, 0
        self.clauses: list[Clause] = []
        self.clause = Clause()
        self.negating = ""
        self.flipping = False  # the next degree is to be the opposite

    def build(self) -> list[Clause]:
        while self.place < len(self.tags):
            tag = self.tags[self.place]
            self.place += 1
            handler = getattr(self, f"_on_{tag.name}", None)
            if handler is not None:
                handler(tag)
        self._close("stop")
        return self.clauses

    def _ahead(self, skip: frozenset[str] = frozenset()) -> Tag | None:
        """The next tag that is not in `skip`, None at the end or at a link."""
        for tag in self.tags[self.place :]:
            if tag.name == "link":
                return None
            if tag.name not in skip:
                return tag
        return None

    def _close(self, link: str, sub: str = "") -> None:
        """End the clause; the next one is joined by `link`."""
        done = self.clause
        if done.is_empty:
            self.clause = replace(done, link=_stronger(done.link, link), sub=sub or done.sub, person=False)
        else:
            self.clauses.append(done)
            self.clause = Clause(link, sub, done.sentence)
        if link == "stop":
            self.clause.sentence += 1
        if self.negating and link not in ("or", "next"):
            self.negating = ""
        self.clause.negated = bool(self.negating)

    def _on_link(self, tag: Tag) -> None:
        if tag.value in _SUBORDINATE:
            self._close("next", tag.value)
        else:
            self._close(tag.value)

    def _on_correction(self, _: Tag) -> None:
        self._close("correction")

    def _on_not(self, tag: Tag) -> None:
        following = self._ahead(frozenset({"determiner", "intensifier"}))
        if following is None and tag.word in _STOPS:
            self._on_nothing(tag)
            return
        if following is None and not (self.place < len(self.tags) and self.tags[self.place].value == "comma"):
            return
        after = self._ahead(_DEGREES | {"determiner"})
        if after is not None and after.name == "verb" and self._is_limit():
            self.flipping = True
            return
        if following is not None and following.name in ("dir", "count") and (after is None or after.name != "verb"):
            self._skip_to(following)
            return
        of_noun = after is not None and after.name == "verb"
        if following is not None and following.name in ("strength", "speed") and not of_noun:
            self._skip_to(following)
            self._set_opposite(following)
            return
        if following is None:  # "left, no, right"
            if not self.clause.is_empty or any(one.sentence == self.clause.sentence for one in self.clauses):
                self._close("correction")
            return
        if not self.clause.is_empty:
            self._close("next")
        self.negating, self.clause.negated = tag.word, True

    def _on_nor(self, tag: Tag) -> None:
        self._close("or")
        self.negating, self.clause.negated = tag.word, True

    def _on_only(self, _: Tag) -> None:
        """ "No smile just nods": what alone is done is not denied."""
        if self.clause.negated and self.clause.is_own:
            self._close("but")

    def _on_appears(self, _: Tag) -> None:
        self.clause.appearing = self.clause.verb is not None

    def _is_limit(self) -> bool:
        """Whether "not" limits a degree, as in "don't nod too fast"."""
        rest = self.tags[self.place :]
        sentence = takewhile(lambda tag: tag.value != "stop", rest)
        if any(tag.name == "instead" for tag in sentence):
            return False
        for tag, behind in pairwise(rest):
            if tag.name == "link":
                return False
            if tag.name == "intensifier" and behind.name in ("strength", "speed"):
                return tag.word in ("too", "so", "that", "very", "overly")
        return False

    def _set_opposite(self, tag: Tag) -> None:
        opposite = {"strong": "slight", "slight": "", "fast": "slow", "slow": "fast"}[tag.value]
        if opposite:
            setattr(self.clause, tag.name, opposite)

    def _skip_to(self, tag: Tag) -> None:
        while self.tags[self.place] is not tag:
            self.place += 1
        self.place += 1

    def _on_verb(self, tag: Tag) -> None:
        clause = self.clause
        if clause.verb is None:
            complete = clause.parts and clause.directions and "*" in VERBS[tag.value].by_part
            if (complete and tag.value != "wink") or clause.unable or clause.nothing:
                self._close("next", "sim" if complete else "")
        elif clause.is_bare:
            pass
        elif tag.value in ("open", "shut", "close") and tag.form in ("base", "past") and self._is_result():
            clause.directions.append("open" if tag.value == "open" else "shut")
            return
        elif tag.value == clause.verb and tag.value == "stick":
            return
        else:
            participle = tag.form == "ing" or (clause.form == "ing" and not clause.person)
            self._close("next", "sim" if participle and tag.value != clause.verb else "")
        clause = self.clause
        clause.part_first = bool(clause.parts)
        clause.verb, clause.form, clause.word = tag.value, tag.form, tag.word

    def _is_result(self) -> bool:
        """Whether "shut" or "open" tells how a part ends, as in "squeezes her eyes shut"."""
        following = self._ahead()
        return following is None or following.name != "part"

    def _on_part(self, tag: Tag) -> None:
        clause = self.clause
        if clause.unable or clause.appearing:
            return
        if tag.value == "shoulders" and clause.verb is not None and VERBS[clause.verb].manner == "look":
            clause.verb = "turn"  # "looks over his left shoulder"
            clause.directions = clause.directions or ["side"]
            return
        if tag.value == "shoulders" and (clause.parts or (clause.verb is None and clause.directions)):
            clause.onto_shoulder = True
            return
        if clause.verb is not None and not clause.parts:
            own = _OWN_PARTS.get(getattr(VERBS[clause.verb].by_part.get("*"), "kind", ""))
            if own is not None and tag.value not in own and tag.value not in VERBS[clause.verb].by_part:
                self._close("next", "sim")
        elif clause.part_first and clause.parts == ["head"]:
            clause.parts.clear()  # "the head opens its mouth"
        elif clause.parts:
            following = self._ahead(frozenset({"strength", "intensifier", "speed"}))
            if following is None or following.name not in ("verb", "dir", "level"):
                return  # "tilts her head onto a shoulder"
            self._close("next", "sim")
        self.clause.parts.append(tag.value)

    def _on_dir(self, tag: Tag) -> None:
        clause = self.clause
        if clause.unable or clause.appearing:
            return
        if tag.word.startswith("over") and clause.verb is not None and VERBS[clause.verb].manner == "look":
            clause.verb = "turn"
        clause.directions.append(tag.value)

    def _on_in(self, _: Tag) -> None:
        self.clause.inward = True

    def _on_count(self, tag: Tag) -> None:
        if int(tag.value) == 0:
            self.clause.negated = True
        elif self.clause.count is None:
            self.clause.count = int(tag.value)

    def _on_one(self, _: Tag) -> None:
        self._on_determiner(_)
        self.clause.one = True

    def _on_determiner(self, _: Tag) -> None:
        following = self._ahead(_DEGREES)
        if following is None or following.name != "verb":
            return
        if self.clause.verb is not None and not self.clause.is_bare:
            self._close("next")
        self.clause.phrase = True

    def _on_strength(self, tag: Tag) -> None:
        if self.flipping:
            self.flipping = False
            self._set_opposite(tag)
        elif self.clause.strength is None:
            self.clause.strength = tag.value  # type: ignore[assignment]

    def _on_speed(self, tag: Tag) -> None:
        if self.flipping:
            self.flipping = False
            self._set_opposite(tag)
        elif self.clause.speed is None:
            self.clause.speed = tag.value  # type: ignore[assignment]

    def _on_level(self, tag: Tag) -> None:
        self.clause.level = tag.value

    def _on_intensifier(self, _: Tag) -> None:
        following = self.tags[self.place] if self.place < len(self.tags) else None
        if following is not None and following.name == "shown" and self.clause.strength is None:
            self.clause.strength = "strong"

    def _on_shown(self, tag: Tag) -> None:
        if not self.clause.unable:
            self.clause.shown, self.clause.shown_word = tag.value, tag.word

    def _on_unable(self, tag: Tag) -> None:
        if not self.clause.is_empty and not self.clause.is_bare:
            self._close("next")
        self.clause.verb = None
        self.clause.unable = tag.word

    def _on_nothing(self, _: Tag) -> None:
        following = self.tags[self.place].name if self.place < len(self.tags) else ""
        if following == "part" or (self.clause.verb is not None and not self.clause.is_bare):
            return  # "holds her head high" is no pause
        self.clause.verb, self.clause.nothing = None, True

    def _on_again(self, _: Tag) -> None:
        self.clause.again = True

    def _on_same(self, _: Tag) -> None:
        self.clause.same = True

    def _on_first(self, _: Tag) -> None:
        self.clause.first = True

    def _on_together(self, _: Tag) -> None:
        self.clause.together = True

    def _on_person(self, _: Tag) -> None:
        if self.clause.is_own and not self.clause.is_bare:
            participle = self.clause.form == "ing" and self.clause.verb and not self.clause.sub
            self._close("next", "sim" if participle else "")
        self.clause.person = True

    def _on_ended(self, _: Tag) -> None:
        """ "Her smile disappears": nothing is done."""
        self.clause.negated = self.clause.negated or self.clause.verb is not None

    def _on_like(self, _: Tag) -> None:
        """Skip a comparison or a purpose ("as if to say …"), unless it is all that is said ("looks like she nods")."""
        clause = self.clause
        before = self.clauses[-1] if self.clauses else None
        compared = clause.is_empty and clause.link == "comma" and before is not None and before.verb is not None
        bare = clause.is_bare or clause.verb is None or (VERBS[clause.verb].light and not clause.directions)
        if bare and not compared:
            if clause.verb is not None:
                clause.verb, clause.parts = None, []
            return
        while self.place < len(self.tags) and self.tags[self.place].name != "link":
            self.place += 1
        if self.tags[self.place - 1].name == "count":
            self._on_count(self.tags[self.place - 1])  # "opens his mouth like a fish three times"


_LINKS = ("start", "next", "comma", "or", "and", "but", "stop", "seq", "correction")
_RANK = {name: rank for rank, name in enumerate(_LINKS)}


def _stronger(one: str, other: str) -> str:
    return max(one, other, key=_RANK.__getitem__)


_ADJECTIVES = frozenset({"strength", "speed", "level", "shown", "unknown"})


def _without_listing_commas(tags: Sequence[Tag]) -> list[Tag]:
    """The tags without the commas between the adjectives of a noun, as in "one slow, lazy blink"."""
    found: list[Tag] = []
    for place, tag in enumerate(tags):
        between = 0 < place < len(tags) - 1 and tag.value == "comma" and tags[place + 1].name in _ADJECTIVES
        if not (between and _opens_noun(found)):
            found.append(tag)
    return found


def _opens_noun(before: Sequence[Tag]) -> bool:
    """Whether the last of these tags are an article or a number and at least one adjective."""
    rest = list(before)
    while rest and rest[-1].name in _ADJECTIVES:
        rest.pop()
    return len(rest) < len(before) and bool(rest) and rest[-1].name in ("determiner", "one", "count")


def clauses_of(tags: Sequence[Tag]) -> list[Clause]:
    """The clauses of a text, in its order."""
    return _Builder(_without_listing_commas(tags)).build()
