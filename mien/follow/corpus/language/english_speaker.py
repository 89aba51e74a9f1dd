"""How English speaks of a scene."""

from __future__ import annotations

from collections.abc import Sequence

from mien.follow.corpus.language import english as words
from mien.follow.corpus.language.phrases import Phrase, allowed
from mien.follow.corpus.language.told import Told

_ANIMALS = ("robot", "panda", "bear")
_WEARING = (
    "wearing",
    "wearing",
    "in",
    "in",
    "dressed in",
    "with",
    "who wears",
    "who is wearing",
    "clad in",
    "that wears",
)
_HAVING = ("with", "with", "with", "who has", "having", "that has")
_WITHOUT_HAT = (
    "without a hat",
    "no hat",
    "not wearing a hat",
    "without any hat",
    "bareheaded",
    "hatless",
    "wears no hat",
)
_WITHOUT_TOP = ("without a shirt", "no shirt", "shirtless", "wearing no shirt", "without a top", "not wearing a shirt")
_WITHOUT_CLOTHES = ("without clothes", "no clothes", "wearing nothing", "without any clothes", "unclothed")
_WITHOUT_BOTTOM = ("without trousers", "no trousers", "without pants", "no pants", "wearing no trousers")


def article(text: str) -> str:
    """The text with "a" or "an"."""
    return f"an {text}" if text[:1] in "aeiou" and not text.startswith(("uni", "one")) else f"a {text}"


def joined(told: Told, parts: Sequence[str]) -> str:
    """ "a, b and c", or with other signs between."""
    if len(parts) == 1:
        return parts[0]
    last = told.one_of((" and ", " and ", " and ", ", ", " with ", " & ", ", and ", " + "))
    return ", ".join(parts[:-1]) + last + parts[-1]


