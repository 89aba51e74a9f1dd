"""Clauses that leave words out → whole ones: the verb, the part or the side that the clause beside them says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from mien.motion.language.clause import Clause
from mien.motion.language.meaning import CONTAINS
from mien.motion.language.verbs import VERBS


def completed(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses, where those that leave out the verb have that of the clause before."""
    found: list[Clause] = []
    waiting: Clause | None = None  # words before the clause that they belong to: "slowly, …"
    told = _without_feelings(clauses)
    for clause, following in zip_longest(told, told[1:]):
        if waiting is not None:
            clause.add(waiting)
            clause.link = waiting.link
            waiting = None
        if _shares_verb(clause, following) and following is not None:
            clause = following.repeated(clause)
        before = next((one for one in reversed(found) if not one.nothing), found[-1] if found else None)
        _share_part(clause, following)
        if _names_subject(clause, following):
            waiting = clause
            continue
        _take_part(clause, before)
        _tilt_back(clause, found)
        if before is not None and _names_side_of_wink(clause, before):
            if {"left", "right"} & set(before.directions):
                found.append(before.repeated(clause))
            else:
                before.add(clause)
        elif clause.is_own and not (clause.same and clause.verb is None):
            if clause.link == "correction" and before is not None:
                found.pop()
            found.append(clause)
        elif before is None or _belongs_to_next(clause, before, following) or _leads(clause, following):
            if clause.directions and not clause.negated:
                found.append(clause)
            else:
                waiting = clause
        elif clause.again and set(clause.directions) & {"up", "down"}:
            found.append(Clause(clause.link, clause.sub, clause.sentence, nothing=True))  # "… and back up"
        elif _is_repetition(clause, before) and not _leads(clause, following):
            if clause.link == "correction":
                found.pop()
            found.append(before.repeated(clause))
        else:
            before.add(clause)
    return _with_later_verbs(found)


