"""Plans → English words, always the same ones, which `mien.motion.language.reading.read` reads back."""

from __future__ import annotations

from mien.motion.corpus.actions import Action
from mien.motion.corpus.language import VERBS
from mien.motion.corpus.plan import Plan, Step

_TIMES = {1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times"}
_DEGREES = {"slight": "slightly", "usual": "", "strong": "strongly"}
_SPEEDS = {"slow": "slowly", "fast": "quickly"}


def describe(plan: Plan) -> str:
    """A plan as it is shown to users: "1. nods twice  2. smiles while looking left"."""
    return "  ".join(f"{number}. {describe_step(step)}" for number, step in enumerate(plan.steps, 1))


def canonical(plan: Plan) -> str:
    """A plan as one sentence: "nods twice, then smiles while looking left"."""
    return ", then ".join(map(describe_step, plan.steps))


def describe_step(step: Step) -> str:
    """A step in words: the first action in the third person, the others as participles."""
    first, *others = step
    words = describe_action(first)
    return words if not others else f"{words} while {' and '.join(describe_action(one, ing=True) for one in others)}"


def describe_action(action: Action, ing: bool = False) -> str:
    """An action in words: "turns the head to the left slightly"; with `ing` "turning …"."""
    if action.kind == "look":
        verb, rest = "looking" if ing else "looks", str(action.side)
    else:
        verb, rest = VERBS[action.kind][0][ing].format(own="the", side=action.side), ""
    degree = _DEGREES[action.strength] if action.strength is not None else ""
    speed = _SPEEDS[action.speed] if action.speed is not None else ""
    times = _TIMES.get(action.count, f"{action.count} times") if action.count is not None else ""
    return " ".join(word for word in (verb, rest, degree, speed, times) if word)
