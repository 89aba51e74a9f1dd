"""How Vietnamese speaks of a scene."""

from __future__ import annotations

from collections.abc import Sequence

from mien.follow.corpus.language import vietnamese as words
from mien.follow.corpus.language.phrases import allowed
from mien.follow.corpus.language.told import Told

_ANIMALS = ("robot", "panda", "bear")
_WEARING = ("mặc", "mặc", "mặc", "đang mặc", "trong", "diện", "với", "vận", "bận")
_HAT = ("đội", "đội", "đội", "đang đội", "với", "đội một")
_WITHOUT_HAT = ("không đội mũ", "không đội nón", "không mũ", "không có mũ", "đầu trần", "để đầu trần", "chẳng đội mũ")
_WITHOUT_TOP = ("không mặc áo", "cởi trần", "không áo", "không có áo", "ở trần", "chẳng mặc áo")
_WITHOUT_CLOTHES = ("không mặc gì", "không mặc quần áo", "không quần áo", "không có quần áo")
_WITHOUT_BOTTOM = ("không mặc quần", "không quần", "không có quần")
_NOT_BUT = (
    "không phải {denied} mà {meant}", "không phải {denied} mà là {meant}", "{meant} chứ không phải {denied}",
    "{meant}, không phải {denied}", "{meant} không phải {denied}", "không {denied} mà {meant}",
)  # fmt: skip