def _without_feelings(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses without those that name no more than the feeling that the next one shows."""
    found: list[Clause] = []
    for clause, following in zip_longest(clauses, clauses[1:]):
        if following is not None and _is_felt(clause, following):
            following.link, following.sub = clause.link, clause.sub
        else:
            found.append(clause)
    return found


def _is_felt(clause: Clause, following: Clause) -> bool:
    """Whether a clause names no more than the feeling that the next one shows: "you are shocked: gasp"."""
    only_felt = bool(clause.shown) and not (clause.verb or clause.parts or clause.unable or clause.negated)
    if not only_felt or following.link not in ("comma", "next", "and") or following.sub or following.negated:
        return False
    kind = getattr(VERBS[following.verb].by_part.get("*"), "kind", "") if following.verb in VERBS else ""
    return clause.shown == kind or clause.shown in CONTAINS.get(kind, ())


def _with_later_verbs(clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses, where directions have the verb that follows them: "to the left, then to the right: look there"."""
    found: list[Clause] = []
    for clause in clauses:
        verb = VERBS.get(clause.verb or "")
        place = len(found)
        if verb is not None and verb.manner in ("look", "turn", "tilt", "lean") and not clause.directions:
            while place and found[place - 1].sentence == clause.sentence and _is_direction_only(found[place - 1]):
                place -= 1
                found[place].verb, found[place].parts = clause.verb, list(clause.parts)
        if place == len(found):
            found.append(clause)
    return found


def _is_direction_only(clause: Clause) -> bool:
    return bool(clause.directions) and clause.verb is None and not (clause.parts or clause.shown or clause.nothing)


def _shares_verb(clause: Clause, following: Clause | None) -> bool:
    """Whether a part has the verb of the next one: "head and eyes turn left"."""
    only_part = bool(clause.parts) and not (clause.is_own or clause.directions) and clause.link in ("start", "stop")
    subject = following is not None and bool(following.parts) and (following.part_first or following.verb is None)
    return only_part and subject and following is not None and following.link == "and"


def _share_part(clause: Clause, following: Clause | None) -> None:
    """Give a verb that moves a part the part behind the next verb: "open and close your mouth"."""
    verb = VERBS.get(clause.verb or "")
    moves = verb is not None and verb.direction is not None and verb.part is None
    if moves and not clause.parts and following is not None and following.link == "and" and following.verb:
        clause.parts = list(following.parts)
        if VERBS[following.verb].direction == "shut":  # "opens and closes her mouth three times"
            clause.count = clause.count or following.count
        _rest(following, clause)


def _rest(clause: Clause, before: Clause) -> None:
    """Let brows that come down after they were raised be at rest: they do not frown."""
    verb = VERBS.get(clause.verb or "")
    brows = clause.parts == ["brows"] and verb is not None and verb.direction == "down"
    raised = VERBS.get(before.verb or "")
    if brows and raised is not None and raised.direction == "up":
        clause.verb, clause.nothing = None, True


def _take_part(clause: Clause, before: Clause | None) -> None:
    """Give a verb that moves a part, but names none, the part of the clause before: "opens her mouth, closes it"."""
    verb = VERBS.get(clause.verb or "")
    if before is None or verb is None or clause.parts or not before.parts:
        return
    if before.parts[0] in verb.by_part and clause.person and clause.link == "and":
        clause.parts = before.parts[:1]  # "sticks her tongue out and wiggles it"
    moves = verb.direction is not None or (verb.manner == "push" and bool(clause.directions))
    if verb.whole and not clause.directions:
        return  # "puffs his cheeks and flies"
    if moves and verb.part is None and "*" not in verb.by_part and not set(clause.directions) & {"forward", "back"}:
        clause.parts = [part for part in before.parts if part != "body"]
        _rest(clause, before)


def _tilt_back(clause: Clause, found: Sequence[Clause]) -> None:
    """Let a head that was tilted be at rest when it "tilts back"."""
    again = clause.verb == "tilt" and clause.directions == ["back"] and not clause.parts
    if again and any(one.verb == "tilt" and one.sentence == clause.sentence for one in found):
        clause.verb, clause.nothing = None, True


def _names_side_of_wink(clause: Clause, before: Clause) -> bool:
    """Whether "with the left eye" tells which eye winks, and is no look to the left."""
    eye = clause.verb is None and set(clause.parts) <= {"eyes"} and set(clause.directions) <= {"left", "right"}
    winks = before.verb == "wink" or (before.verb in ("close", "shut") and before.one and "eyes" in before.parts)
    return eye and bool(clause.directions) and winks


def _belongs_to_next(clause: Clause, before: Clause, following: Clause | None) -> bool:
    said = clause.directions or clause.parts or clause.again or clause.same or clause.one
    named = clause.count is None or (following is not None and following.link == "comma")  # "twice: nod"
    return not said and clause.sentence != before.sentence and named


def _names_subject(clause: Clause, following: Clause | None) -> bool:
    """Whether a clause is the part of the next one: "eyes: down"."""
    if following is None or following.link not in ("comma", "next") or following.parts:
        return False
    one_eye = clause.parts == ["eyes"] and set(clause.directions) <= {"left", "right"} and clause.verb is None
    if one_eye and following.verb == "wink" and not following.directions:
        return True
    only_part = bool(clause.parts) and not (clause.is_own or clause.directions or clause.again or clause.same)
    opens = clause.link in ("start", "stop") and not clause.sub
    return only_part and opens and following.link == "comma"


def _leads(clause: Clause, following: Clause | None) -> bool:
    """Whether a degree belongs to the clause behind it: "…, then slowly, she turns"."""
    only_degree = not (clause.directions or clause.parts or clause.again or clause.same or clause.one or clause.count)
    return only_degree and clause.link == "seq" and following is not None and following.link == "comma"


def _is_repetition(clause: Clause, before: Clause) -> bool:
    """Whether a clause without an action of its own asks for the action before once more, not for more of it."""
    if clause.one and clause.link == "comma" and not (before.negated or clause.again or clause.directions):
        return False  # "a frown, a big one"
    if clause.again or clause.same or clause.one:
        return True
    if clause.link == "correction":
        return True
    if clause.directions:
        open_side = not set(before.directions) - {"side", "away"}
        other_side = clause.link == "comma" and not set(before.directions) - {"other"}  # "the other side, the right"
        return not (other_side or (open_side and clause.link in ("comma", "next", "start", "and")))
    if clause.parts:
        return clause.link not in ("next", "start") and not clause.sub and bool(before.parts)
    degree = clause.speed is not None or clause.strength is not None
    return (clause.link == "seq" and degree) or (clause.count is not None and clause.link in ("seq", "stop"))