class English:
    """See `Speaker`."""

    joint = " "

    def start(self, told: Told) -> str:
        """See `Speaker`."""
        return told.one_of(words.STARTS)

    def ending(self, told: Told) -> str:
        """See `Speaker`."""
        return told.one_of(words.ENDINGS)

    def subject(self, told: Told, bare: bool) -> str:
        """See `Speaker`."""
        noun = told.pick(words.HAIRED_SUBJECTS) if told.chance(0.08) else None
        if noun is None:
            noun = told.pick(words.SUBJECTS) if told.chance(0.97) else told.one_of(words.NAMELESS)
        said = [
            told.pick(table) if told.chance(rate) else None
            for table, rate in ((words.BUILDS, 0.13), (words.SKINS, 0.13), (words.HAIRED, 0.1), (words.BALD, 0.5))
        ]
        said.sort(key=lambda _: told.rng.random())
        text = " ".join([*filter(None, said), noun or "figure"])
        if bare or text.startswith("some"):
            return text
        return told.one_of(("the " + text, article(text), article(text), article(text)))

    def clause(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        if name == "action":
            return self._verb(told, 2)
        if name == "place":
            return (told.pick(words.PLACES_AT_TIMES) if told.chance(0.15) else None) or told.pick(words.PLACES)
        if name == "time":
            return told.pick(words.TIMES)
        parts = self._body(told) if name == "have" else self._clothes(told)
        without = self._without(told) if name == "wear" else None
        if not parts:
            return without
        verb = told.one_of(_HAVING if name == "have" else _WEARING)
        text = f"{verb} {joined(told, parts)}"
        return (
            text if without is None else told.one_of((f"{text}, {without}", f"{without}, {text}", f"{text} {without}"))
        )

    def fragment(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        if name == "action":
            return self._verb(told, 2)
        if name == "place":
            both = told.pick(words.PLACES_AT_TIMES) if told.chance(0.1) else None
            return both or told.pick(words.PLACES if told.chance(0.4) else words.PLACE_NOUNS)
        if name == "time":
            return told.pick(words.TIMES if told.chance(0.4) else words.TIME_NOUNS)
        parts = self._body(told) if name == "have" else self._clothes(told)
        without = self._without(told) if name == "wear" else None
        shown = [_bare(part) if told.chance(0.7) else part for part in [*parts, *filter(None, [without])]]
        return told.one_of((", ", ", ", ", ", " and ", " ")).join(shown) if shown else None

    def sentence(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        pronoun = self._pronoun(told)
        if name == "action":
            verb = self._verb(told, 1 if told.chance(0.6) else 2)
            return None if verb is None else f"{pronoun} {verb if _finite(verb) else 'is ' + verb}"
        if name in ("place", "time"):
            where = told.pick(words.PLACES if name == "place" else words.TIMES)
            start = pronoun if name == "place" else "it"
            noun = told.one_of(("the place", "the background", "the scene"))
            if name == "place" and told.chance(0.25):
                return f"{noun} is the {told.pick(words.PLACE_NOUNS)}"
            return None if where is None else f"{start} is {where}"
        if name == "have":
            parts = self._body(told)
            return f"{pronoun} has {joined(told, parts)}" if parts else None
        parts, without = self._clothes(told), self._without(told)
        if not parts:
            return None if without is None else f"{pronoun} is {without}"
        verb = told.one_of(("wears", "is wearing", "is dressed in", "has on", "wears"))
        tail = "" if without is None else f", {without}"
        return f"{pronoun} {verb} {joined(told, parts)}{tail}"

    def other_thing(self, told: Told) -> str:
        """See `Speaker`."""
        thing = told.one_of(words.OTHER_THINGS)
        colour = told.one_of([one.text for one in words.CLOTHES_COLOURS])
        text = told.one_of((thing, f"{colour} {_bare(thing)}", f"{colour} {_bare(thing)}"))
        return told.one_of((f"with {text}", f"and {text}", f"in {text}", text))

    def _pronoun(self, told: Told) -> str:
        kind = told.options["kind"]
        if told.chance(0.25):
            noun = told.pick(words.SUBJECTS)
            return f"the {noun}"
        choices = {"woman": ("she",), "man": ("he",), "child": ("she", "he")}.get(kind, ("it",))
        pronoun = told.one_of(choices)
        claimed = {"she": "woman child", "he": "man child", "it": "robot panda bear"}[pronoun]
        told.claim({"kind": allowed("kind", claimed)})
        return pronoun

    def _verb(self, told: Told, form: int) -> str | None:
        if "action" not in told.options:
            return None
        text = told.pick(words.ACTIONS)
        if text is None:
            return None
        forms = text.split()
        if forms[:2] == ["be", "is"]:
            return forms[2] if form == 2 else f"is {forms[2]}"
        shown = (
            forms[form]
            if form != 2
            else told.one_of((forms[2],) * 8 + (f"is {forms[2]}", forms[1], f"who is {forms[2]}"))
        )
        return " ".join([shown, *forms[3:]])

    def _body(self, told: Told) -> list[str]:
        parts = [told.pick(words.BUILD_NOUNS) if told.chance(0.12) else None]
        parts += [told.pick(words.SKIN_NOUNS) if told.chance(0.2) else None]
        if told.options.get("hair_style") == "bald":
            parts.append(told.pick(words.BALD_NOUNS))
        elif "hair_style" in told.options and told.chance(0.85):
            parts.append(self._hair(told))
        parts = [part for part in parts if part]
        told.rng.shuffle(parts)
        return [part for part in parts if part]

    def _hair(self, told: Told) -> str:
        shape = told.pick(words.HAIR_SHAPES) if told.chance(0.55) else None
        style = None if shape else (told.pick(words.HAIR_STYLES) if told.chance(0.75) else None)
        colour = (
            told.pick_colour(words.HAIR_COLOURS, "hair_colour") if told.chance(0.6) or not (shape or style) else None
        )
        if shape is None:
            return " ".join([*filter(None, (style, colour)), told.one_of(("hair", "hair", "hair", "locks"))])
        if colour is None:
            return told.one_of((shape, f"hair in {shape}"))
        bare = _bare(shape)
        return told.one_of(
            (f"{colour} hair in {shape}", article(f"{colour} {bare}") if bare != shape else f"{colour} {bare}")
        )

    def _clothes(self, told: Told) -> list[str]:
        parts = []
        if "top" in told.options and told.options["top"] != "none" and told.chance(0.85):
            parts.append(self._top(told))
        if told.options.get("bottom") != "none" and told.chance(0.6 if parts else 0.95):
            bottom = told.pick(words.BOTTOMS)
            parts.append(
                self._coloured(told, bottom or "", "bottom_colour", "a" if bottom and bottom[:2] == "a " else "")
            )
        if told.options.get("hat") != "none" and told.chance(0.75 if parts else 1.0):
            parts.append(self._coloured(told, told.pick(words.HATS) or "", "hat_colour", "a"))
        if told.chance(0.4):
            told.rng.shuffle(parts)
        return parts

    def _without(self, told: Told) -> str | None:
        options = told.options
        if options["hat"] == "none" and told.chance(0.1):
            told.claim({"hat": frozenset({"none"})})
            return told.one_of(_WITHOUT_HAT)
        if options["top"] == "none" and told.chance(0.4):
            told.claim({"top": frozenset({"none"})})
            if options["bottom"] == "none" and told.chance(0.4):
                told.claim({"bottom": frozenset({"none"})})
                return told.one_of(_WITHOUT_CLOTHES)
            return told.one_of(_WITHOUT_TOP)
        if options["bottom"] == "none" and options["kind"] in _ANIMALS and told.chance(0.15):
            told.claim({"bottom": frozenset({"none"})})
            return told.one_of(_WITHOUT_BOTTOM)
        return None

    def _top(self, told: Told) -> str:
        if told.chance(0.05):
            return told.pick_colour(words.CLOTHES_COLOURS, "top_colour") or "clothes"
        noun = (told.pick(words.SUITS) if told.chance(0.15) else None) or told.pick(words.TOPS) or ""
        if told.chance(0.03):
            return self._not_but(told, noun, words.TOPS, "top")
        pattern = told.options["top_pattern"]
        said = told.chance(0.06 if pattern == "plain" else 0.75)
        if said and pattern != "plain" and told.chance(0.35):
            colour = told.pick_colour(words.CLOTHES_COLOURS, "pattern_colour")
            if told.chance(0.5):
                own = self._coloured(told, noun, "top_colour", "a")
                return f"{own} with {colour} {told.pick(words.PATTERN_NOUNS)}"
            own = told.pick_colour(words.CLOTHES_COLOURS, "top_colour") or ""
            return article(f"{own} and {colour} {told.pick(words.PATTERNS)} {noun}")
        if said:
            noun = f"{told.pick(words.PATTERNS)} {noun}"
        return self._coloured(told, noun, "top_colour", "a")

    def _coloured(self, told: Told, noun: str, attribute: str, with_article: str) -> str:
        """The noun with its colour and article."""
        noun = _bare(noun)
        if attribute not in told.options or not told.chance(0.82):
            return article(noun) if with_article else noun
        other = told.another_colour(words.CLOTHES_COLOURS, attribute) if told.chance(0.1) else None
        if other is not None and told.chance(0.3):  # a denial alone
            told.claim({attribute: allowed(attribute, "not " + " ".join(next(iter(other.facts.values()))))})
            noun = article(noun) if with_article else noun
            return told.one_of(
                (f"{noun} that is not {other.text}", f"{noun}, not {other.text}", f"{noun} but not {other.text}")
            )
        colour = told.pick_colour(words.CLOTHES_COLOURS, attribute) or ""
        shown = article(f"{colour} {noun}") if with_article else f"{colour} {noun}"
        if other is None:
            return shown if told.chance(0.93) else f"{article(noun) if with_article else noun} in {colour}"
        denied = article(f"{other.text} {noun}") if with_article else f"{other.text} {noun}"
        return told.one_of(
            (
                f"{shown}, not {denied}",
                f"not {denied} but {shown}",
                f"{shown}, not {other.text}",
                f"not {other.text} but {shown}",
            )
        )

    def _not_but(self, told: Told, noun: str, table: Sequence[Phrase], attribute: str) -> str:
        options = told.options[attribute]
        others = [one for one in table if options not in one.facts[attribute]]
        other = others[int(told.rng.random() * len(others))].text
        return told.one_of((f"not {article(other)} but {article(noun)}", f"{article(noun)}, not {article(other)}"))


def _bare(text: str) -> str:
    for start in ("an ", "a "):
        if text.startswith(start):
            return text[len(start) :]
    return text


def _finite(verb: str) -> bool:
    first = verb.split()[0]
    return first in ("is", "who") or (first.endswith("s") and not first.endswith("ss"))
