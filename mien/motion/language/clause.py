"""A clause: what a text says of one action."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mien.motion.corpus.actions import Speed, Strength
from mien.motion.language.forms import Form
from mien.motion.language.verbs import VERBS


@dataclass
class Clause:
    """What is said of one action. link: "start", "comma", "and", "seq", "stop", "but", "or", "correction" or "next".

    sub: "as", "sim", "before", "after", "until" or "": how it is subordinate to another. part_first: the part is the
    subject ("her head drops"). sentence: number of the sentence. phrase: its verb is a noun with an article or number.
    appearing: its verb is the subject of another, which says only that it is seen ("a smile creeps in").
    """

    link: str = "start"
    sub: str = ""
    sentence: int = 0
    verb: str | None = None
    form: Form = "base"
    word: str = ""
    parts: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    count: int | None = None
    strength: Strength | None = None
    speed: Speed | None = None
    level: str = ""
    shown: str = ""
    shown_word: str = ""
    unable: str = ""
    negated: bool = False
    person: bool = False
    part_first: bool = False
    phrase: bool = False
    one: bool = False
    again: bool = False
    same: bool = False
    first: bool = False
    together: bool = False
    nothing: bool = False
    inward: bool = False
    onto_shoulder: bool = False
    appearing: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it names an action by itself."""
        placed = bool(self.parts) and bool(self.directions or self.level or self.strength or self.is_tongue_in)
        return bool(self.verb or placed or self.shown or self.nothing or self.unable)

    @property
    def is_tongue_in(self) -> bool:
        """Whether the tongue goes back in."""
        return self.inward and self.parts[:1] == ["tongue"] and "out" not in self.directions

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        said = self.parts or self.directions or self.count or self.strength or self.speed or self.level
        return not (self.is_own or said or self.again or self.same or self.one or self.first or self.together)

    @property
    def is_bare(self) -> bool:
        """Whether its verb has neither part nor direction yet and needs one, as "gives" and "moves" do."""
        verb = VERBS.get(self.verb or "")
        needs = verb is not None and (verb.light or verb.manner == "look")
        return needs and not self.parts and not self.directions

    def repeated(self, other: Clause) -> Clause:
        """This clause with what `other`, which has no action of its own, says of it."""
        copy = replace(
            self, link=other.link, sub=other.sub, sentence=other.sentence, negated=other.negated, first=other.first,
            parts=other.parts or list(self.parts), directions=other.directions or list(self.directions),
            together=other.together, person=other.person, again=True, phrase=False, one=False, count=other.count,
            strength=other.strength, speed=other.speed, onto_shoulder=self.onto_shoulder or other.onto_shoulder,
        )  # fmt: skip
        if copy.count is None and (other.again or other.one):
            copy.count = 1
        return copy

    def add(self, other: Clause) -> None:
        """Take over what `other`, which has no action of its own, says."""
        self.parts += other.parts
        specific = [one for one in other.directions if one not in ("side", "away")]
        if specific:
            self.directions = [one for one in self.directions if one not in ("side", "away", "other")]
        self.directions += other.directions
        self.count = other.count or self.count
        self.strength = other.strength or self.strength
        self.speed = other.speed or self.speed
        self.together = self.together or other.together
        self.first = self.first or other.first