class Vietnamese:
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
        noun = (told.pick(words.SUBJECTS) if told.chance(0.97) else None) or told.one_of(words.NAMELESS)
        said = [
            told.pick(table) if told.chance(rate) else None
            for table, rate in ((words.BUILDS, 0.15), (words.SKINS, 0.13), (words.BALD, 0.5))
        ]
        said.sort(key=lambda _: told.rng.random())
        text = " ".join([noun, *filter(None, said)])
        return text if bare else told.one_of((text, text, f"một {text}", f"một {text}", f"1 {text}", f"có một {text}"))

    def clause(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        if name == "action":
            text = told.pick(words.ACTIONS) if "action" in told.options else None
            if text is None:
                return None
            return told.one_of(
                (text, text, f"đang {text}", f"đang {text}", f"{text} vui vẻ", f"đã {text}", f"biết {text}")
            )
        if name == "place":
            return self._place(told)
        if name == "time":
            return told.pick(words.TIMES)
        return self._have(told) if name == "have" else self._wear(told)

    def fragment(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        if name == "place":
            return told.pick(words.PLACE_NOUNS) if told.chance(0.6) else self._place(told)
        if name == "action":
            return told.pick(words.ACTIONS) if "action" in told.options else None
        return self.clause(told, name)

    def sentence(self, told: Told, name: str) -> str | None:
        """See `Speaker`."""
        said = self.clause(told, name)
        if said is None:
            return None
        if name == "time":
            return told.one_of((said, f"trời {said}", f"lúc này là {said}"))
        if name == "place" and told.chance(0.25):
            return f"{told.one_of(('khung cảnh', 'bối cảnh', 'phía sau', 'nền'))} là {told.pick(words.PLACE_NOUNS)}"
        return f"{self._pronoun(told)} {said}"

    def other_thing(self, told: Told) -> str:
        """See `Speaker`."""
        thing = told.one_of(words.OTHER_THINGS)
        colour = told.one_of([one.text for one in words.CLOTHES_COLOURS])
        text = told.one_of((thing, f"{thing} {colour}", f"{thing} màu {colour}"))
        on = "đi" if thing in words.ON_THE_FEET else "đeo"
        return told.one_of((f"với {text}", f"{on} {text}", f"có {text}", f"{on} {text}", text))

    def _place(self, told: Told) -> str | None:
        text = (told.pick(words.PLACES_AT_TIMES) if told.chance(0.15) else None) or told.pick(words.PLACES)
        return None if text is None else f"ở {text}" if told.chance(0.15) and not text.startswith("ở ") else text

    def _pronoun(self, told: Told) -> str:
        kind = told.options["kind"]
        choices = {
            "woman": (
                ("cô ấy", "woman"),
                ("cô gái ấy", "woman"),
                ("chị ấy", "woman"),
                ("bà ấy", "woman"),
                ("cô", "woman"),
            ),
            "man": (("anh ấy", "man"), ("ông ấy", "man"), ("anh ta", "man"), ("chàng trai", "man"), ("anh", "man")),
            "child": (("em bé", "child"), ("bé", "child"), ("đứa trẻ", "child"), ("em ấy", "woman man child")),
        }.get(kind, (("nó", "robot panda bear"), ("nhân vật này", "")))
        text, claimed = choices[int(told.rng.random() * len(choices))]
        if claimed:
            told.claim({"kind": allowed("kind", claimed)})
        return text

    def _have(self, told: Told) -> str | None:
        parts: list[str | None] = [told.pick(words.SKINS) if told.chance(0.2) else None]
        parts.append(told.pick(words.BUILDS) if told.chance(0.12) else None)
        if told.options.get("hair_style") == "bald":
            parts.append(told.pick(words.BALD))
        elif "hair_style" in told.options and told.chance(0.85):
            parts.append(self._hair(told))
        shown = [part for part in parts if part]
        told.rng.shuffle(shown)
        return told.one_of((" ", ", ", " và ")).join(shown) if shown else None

    def _hair(self, told: Told) -> str:
        style = told.pick(words.HAIR_STYLES) if told.chance(0.75) else None
        colour = told.pick_colour(words.HAIR_COLOURS, "hair_colour") if told.chance(0.6) or style is None else None
        if colour is not None and told.chance(0.15):
            colour = _as_colour(colour)
        order = (style, colour) if told.chance(0.6) else (colour, style)
        hair = told.one_of(("tóc", "tóc", "tóc", "mái tóc", "có mái tóc", "với mái tóc", "có tóc", "để tóc", "bộ tóc"))
        return " ".join([hair, *filter(None, order)])

    def _wear(self, told: Told) -> str | None:
        parts = []
        top = told.options["top"]
        if top != "none" and told.chance(0.85):
            parts.append(self._top(told))
        if (
            told.options["bottom"] != "none"
            and told.chance(0.6 if parts else 0.95)
            and not (
                not parts and told.options["bottom"] == "skirt"  # alone, `váy` is a dress
            )
        ):
            parts.append(self._piece(told, told.pick(words.BOTTOMS) or "", "bottom_colour"))
        if told.chance(0.5):
            told.rng.shuffle(parts)
        wear = self._joined(told, parts)
        if parts:
            wear = f"{told.one_of(_WEARING)} {wear}" if told.chance(0.8) else wear
        hat = self._hat(told) if told.chance(0.75) else None
        said = [text for text in (wear, hat, self._without(told)) if text]
        if told.chance(0.25):
            said.reverse()
        return told.one_of((" ", ", ", " và ", ", ", " ")).join(said) if said else None

    def _joined(self, told: Told, parts: Sequence[str]) -> str:
        return told.one_of((" ", ", ", " và ", " với ", " cùng ", " phối với ", " cùng với ", " & ", ", ")).join(parts)

    def _hat(self, told: Told) -> str | None:
        if told.options["hat"] == "none":
            return None
        hat = self._piece(told, told.pick(words.HATS) or "", "hat_colour")
        return f"{told.one_of(_HAT)} {hat}" if told.chance(0.9) else hat

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
        if told.chance(0.03):
            return f"đồ {told.pick_colour(words.CLOTHES_COLOURS, 'top_colour')}"
        dress = told.options["top"] == "dress"
        noun = (told.pick(words.SUITS) if told.chance(0.15) else None) or told.pick(
            words.DRESSES if dress else words.TOPS
        )
        if told.chance(0.03):
            return self._not_but(told, noun or "", dress)
        pattern = told.options["top_pattern"]
        shown = noun or ""
        if told.chance(0.06 if pattern == "plain" else 0.75):
            text = told.pick(words.PATTERNS) or ""
            if pattern != "plain" and told.chance(0.4):
                own = told.pick_colour(words.CLOTHES_COLOURS, "top_colour") or ""
                other = told.pick_colour(words.CLOTHES_COLOURS, "pattern_colour") or ""
                lines = told.pick(words.PATTERN_NOUNS) or ""
                return told.one_of(
                    (f"{shown} {own} {lines} {other}", f"{shown} {own} có {lines} {_as_colour(other)}",
                     f"{shown} {text} {own} {other}", f"{shown} {text} {own} và {other}",
                     f"{shown} {own} {text} {other}")
                )  # fmt: skip
            if told.chance(0.5):
                return self._piece(told, f"{shown} {text}", "top_colour")
            return f"{self._piece(told, shown, 'top_colour')} {text}"
        return self._piece(told, shown, "top_colour")

    def _piece(self, told: Told, noun: str, attribute: str) -> str:
        """The noun with classifier and colour."""
        if told.chance(0.22):
            noun = f"{told.one_of(('chiếc', 'chiếc', 'cái', 'một chiếc', 'bộ', 'một cái', '1 chiếc'))} {noun}"
        if attribute not in told.options or not told.chance(0.85):
            return noun
        other = told.another_colour(words.CLOTHES_COLOURS, attribute) if told.chance(0.14) else None
        if other is not None and told.chance(0.3):  # a denial alone
            told.claim({attribute: allowed(attribute, "not " + " ".join(next(iter(other.facts.values()))))})
            return f"{noun} {told.one_of(('không phải', 'không', 'chẳng phải', 'không có'))} {_as_colour(other.text)}"
        colour = told.pick_colour(words.CLOTHES_COLOURS, attribute) or ""
        colour = _as_colour(colour) if told.chance(0.25) else colour
        if other is None:
            return f"{noun} {colour}"
        denied = _as_colour(other.text) if told.chance(0.6) else other.text
        return f"{noun} {told.one_of(_NOT_BUT).format(denied=denied, meant=colour)}"

    def _not_but(self, told: Told, noun: str, dress: bool) -> str:
        others = words.TOPS if dress else words.DRESSES
        others = tuple(one for one in others if len(one.facts["top"]) == 1)
        denied = others[int(told.rng.random() * len(others))].text
        return told.one_of(_NOT_BUT).format(denied=denied, meant=noun)


def _as_colour(text: str) -> str:
    return text if text.startswith("màu ") else f"màu {text}"
