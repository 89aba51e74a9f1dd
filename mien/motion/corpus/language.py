"""Sentences for plans: which actions, in which order, how often, to which side and how strongly.

`and` and `while` join simultaneous actions, `then` and similar words consecutive ones. `after` reverses the order of
the words, not that of the actions.
"""

from __future__ import annotations

import numpy as np

from mien.motion.corpus.actions import KINDS, Action
from mien.motion.corpus.plan import Plan, Step

Wording = tuple[str, str]
"""Third person and -ing form of a verb. `{own}` is replaced by her, his, …, `{side}` by the side."""

VERBS: dict[str, tuple[Wording, ...]] = {
    "nod": (("nods", "nodding"), ("nods {own} head", "nodding {own} head")),
    "shake": (("shakes {own} head", "shaking {own} head"),),
    "turn": (("turns {own} head to the {side}", "turning {own} head to the {side}"),
                   ("turns to the {side}", "turning to the {side}"), ("turns {side}", "turning {side}")),
    "tilt": (("tilts {own} head to the {side}", "tilting {own} head to the {side}"),
                   ("leans {own} head to the {side}", "leaning {own} head to the {side}")),
    "lower": (("lowers {own} head", "lowering {own} head"), ("bows {own} head", "bowing {own} head")),
    "lift": (("lifts {own} head", "lifting {own} head"), ("raises {own} chin", "raising {own} chin")),
    "lean": (("leans {side}", "leaning {side}"), ("moves {side}", "moving {side}")),
    "blink": (("blinks", "blinking"),),
    "wink": (("winks with the {side} eye", "winking with the {side} eye"),
                   ("winks {own} {side} eye", "winking {own} {side} eye")),
    "close_eyes": (("closes {own} eyes", "closing {own} eyes"), ("shuts {own} eyes", "shutting {own} eyes")),
    "smile": (("smiles", "smiling"), ("grins", "grinning")),
    "frown": (("frowns", "frowning"), ("scowls", "scowling")),
    "raise_brows": (("raises {own} eyebrows", "raising {own} eyebrows"),
                          ("lifts {own} brows", "lifting {own} brows")),
    "open_mouth": (("opens {own} mouth", "opening {own} mouth"),),
    "purse": (("purses {own} lips", "pursing {own} lips"), ("puckers {own} lips", "puckering {own} lips")),
    "puff": (("puffs {own} cheeks", "puffing {own} cheeks"),
                   ("puffs up {own} cheeks", "puffing up {own} cheeks")),
    "tongue": (("sticks {own} tongue out", "sticking {own} tongue out"),
                     ("shows {own} tongue", "showing {own} tongue")),
    "wrinkle_nose": (("wrinkles {own} nose", "wrinkling {own} nose"),
                           ("scrunches {own} nose", "scrunching {own} nose")),
    "glance_about": (("glances about", "glancing about"), ("looks around", "looking around")),
    "double_take": (("does a double take", "doing a double take"), ("looks twice", "looking twice"),
                    ("takes a second look", "taking a second look")),
    "gasp": (("gasps", "gasping"), ("gasps in surprise", "gasping in surprise")),
    "sigh": (("sighs", "sighing"), ("heaves a sigh", "heaving a sigh"), ("lets out a sigh", "letting out a sigh")),
    "yawn": (("yawns", "yawning"), ("lets out a yawn", "letting out a yawn")),
}  # fmt: skip
"""Kind → wordings; those of `look` are in `_LOOK_VERBS`, by side."""

_LOOK_VERBS: dict[str, tuple[Wording, ...]] = {
    "left": (("looks to the left", "looking to the left"), ("looks left", "looking left"),
                   ("glances to the left", "glancing to the left")),
    "right": (("looks to the right", "looking to the right"), ("looks right", "looking right"),
                    ("glances to the right", "glancing to the right")),
    "up": (("looks up", "looking up"), ("glances up", "glancing up")),
    "down": (("looks down", "looking down"), ("glances down", "glancing down")),
}  # fmt: skip

COUNTS = {1: ("once", "one time"), 2: ("twice", "two times"), 3: ("three times", "thrice")}

