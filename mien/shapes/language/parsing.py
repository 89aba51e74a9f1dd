"""Parsing: the items of a sentence → figures with their motions.

A sentence is read once from left to right. Adjectives are collected until their noun; a verb belongs to the subject,
which is the last noun, all nouns that were joined since the last verb, or what "both", "one" and "the other" name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mien.shapes.corpus.language import VERBS
from mien.shapes.language.drafts import Action, Draft, Noun
from mien.shapes.language.items import CONTENT, Item, Kind
from mien.shapes.language.sentence import Sentence
from mien.shapes.language.tokens import Meanings

MOST_DRAFTS = 12
"""Figures of a sentence that are counted."""


class Parser:
    """Reads the items of a text; afterwards `drafts` are its figures and `notes` what could not be taken over."""

    def __init__(self, meanings: Sequence[Meanings]) -> None:
        self.meanings, self.sentence = meanings, Sentence(list(meanings))
        self.drafts: list[Draft] = []
        self.notes: list[str] = []
        self.content = False
        self.subject: list[Draft] = []
        self.noun = Noun()
        self.negated = False
        self.sequel = False
        self.joined = False
        self.turn = 0
        self.awaiting: Action | None = None
        self.action: Action | None = None
        self.denied: Action | None = None
        self.chosen = False
        self.opposed: str | None = None
        self.readers: dict[Kind, Callable[[int, Item], None]] = {
            "article": self._article, "and": self._and, "comma": self._and, "but": self._and, "then": self._then,
            "not": self._not, "is": self._is, "all": self._all, "pronoun": self._pronoun, "one": self._one,
            "other": self._other, "another": self._another, "count": self._count, "colour": self._colour,
            "size": self._size, "shape": self._shape, "motion": self._motion, "adverb": self._adverb,
            "still": self._still, "unsupported": self._unsupported, "apart": self._part_ways,
            "together": self._part_ways, "opposite": self._part_ways,
        }  # fmt: skip
        for place in range(len(meanings)):
            self._read(place, self._meant(place))
        self._finish()

    def _meant(self, place: int) -> Item:
        """The likeliest meaning: a verb after a bare subject, such as "a triangle circles", else the first one."""
        first, *others = self.meanings[place]
        verb = next((item for item in others if item.kind == "motion"), None)
        waits = self.subject and self.noun.empty and not self.noun.determined
        if first.kind == "shape" and verb is not None and waits and self.subject[-1].action is None:
            return verb
        return first

    def _read(self, place: int, item: Item) -> None:
        self.content |= item.kind in CONTENT
        reader = self.readers.get(item.kind)
        if reader is not None:
            reader(place, item)
        if item.near and item.kind in ("shape", "colour", "motion"):
            nearest = VERBS[item.value][0][1] if item.kind == "motion" else item.value
            self.notes.append(f"there is no {item.said!r}: {nearest} is the nearest that the model knows")

    # what joins phrases

    def _article(self, place: int, item: Item) -> None:
        if self.sentence.between_colours(place):
            self.noun.several = True
        else:
            self.noun.determined = True
            self.noun.definite |= item.said in ("the", "this", "that", "these", "those", "its", "their")

    def _and(self, place: int, item: Item) -> None:
        self.negated = False
        if item.kind == "but" and self.denied is not None:
            self.action = self.denied = None  # "doesn't move left but right"
        if not self.sentence.between_colours(place):
            self._drop_noun()
            self.joined = True

    def _then(self, place: int, item: Item) -> None:
        self._and(place, item)
        self.sequel = True

    def _not(self, _place: int, _item: Item) -> None:
        self.negated = True

    def _is(self, _place: int, _item: Item) -> None:
        self.noun.determined = False

    def _drop_noun(self) -> None:
        """Adjectives without a noun: of the subject."""
        noun, self.noun = self.noun, Noun()
        if noun.colours or noun.sizes:
            self._describe(noun.colours, noun.sizes)

    # whom it is about

    def _all(self, place: int, _item: Item) -> None:
        if self.sentence.noun_ahead(place + 1):
            self.noun.every = True
            self.noun.determined = True
        elif self.drafts:
            self.subject = list(self.drafts)

    def _pronoun(self, _place: int, item: Item) -> None:
        if item.said in ("they", "them"):
            self.subject = list(self.drafts)

    def _one(self, place: int, item: Item) -> None:
        if not self.noun.empty and item.said == "one":
            self._reference()  # "the red one"
        elif item.said == "one" and self.sentence.figure_ahead(place + 1):
            self.noun.count, self.noun.determined = 1, True
        elif len(self.drafts) > 1:
            self.subject, self.chosen = [self.drafts[min(self.turn, len(self.drafts) - 1)]], True
            self.turn += 1
            self.noun = Noun()

    def _other(self, place: int, item: Item) -> None:
        if len(self.drafts) > 1:
            self.turn = max(self.turn, 1)
            self.subject, self.chosen = [self.drafts[min(self.turn, len(self.drafts) - 1)]], True
            self.noun = Noun()
            if self.sentence.figure_ahead(place + 1):
                self.noun.definite = self.noun.determined = True
            self.turn += 1
        elif self.drafts:
            self._another(place, item)

    def _another(self, place: int, _item: Item) -> None:
        if self.sentence.figure_ahead(place + 1):
            self.noun.count, self.noun.determined = 1, True
        elif self.drafts:
            self._add([Draft(shape=self.drafts[-1].shape, said=self.drafts[-1].said)])

    def _reference(self) -> None:
        noun, self.noun = self.noun, Noun()
        colour = noun.colours[0] if noun.colours else None
        size = noun.sizes[0] if noun.sizes else None
        meant = [draft for draft in self.drafts if draft.has(None, colour, size)]
        free = [draft for draft in self.drafts if (draft.colour if colour else draft.size) is None]
        if meant:
            self.subject, self.chosen = meant[:1], True
        elif free and (noun.definite or len(self.drafts) > 1):  # else "a star and a green one"
            self.subject = free[:1]
            self._describe(noun.colours, noun.sizes)
        else:
            last = self.drafts[-1] if self.drafts else Draft()
            self._add([Draft(last.shape, colour, size, said=last.said)])
        if noun.action is not None:
            self._act(noun.action)

    # what it is

    def _count(self, place: int, item: Item) -> None:
        if self.sentence.noun_ahead(place + 1):
            self.noun.count, self.noun.determined = int(item.value), True

    def _colour(self, place: int, item: Item) -> None:
        if self.sentence.noun_ahead(place + 1):
            if self.negated:
                self.noun.not_colours.add(item.value)
                self.negated = False
            else:
                self.noun.colours.append(item.value)
        elif self.negated and self.subject:
            for draft in self.subject:
                draft.not_colours.add(item.value)
            self.negated = False
        elif len(self.drafts) > 1 and (meant := [one for one in self.drafts if one.colour == item.value]):
            self.subject, self.chosen = meant[:1], True  # "green goes left, yellow right"
        elif self.subject or self.drafts:
            self._describe(self.sentence.in_a_row(place, "colour"), [])
        else:
            self._add([Draft(colour=item.value)])

    def _size(self, place: int, item: Item) -> None:
        if self.negated:
            self.negated = False
        elif self.sentence.noun_ahead(place + 1):
            self.noun.sizes.append(item.value)
        elif self.subject:
            self._describe([], [item.value])
        else:
            self._add([Draft(size=item.value)])

    def _describe(self, colours: Sequence[str], sizes: Sequence[str]) -> None:
        """Attributes after the noun: one for each of the subject, or the same for all."""
        for number, draft in enumerate(self.subject or self.drafts[-1:]):
            if colours and (draft.colour is None or len(colours) == 1):
                draft.colour = colours[min(number, len(colours) - 1)]
            if sizes and (draft.size is None or len(sizes) == 1):
                draft.size = sizes[min(number, len(sizes) - 1)]

    def _shape(self, _place: int, item: Item) -> None:
        noun, self.noun = self.noun, Noun()
        if self.negated:
            self.negated = False
            return
        name = item.value or None
        meant = self._mentioned(noun, name, item)
        if name is not None and self.drafts and item.plural and all(draft.shape is None for draft in self.drafts):
            for draft in self.drafts:
                draft.shape, draft.said = name, item.said  # "the red one falls, the blue one rises: two stars"
        elif meant:
            self.subject = meant
        elif name is None and self.drafts and not noun.colours and not (noun.count or item.plural):
            return  # "in a star shape": the noun is said already
        else:
            count = self._how_many(noun, item)
            self._add([self._made(noun, name, item.said, number) for number in range(min(count, MOST_DRAFTS))])
        if noun.action is not None:
            self._act(noun.action)

    def _how_many(self, noun: Noun, item: Item) -> int:
        if noun.count is not None:
            return noun.count
        if noun.every or item.plural:
            return max(2, len(noun.colours))
        if len(noun.colours) > 1 and noun.determined and not noun.several:
            others = ", ".join(map(repr, noun.colours[1:]))
            self.notes.append(f"a figure has one colour: {others} is left out")
            del noun.colours[1:]
        return max(1, len(noun.colours))

    def _mentioned(self, noun: Noun, name: str | None, item: Item) -> list[Draft]:
        """The figures that a noun names again, such as "the star", "both circles"."""
        colour = noun.colours[0] if noun.colours else None
        size = noun.sizes[0] if noun.sizes else None
        fitting = [draft for draft in self.drafts if draft.has(name, colour, size)]
        if noun.every or (noun.definite and item.plural and len(fitting) > 1):
            return fitting
        if self.subject and len(self.subject) == 1 and self.turn and self.subject[0] in fitting and noun.definite:
            return self.subject
        if noun.definite and len(noun.colours) < 2 and not noun.count:
            return [draft for draft in fitting if draft.action is None][:1] if not self._pending() else []
        return []

    def _pending(self) -> bool:
        """Whether nouns are being listed: "the circle and the circle"."""
        return self.joined and bool(self.subject) and self.subject[-1].action is None and len(self.drafts) < 2

    def _made(self, noun: Noun, name: str | None, said: str, number: int) -> Draft:
        colour = noun.colours[min(number, len(noun.colours) - 1)] if noun.colours else None
        size = noun.sizes[min(number, len(noun.sizes) - 1)] if noun.sizes else None
        return Draft(name, colour, size, said=said, not_colours=set(noun.not_colours), still=noun.still)

    def _add(self, made: list[Draft]) -> None:
        listed = self.joined and self.subject and not any(draft.action or draft.still for draft in self.subject)
        self.subject = [*self.subject, *made] if listed else list(made)
        self.joined = False
        self.drafts += made[: MOST_DRAFTS - len(self.drafts)]
        if self.awaiting is not None:
            if self.awaiting.adverbs and any(draft.action is self.awaiting for draft in self.drafts):
                self.awaiting = self.awaiting.bare()  # "move the star left and the circle up"
            for draft in made:
                draft.action = self.awaiting
            self.action = self.awaiting

    # what it does

    def _motion(self, place: int, item: Item) -> None:
        action = Action(item.value, item.said, implied=item.adverb, near=item.near)
        if self.negated:
            self.negated = False
            for draft in self.subject or self.drafts:
                draft.forbidden.add(item.value)
                if item.value == "move" and draft.action is None:
                    draft.still = f"not {item.said}"
            self.noun.action = None
            self.action = self.denied = action  # its adverbs are denied with it
            return
        inside = not self.noun.empty or self.noun.determined or not self.subject
        if item.before and inside and self.sentence.before_noun(place + 1):
            self.noun.action = self.action = action
        elif not self.drafts:
            if self.awaiting is None or self.awaiting.vague:
                self.awaiting = self.action = action
        elif self.awaiting is not None and self.joined and self.sentence.object_ahead(place + 1):
            self.subject, self.awaiting, self.action = [], action, action  # "spin a star and bounce a box"
        else:
            self._drop_noun()
            self._act(action)

    def _act(self, action: Action) -> None:
        """A verb of the subject; the second one of a figure is left out, unless the first was vague."""
        self.action = action
        for draft in self.subject or self.drafts[-1:]:
            if draft.action is None or (draft.action.vague and not self.sequel):
                way = draft.action.implied if draft.action is not None else None
                action.implied = action.implied or way
                draft.action = action
            elif action.vague or draft.action.key == action.key:
                self.action = draft.action
            else:
                self._only_one(action.said)
        if self.opposed is not None:
            self._part(self.opposed)
        self.joined = False

    def _only_one(self, said: str) -> None:
        self.notes.append(f"a figure has one motion in a clip: {said!r} is left out")

    def _adverb(self, place: int, item: Item) -> None:
        if self.negated:
            self.negated = False
            return
        if self.noun.action is None and self.noun.determined and self.sentence.before_noun(place + 1):
            self.noun.action = self.action = Action("move", item.said)  # "an upward circle"
        if self.action is None:
            action = Action("move", item.said)
            if self.subject:
                self._act(action)
            else:
                self.awaiting = self.action = action
        assert self.action is not None
        self._separate()
        subject = self.subject[-1:] if self.noun.empty and self.action is not self.denied else []
        if subject and subject[0].action is None:
            others = [draft.action for draft in self.drafts if draft.action is not None]
            # "one spins clockwise, the other counter-clockwise"
            self._act(others[-1].bare() if others else Action("move", item.said))
        if self.sequel and self.action.adverbs:
            self._only_one(item.said)
        elif not (item.near and self.action.adverbs):
            if self.action.adverbs and item.value in self.action.adverbs:
                return
            self.action.adverbs.append(item.value)

    def _separate(self) -> None:
        """Where one figure was chosen of a pair that does the same, what follows is said of it alone."""
        if len(self.subject) != 1 or self.action is self.denied or not self.chosen:
            return
        own, self.chosen = self.subject[0], False
        if own.action is None:
            return
        if any(draft.action is own.action for draft in self.drafts if draft is not own):
            own.action = own.action.bare()
        self.action = own.action

    def _still(self, place: int, item: Item) -> None:
        negated, self.negated = self.negated, False
        if negated:
            return
        if not self.subject or self.sentence.before_noun(place + 1):
            self.noun.still = item.said  # "a motionless star"
        else:
            for draft in self.subject:
                draft.still = item.said

    def _unsupported(self, _place: int, item: Item) -> None:
        self.notes.append(f"{item.value}: {item.said!r} is left out")

    def _part_ways(self, _place: int, item: Item) -> None:
        self._part(item.kind)

    def _part(self, how: str) -> None:
        """Of a pair the second moves opposite to the first; `how`: apart, together or opposite."""
        pair = self.drafts[:2]
        if len(pair) < 2 or pair[0].action is None:
            self.opposed = how
            return
        self.opposed = None
        one = pair[0].action
        if how == "together" and (one.key != "move" or one.way is not None):
            return  # "spin together"
        if one.key == "move" and one.way is None and how != "opposite":
            one = Action(one.key, one.said, ["left" if how == "apart" else "right"])
            self.action = pair[0].action = one
        pair[1].action = one.opposite()

    def _finish(self) -> None:
        self._drop_noun()
        if self.negated and self.drafts:
            self.notes.append("a figure always moves: what is denied of it is left out")
        if self.opposed is not None and len(self.drafts) > 1:
            self.drafts[0].action = self.drafts[0].action or self.drafts[1].action or Action("move", "")
            self._part(self.opposed)
        if not self.drafts and self.awaiting is not None:
            self._add([Draft()])
        if self.noun.action is not None:
            self._act(self.noun.action)
