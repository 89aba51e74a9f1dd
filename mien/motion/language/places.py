"""Where a part of the head goes: part, direction and manner → the actions."""

from __future__ import annotations

from mien.motion.language.verbs import NOTHING, Outcome

HEAD = frozenset({"head", "face", "chin", "nose", "neck", "forehead"})
"""Parts that move with the head as a whole."""

_SIDES = ("left", "right")
_NOTHING = (Outcome(NOTHING),)


def _all(*kinds: str) -> tuple[Outcome, ...]:
    found = []
    for kind in kinds:
        name, _, side = kind.partition(":")
        found.append(Outcome(name, side or None))
    return tuple(found)


_HEAD: dict[str, tuple[Outcome, ...]] = {
    "left": _all("turn:left"), "right": _all("turn:right"), "up": _all("lift"), "down": _all("lower"),
    "forward": _all("lean:forward"), "back": _all("lift"), "sides": _all("shake"), "nodding": _all("nod"),
    "side": _all("turn"), "away": _all("turn"), "center": _NOTHING, "around": _all("turn"), "other": _all("turn:other"),
    "straight": _NOTHING, "pair": _all("turn:left", "turn:right"), "pair_back": _all("turn:right", "turn:left"),
    "sweep": _all("shake"), "sweep_back": _all("shake"),
    "out": _all("lean:forward"), "closer": _all("lean:forward"), "low": _all("lower"), "high": _all("lift"),
}  # fmt: skip

_MANNERS: dict[str, dict[str, tuple[Outcome, ...]]] = {
    "turn": {"back": _NOTHING, "forward": _NOTHING},
    "tilt": {
        "left": _all("tilt:left"), "right": _all("tilt:right"), "side": _all("tilt"), "forward": _all("lower"),
        "sides": _all("tilt:left", "tilt:right"), "other": _all("tilt:other"), "": _all("tilt"),
        "sweep": _all("tilt:left", "tilt:right"), "sweep_back": _all("tilt:right", "tilt:left"),
        "pair": _all("tilt:left", "tilt:right"), "pair_back": _all("tilt:right", "tilt:left"),
    },
    "lean": {
        "left": _all("tilt:left"), "right": _all("tilt:right"), "side": _all("tilt"), "forward": _all("lean:forward"),
        "back": _all("lean:back"), "sides": _all("tilt:left", "tilt:right"), "other": _all("lean:other"),
        "away": _all("lean:back"), "down": _all("lower"), "up": _all("lift"), "": _all("lean"),
    },
    "push": {"back": _all("lean:back"), "away": _all("lean:back"), "": ()},
    "throw": {"": _all("lift"), "side": _all("turn"), "up": _all("lift")},
    "swing": {"": _all("shake")},
    "lower": {"forward": _all("lower"), "back": _all("lift"), "left": _all("tilt:left"), "right": _all("tilt:right")},
}  # fmt: skip
_MANNERS["incline"] = _MANNERS["tilt"] | {"": _all("lower")}

_EYES: dict[str, tuple[Outcome, ...]] = {
    "left": _all("look:left"), "right": _all("look:right"), "up": _all("look:up"), "down": _all("look:down"),
    "low": _all("look:down"), "high": _all("look:up"), "side": _all("look"), "away": _all("look"),
    "sides": _all("glance_about"), "around": _all("glance_about"), "nodding": _all("look:up", "look:down"),
    "sweep": _all("look:left", "look:right"), "sweep_back": _all("look:right", "look:left"),
    "pair": _all("look:left", "look:right"), "pair_back": _all("look:right", "look:left"), "center": _NOTHING,
    "straight": _NOTHING, "forward": _NOTHING, "back": _NOTHING, "other": _all("look:other"),
    "shut": _all("close_eyes"), "open": _NOTHING, "wide": (Outcome("raise_brows", nearest=True),), "": (),
}  # fmt: skip

_PLACES: dict[str, dict[str, tuple[Outcome, ...]]] = {
    "eyes": _EYES,
    "lids": {"shut": _all("close_eyes"), "down": _all("close_eyes"), "low": _all("close_eyes"), "up": _NOTHING,
             "open": _NOTHING},
    "brows": {"up": _all("raise_brows"), "high": _all("raise_brows"), "down": _all("frown"), "low": _all("frown"),
              "together": _all("frown"), "nodding": _all("raise_brows")},
    "mouth": {"open": _all("open_mouth"), "down": _all("open_mouth"), "wide": _all("open_mouth"), "shut": _NOTHING,
              "out": _all("purse")},
    "lips": {"open": _all("open_mouth"), "forward": _all("purse"), "out": _all("purse"), "together": _all("purse"),
             "shut": _NOTHING, "up": _all("smile"), "down": _all("frown"), "apart": _all("open_mouth")},
    "corners": {"up": _all("smile"), "high": _all("smile"), "down": _all("frown"), "low": _all("frown")},
    "cheeks": {"out": _all("puff"), "full": _all("puff"), "up": _all("smile"), "wide": _all("puff")},
    "tongue": {"out": _all("tongue"), "down": _all("tongue"), "shut": _NOTHING},
    "ear": {"left": _all("tilt:left"), "right": _all("tilt:right")},
}  # fmt: skip
_PLACES["jaw"] = {**_PLACES["mouth"], "low": _all("open_mouth")}
_PLACES["lashes"] = _PLACES["lids"]

PARTS = frozenset({*HEAD, *_PLACES, "body", "shoulders", "teeth"})
"""All parts that texts name."""


def place(part: str, direction: str, manner: str | None) -> tuple[Outcome, ...] | None:
    """The actions, one after another, that bring a part there; None if the words say nothing.

    direction: a word for it, "" for none. A kind with sides whose side is None: the text leaves it open; "other": the
    side opposite to the last one.
    """
    if part in HEAD or (part == "body" and manner is not None):
        special = _MANNERS.get("incline" if manner == "lean" and part != "body" else manner or "", {})
        found = special.get(direction, _HEAD.get(direction))
        if part == "nose" and direction == "":
            return None
        return found or None
    return _PLACES.get(part, {}).get(direction) or None
