"""Edits: only the attributes of which the words speak change; everything else keeps its latents to the last bit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mien.heads.latents.latents import LARGEST, Latents
from mien.heads.latents.layout import CATEGORIES, VALUE_INDEX, colour_slice
from mien.sculpt.corpus.attributes import SHAPES, attributes, draw_latents, read_options
from mien.sculpt.methods.candidates import implied
from mien.sculpt.networks.prior import HeadPrior, Reading
from mien.training.randomness import numpy_generator

MORE = 0.7
"""By how many standard deviations an ordered attribute moves on that already has the option asked for."""

ACCEPTED = 0.2
"""An option that is at least this likely, relative to the likeliest, is left as it is."""

_COLOURS = {"skin": "skin", "hair_colour": "hair", "eyes": "eyes", "beard_colour": "beard", "cloth": "cloth",
            "frame": "frame", "makeup": "lips"}  # fmt: skip
_VALUES = {"sex": ("masculinity",), "makeup": ("makeup",), "beard_colour": ("own_beard_colour",)}


KEEPABLE: dict[str, tuple[str, ...]] = {
    "hair": ("hair_style", "hair_colour"),
    "beard": ("facial_hair", "beard_length", "beard_colour"),
    "eyes": ("eyes", "eye_size", "eye_spacing", "eye_tilt", "eye_depth"),
    "nose": ("nose_width", "nose_length", "nose_projection", "nose_tip"),
    "mouth": ("lip_fullness", "mouth_width", "makeup"),
    "glasses": ("glasses", "frame", "frame_weight"),
    "clothes": ("clothing", "cloth"),
    "skin": ("skin", "freckles", "blush"),
    "expression": ("expression",),
    "age": ("age",),
    "sex": ("sex",),
    "shape": SHAPES,
}
"""What `--keep` can name → the attributes that then stay."""


@dataclass(frozen=True, eq=False)
class Edit:
    """The result of an edit: latents (1), and what changed.

    changes: attribute → its options before and after. moved: ordered attribute that had the option asked for already →
    by how many standard deviations it moved on. understood: whether the words speak of any attribute.
    """

    latents: Latents
    changes: dict[str, tuple[str, str]]
    moved: dict[str, float]
    understood: bool


def places_of(attribute: str) -> tuple[tuple[int, ...], str | None]:
    """Indices of the latents' values that belong to an attribute, and its category, where it is one."""
    if attribute in CATEGORIES:
        return (), attribute
    values = [VALUE_INDEX[name] for name in _VALUES.get(attribute, ())]
    if attribute in _COLOURS:
        colour = colour_slice(_COLOURS[attribute])
        values += range(colour.start, colour.stop)
    return tuple(values or [VALUE_INDEX[attribute]]), None


def edit(prior: HeadPrior, latents: Latents, text: str, keep: Iterable[str] = (), seed: int = 0) -> Edit:
    """The head (1) changed as the words say. keep: names of `KEEPABLE`, whose attributes stay whatever the words say.

    An attribute that already has the option asked for moves on, if it is ordered ("older"); else it stays.
    """
    reading = prior.read([text])[0]
    held = {name for kept in keep for name in KEEPABLE[kept]}
    known = attributes()
    now = {name: known[name].options[int(place[0])] for name, place in read_options(latents).items()}
    goal, further = {}, []
    for name in reading.asked():
        if name in held:
            continue
        rates = np.exp(reading.options[name] - reading.options[name].max())
        if rates[known[name].index(now[name])] < ACCEPTED:
            goal[name] = reading.likeliest()[name]
        elif len(known[name].options) == 3 and now[name] == reading.likeliest()[name]:
            further.append(name)
    goal |= _taken_for_granted(reading, {**now, **goal}, goal, held)
    changed = _with_options(latents, {**now, **goal}, goal, seed)
    final = _moved_on(changed, {name: now[name] for name in further})
    steps = {name: float((final.values - changed.values)[0, list(places_of(name)[0])].sum()) for name in further}
    moved = {name: step for name, step in steps.items() if step}
    return Edit(final, {name: (now[name], option) for name, option in goal.items()}, moved, bool(reading.asked()))


def _taken_for_granted(
    reading: Reading, options: dict[str, str], goal: dict[str, str], held: set[str]
) -> dict[str, str]:
    """What must be there for the goal to be seen: red hair needs hair."""
    found = {}
    for name, accepted in implied({name: frozenset({option}) for name, option in goal.items()}).items():
        if options[name] not in accepted and name not in held:
            known = attributes()[name].options
            likely = max(accepted, key=lambda option: reading.options[name][known.index(option)])
            found[name] = likely
    return found


def _with_options(latents: Latents, options: dict[str, str], changed: dict[str, str], seed: int) -> Latents:
    """The head with fresh latents for the changed attributes, and its own for all others."""
    if not changed:
        return latents
    known = attributes()
    rng = numpy_generator(seed, f"edit {sorted(changed.items())}")
    drawn = draw_latents(rng, {name: np.array([known[name].index(option)]) for name, option in options.items()})
    values = latents.values.clone()
    categories = dict(latents.categories)
    for name in changed:
        places, category = places_of(name)
        values[:, list(places)] = drawn.values[:, list(places)]
        if category is not None:
            categories[category] = drawn.categories[category]
    return Latents(values, categories)


def _moved_on(latents: Latents, options: dict[str, str]) -> Latents:
    """The head with ordered attributes moved on in the direction of their option."""
    values = latents.values.clone()
    for name, option in options.items():
        places, _ = places_of(name)
        order = attributes()[name].options.index(option) - 1
        values[:, list(places)] = (values[:, list(places)] + MORE * order).clamp(-0.5 * LARGEST, 0.5 * LARGEST)
    return Latents(values, dict(latents.categories))