ADVERBS: dict[str, tuple[str, ...]] = {"slight": ("slightly", "a little", "gently"), "strong": ("strongly", "a lot")}
_OWN_ADVERBS = {
    ("smile", "strong"): ("broadly", "widely", "a lot"),
    ("open_mouth", "strong"): ("wide", "widely"),
    ("nod", "strong"): ("deeply", "strongly"),
    ("lower", "strong"): ("deeply", "far"),
    ("lift", "strong"): ("high", "far"),
    ("turn", "strong"): ("far", "strongly"),
    ("tilt", "strong"): ("far", "strongly"),
    ("lean", "strong"): ("far", "a lot"),
    ("shake", "strong"): ("strongly", "vigorously"),
    ("raise_brows", "strong"): ("high", "a lot"),
    ("sigh", "strong"): ("deeply", "a lot"),
    ("yawn", "strong"): ("widely", "a lot"),
}

SPEED_ADVERBS: dict[str, tuple[str, ...]] = {"slow": ("slowly", "unhurriedly"), "fast": ("quickly", "fast", "rapidly")}

_PEOPLE = (
    ("she", "her"), ("he", "his"), ("the woman", "her"), ("the man", "his"), ("a woman", "her"), ("a man", "his"),
    ("the person", "their"), ("a person", "their"), ("someone", "their"), ("the head", "its"),
)  # fmt: skip


def describe(rng: np.random.Generator, plan: Plan) -> str:
    """A sentence for a plan, sampled from all its wordings: lower case, without a full stop."""
    who, own = _PEOPLE[int(rng.integers(len(_PEOPLE)))] if rng.random() < 0.65 else ("", "")
    own = own or str(rng.choice(("her", "his", "their", "the")))
    steps = plan.steps
    if len(steps) == 2 and rng.random() < 0.12:
        first, second = _step(rng, steps[0], own, ing=True), _step(rng, steps[1], own)
        subject = f"{who} " if who else ""
        return f"{subject}{second} after {first}" if rng.random() < 0.5 else f"after {first}, {subject}{second}"
    words = _step(rng, steps[0], own)
    if len(steps) > 1 and rng.random() < 0.12:
        words = f"first {words}"
    for number, step in enumerate(steps[1:], 2):
        last = number == len(steps) and len(steps) > 2
        joints = (", then ", " then ", " and then ", ", and then ", ", after that ")
        joint = str(rng.choice((*joints, ", finally ", " and finally ") if last else joints))
        words += joint + _step(rng, step, own)
    return f"{who} {words}" if who else words


def _step(rng: np.random.Generator, step: Step, own: str, ing: bool = False) -> str:
    if len(step) == 1:
        return _action(rng, step[0], own, ing)
    one, *others = (step[number] for number in rng.permutation(len(step)))
    if ing:
        return " and ".join(_action(rng, action, own, True) for action in (one, *others))
    choice = rng.random()
    if choice < 0.35:
        return f"{_action(rng, one, own)} while {' and '.join(_action(rng, other, own, True) for other in others)}"
    together = " and ".join(_action(rng, action, own) for action in (one, *others))
    return f"{together} at the same time" if choice < 0.5 else together


def _action(rng: np.random.Generator, action: Action, own: str, ing: bool = False) -> str:
    verbs = _LOOK_VERBS[str(action.side)] if action.kind == "look" else VERBS[action.kind]
    words = verbs[int(rng.integers(len(verbs)))][ing].format(own=own, side=action.side)
    extras = []
    if action.strength in ("slight", "strong"):
        adverbs = _OWN_ADVERBS.get((action.kind, action.strength), ADVERBS[action.strength])
        extras.append(str(rng.choice(adverbs)))
    if action.speed is not None:
        extras.append(str(rng.choice(SPEED_ADVERBS[action.speed])))
    if action.count is not None:
        extras.append(str(rng.choice(COUNTS[action.count])))
    rng.shuffle(extras)
    return " ".join([words, *extras])


assert {*VERBS, "look"} == set(KINDS)
