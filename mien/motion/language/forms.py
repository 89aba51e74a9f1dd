"""Inflected forms of English verbs, so that "nodding", "nods" and "nodded" are one word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Form = Literal["base", "third", "ing", "past"]
"""base: "nod", also the noun; third: "nods", also the plural of the noun; ing: "nodding"; past: "nodded"."""

_VOWELS = "aeiou"

_IRREGULAR: dict[str, tuple[str, ...]] = {
    "shake": ("shook", "shaken"), "stick": ("stuck",), "blow": ("blew", "blown"), "shut": ("shut",),
    "rise": ("rose", "risen"), "fall": ("fell", "fallen"), "sink": ("sank", "sunk"), "hang": ("hung",),
    "bend": ("bent",), "bring": ("brought",), "put": ("put",), "throw": ("threw", "thrown"), "swing": ("swung",),
    "go": ("went", "gone"), "draw": ("drew", "drawn"), "shoot": ("shot",), "fling": ("flung",), "say": ("said",),
    "thrust": ("thrust",),
    "give": ("gave", "given"), "take": ("took", "taken"), "make": ("made",), "do": ("did", "done"),
    "let": ("let",), "have": ("had",), "get": ("got", "gotten"), "keep": ("kept",), "begin": ("began", "begun"),
    "show": ("showed", "shown"), "knit": ("knit", "knitted"), "see": ("saw", "seen"), "come": ("came",),
    "lean": ("leaned", "leant"), "hold": ("held",), "creep": ("crept",), "fly": ("flew", "flown"),
    "grow": ("grew", "grown"), "break": ("broke", "broken"), "cast": ("cast",), "split": ("split",),
    "spread": ("spread",), "bury": ("buried",), "become": ("became",), "suck": ("sucked",),
    "leave": ("left_",), "run": ("ran",), "sing": ("sang",), "speak": ("spoke", "spoken"), "eat": ("ate", "eaten"),
    "sit": ("sat",), "stand": ("stood",), "sleep": ("slept",), "write": ("wrote",), "drink": ("drank",),
    "weep": ("wept",), "wear": ("wore", "worn"), "forget": ("forgot",), "hide": ("hid", "hidden"),
    "swim": ("swam",), "quit": ("quit",),
    "slide": ("slid",), "send": ("sent",), "shrink": ("shrank", "shrunk"), "spin": ("spun",),
}  # fmt: skip
"""Verb → its past forms, where -ed does not make them."""

_UNDOUBLED = frozenset({"lower", "open", "widen", "flutter", "glower", "simper", "whisper"})
_DOUBLED_BY_SOME = frozenset({"swivel", "travel"})


def forms(verb: str) -> dict[str, Form]:
    """All forms of a verb, each with what it is: third person, -ing form, past; British and American spelling."""
    found: dict[str, Form] = {verb: "base"}
    if verb.endswith("ie"):
        stems = [verb[:-2] + "y"]
    elif verb.endswith("e") and not verb.endswith("ee"):
        stems = [verb[:-1]]
    else:
        stems = [verb + verb[-1]] if _doubles(verb) else [verb]
        if verb in _DOUBLED_BY_SOME:
            stems.append(verb + verb[-1])
    for stem in stems:
        found.setdefault(f"{stem}ing", "ing")
    for past in _IRREGULAR.get(verb, ()) or _regular_past(verb, stems):
        found.setdefault(past, "past")
    found.setdefault(_third(verb), "third")
    return found


def _doubles(verb: str) -> bool:
    """Whether the last consonant is doubled, as in "nodding": a short word's, after one vowel."""
    if verb in _UNDOUBLED or len(verb) < 3 or verb[-1] in _VOWELS + "wxy":
        return False
    return verb[-2] in _VOWELS and verb[-3] not in _VOWELS and sum(letter in _VOWELS for letter in verb) == 1


def _regular_past(verb: str, stems: Iterable[str]) -> tuple[str, ...]:
    if verb.endswith("e"):
        return (f"{verb}d",)
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return (f"{verb[:-1]}ied",)
    return tuple(f"{stem}ed" for stem in stems)


def _third(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return f"{verb[:-1]}ies"
    return f"{verb}s"
