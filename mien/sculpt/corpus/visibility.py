"""What of a head can be seen: no colour of frames without glasses, no ears under long hair."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.sculpt.corpus.attributes import Options, attributes
from mien.sculpt.corpus.lexicon.phrases import Facts, accepted

_SHOWN_WITH: dict[str, tuple[str, str]] = {
    "hair_colour": ("hair_style", "not bald"),
    "beard_colour": ("facial_hair", "moustache goatee beard"),
    "beard_length": ("facial_hair", "goatee beard"),
    "frame": ("glasses", "not none"),
    "frame_weight": ("glasses", "not none"),
    "ear_size": ("hair_style", "not long wavy bob curly afro"),
    "forehead_height": ("hair_style", "not fringe"),
}
"""Attribute → the attribute on which it depends whether it can be seen, and the options with which it can."""


def depends_on(attribute: str) -> tuple[str, ...]:
    """The attribute on which it depends whether this one can be seen, if there is one."""
    return _SHOWN_WITH[attribute][:1] if attribute in _SHOWN_WITH else ()


def visible(options: Options) -> dict[str, NDArray[np.bool_]]:
    """Whether each attribute can be seen on N heads: attribute → (N,)."""
    known = attributes()
    shown = {name: np.ones(len(options["sex"]), bool) for name in known}
    for name, (other, with_these) in _SHOWN_WITH.items():
        places = [known[other].index(option) for option in accepted(other, with_these)]
        shown[name] = np.isin(options[other], places)
    return shown


def known_of(options: Mapping[str, str]) -> Facts:
    """What can truly be said of a head with these options: each alone, and none of an attribute that is not seen."""
    known = {name: frozenset((option,)) for name, option in options.items()}
    for name, (other, with_these) in _SHOWN_WITH.items():
        if options[other] not in accepted(other, with_these):
            known[name] = frozenset()
    return known
