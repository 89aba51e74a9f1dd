"""Clauses → actions: which kind, to which side, how often, how strongly, how fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from mien.motion.corpus.actions import KINDS, Action, most_times
from mien.motion.language.clause import Clause
from mien.motion.language.places import HEAD, place
from mien.motion.language.verbs import NOTHING, VERBS, Outcome, Verb

MOST = 6
"""Maximum number of repetitions of a kind without counts, each of which is a step: "smiles twice"."""

_OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up", "forward": "back", "back": "forward"}
_SPECIFIC = ("left", "right", "up", "down", "forward", "back", "pair", "pair_back", "sweep", "sweep_back", "nodding",
             "sides", "open", "shut", "together", "apart", "wide", "full")  # fmt: skip
_FACIAL = frozenset({"mouth", "brows", "nose", "cheeks"})

CONTAINS: dict[str, frozenset[str]] = {
    "yawn": frozenset({"open_mouth", "close_eyes", "lift"}),
    "gasp": frozenset({"open_mouth", "raise_brows"}),
    "sigh": frozenset({"open_mouth", "lower"}),
}
"""Kind → kinds that are part of it, and are not done once more beside it."""

_WITH_A_LOOK = frozenset({"smile", "frown"})
"""Kinds whose verbs can say where to: "glares at the floor"."""


@dataclass
class Notes:
    """Notes for the user, each once, and the side of the last action."""

    texts: list[str] = field(default_factory=list)
    last_side: str = ""

    def add(self, text: str) -> None:
        """Add a note unless it is there."""
        if text not in self.texts:
            self.texts.append(text)


def actions_of(clause: Clause, notes: Notes) -> list[list[Action]]:
    """The actions of a clause: consecutive groups of simultaneous ones; empty if it asks for none."""
    if clause.unable:
        notes.add(f"{clause.unable!r} is no movement that this head can make: it is left out")
        return []
    found = [] if clause.nothing else list(_outcomes(clause) or ())
    shown = _shown(clause, found, notes)
    if not found:
        if clause.parts and not clause.shown and not clause.nothing:
            notes.add(f"what the {clause.parts[0]} does is not understood: it is left out")
        return [[action] for action in shown]
    steps: list[list[Action]] = []
    for outcome in found:
        if outcome.kind == NOTHING:
            continue
        actions = _actions(clause, outcome, notes)
        if steps and found[0].kind in _WITH_A_LOOK:
            steps[0] += actions
        else:
            steps += [[action] for action in actions]
    if shown:
        steps = steps or [[]]
        steps[0] += shown
    return steps


def asks_nothing(clause: Clause) -> bool:
    """Whether a clause of which no action comes is understood: it is denied, a pause, or a part at rest."""
    return clause.negated or clause.nothing or bool(_outcomes(clause))


def _shown(clause: Clause, found: Sequence[Outcome], notes: Notes) -> list[Action]:
    """The expression that comes nearest to a feeling; none beside another expression, whose manner it then is."""
    if not clause.shown or clause.shown == NOTHING:
        return []
    if any(KINDS[outcome.kind].uses & _FACIAL for outcome in found if outcome.kind in KINDS):
        return []
    notes.add(f"{clause.shown_word!r} is shown as {clause.shown.replace('_', ' ')}")
    strength = clause.strength if KINDS[clause.shown].graded and not found else None
    return [Action(clause.shown, strength=strength)]


def _direction(clause: Clause) -> str:
    for direction in clause.directions:
        if direction in _SPECIFIC:
            return direction
    return clause.directions[0] if clause.directions else ""


def _outcomes(clause: Clause) -> Sequence[Outcome] | None:
    """What the words of a clause do, one after another; None if they say nothing."""
    direction = _direction(clause)
    verb = VERBS.get(clause.verb or "")
    if clause.is_tongue_in:
        return (Outcome(NOTHING),)
    if verb is None:
        return _placed(clause, direction)
    part = next((one for one in clause.parts if one in verb.by_part), None)
    one_eye = {"eyes", "lids"} & set(clause.parts) and direction in ("left", "right")
    if clause.verb in ("close", "shut", "squeeze") and one_eye:
        return (Outcome("wink", direction),)
    if clause.verb in ("close", "shut") and clause.one and "eyes" in clause.parts:
        return (Outcome("wink"),)
    if part is None and "*" in verb.by_part:
        part = "*"
    if part is not None:
        outcome = verb.by_part[part]
        if part == "*" and outcome.kind in _WITH_A_LOOK and direction in _OPPOSITE:
            return (outcome, *(place("eyes", direction, None) or ()))
        return (outcome,)
    ways = [one for one, _ in groupby(clause.directions) if one in ("left", "right")]
    if len(ways) > 1 and len(ways) == len([*groupby(clause.directions)]):  # "looks left, right, left" without commas
        return [outcome for way in ways for outcome in _moved(clause, verb, way) or ()]
    moved = _moved(clause, verb, direction)
    if verb.whole and not clause.parts:
        return moved and [replace(outcome, nearest=True) for outcome in moved]
    return moved


def _placed(clause: Clause, direction: str) -> Sequence[Outcome] | None:
    """Of a clause without a verb: "chin up", "mouth open", "eyes wide"."""
    part = clause.parts[0] if clause.parts else "head"
    direction = direction or clause.level
    if not direction and clause.strength == "strong" and part in ("eyes", "mouth"):
        direction = "wide"
    if not direction:
        return None
    return place(part, direction, None if clause.parts else "turn")


def _moved(clause: Clause, verb: Verb, direction: str) -> Sequence[Outcome] | None:
    """Of a verb that moves a part."""
    onto_shoulder = clause.onto_shoulder and verb.manner not in ("turn", "look") and clause.parts[:1] != ["chin"]
    manner = "tilt" if onto_shoulder else verb.manner
    if manner == "look":
        return place("eyes", direction or verb.direction or clause.level, None)
    part = next((one for one in clause.parts if one not in ("shoulders", "teeth")), None) or verb.part
    if part is None and ("shoulders" in clause.parts or (manner is None and verb.direction is None)):
        return None
    if manner == "lean" and part == "head" and clause.part_first:
        part = "body"  # "the head leans forward" is the whole head
    if clause.inward and not direction and manner in ("push", "lean"):
        direction = "forward"
    if verb.direction is not None:
        if verb.direction == "down" and part in HEAD and direction in ("left", "right", "back", "forward"):
            manner = "lower"
        elif (direction != "wide" or verb.direction == "shut") and not (
            verb.light and direction in ("up", "down", "open", "shut", "out", "back", "forward")
        ):
            direction = verb.direction
    if part is None:
        part = (
            "body" if manner == "push" and direction in ("forward", "back", "away") else "head" if direction else None
        )
    if part is None:
        return None
    if part == "eyes" and clause.strength == "strong" and direction == "open":
        direction = "wide"
    return place(part, direction or clause.level, manner)


def _actions(clause: Clause, outcome: Outcome, notes: Notes) -> list[Action]:
    """The actions of an outcome; several, one after another, where a kind without counts is to be repeated."""
    kind = KINDS[outcome.kind]
    if outcome.nearest:
        said = clause.word or " ".join([*clause.parts, *clause.directions])
        notes.add(f"{said!r} is shown as {outcome.kind.replace('_', ' ')}, the nearest that this head does")
    if (
        kind.name == "raise_brows"
        and "brows" in clause.parts
        and (clause.one or {"left", "right"} & {*clause.directions})
    ):
        notes.add("this head cannot raise one eyebrow alone: both are raised")
    side = _side(clause, outcome, notes) if kind.sides else None
    notes.last_side = side or notes.last_side
    count = clause.count if clause.count is not None else outcome.count
    if count is None and kind.counted and (clause.one or (clause.phrase and clause.form == "base")):
        count = 1
    strength = (clause.strength or outcome.strength) if kind.graded else None
    if strength is None and kind.graded and clause.level:
        strength = "strong"
    speed = clause.speed
    if speed is None and clause.verb in VERBS and clause.count is None:
        speed = VERBS[clause.verb].speed
    most = most_times(kind.name, speed) if kind.counted else MOST
    if count is not None and count > most:
        notes.add(f"{kind.name.replace('_', ' ')}: at most {most} times in a row, not {count}")
        count = most
    if kind.counted:
        return [Action(kind.name, side, count or None, strength, speed)]
    return [Action(kind.name, side, None, strength, speed)] * max(1, count or 1)


def _side(clause: Clause, outcome: Outcome, notes: Notes) -> str:
    sides = KINDS[outcome.kind].sides
    if outcome.side in sides:
        return str(outcome.side)
    if outcome.side == "other" or "other" in clause.directions:
        opposite = _OPPOSITE.get(notes.last_side, "")
        if opposite in sides:
            return opposite
    for direction in clause.directions:
        if direction in sides:
            return direction
    notes.add(f"no side is said for {outcome.kind.replace('_', ' ')}: {sides[0]} is taken")
    return sides[0]


def same_action(one: Action, other: Action) -> bool:
    """Whether two actions differ at most in strength, speed and count."""
    return (one.kind, one.side) == (other.kind, other.side)


def merged(one: Action, other: Action) -> Action:
    """One action with what both state."""
    return replace(
        one, count=one.count or other.count, strength=one.strength or other.strength, speed=one.speed or other.speed
    )
