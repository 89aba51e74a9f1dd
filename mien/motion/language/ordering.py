"""Clauses → plan: which actions are simultaneous, and in which order the steps are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mien.motion.corpus.actions import KINDS, Action, most_times
from mien.motion.corpus.plan import Plan
from mien.motion.language.clause import Clause
from mien.motion.language.completing import completed
from mien.motion.language.meaning import CONTAINS, Notes, actions_of, merged, same_action

LONGEST_PLAN = 12
"""Maximum number of steps of a plan; further ones are left out, with a note."""


def _contained(one: Action, other: Action) -> bool:
    return one.kind in CONTAINS.get(other.kind, ()) or other.kind in CONTAINS.get(one.kind, ())


class _Steps:
    """The steps so far. cursor: the one to which simultaneous actions are added."""

    def __init__(self, notes: Notes) -> None:
        self.steps: list[list[Action]] = []
        self.cursor = -1
        self.notes = notes

    def insert(self, place: int, groups: Sequence[Sequence[Action]]) -> None:
        for number, group in enumerate(groups):
            self.steps.insert(place + number, [])
            self.cursor = place + number
            for action in group:
                self.add_beside(action, said=False)

    def append(self, groups: Sequence[Sequence[Action]]) -> None:
        self.insert(len(self.steps), groups)

    def add_beside(self, action: Action, said: bool) -> None:
        """Add an action to the step at the cursor, or, if they share a part of the head, to a new one behind it."""
        step = self.steps[self.cursor]
        for number, other in enumerate(step):
            if same_action(action, other):
                step[number] = merged(other, action)
                return
        for number, other in enumerate(step):
            if action.kind in CONTAINS.get(other.kind, ()):
                return
            if other.kind in CONTAINS.get(action.kind, ()):
                step[number] = action
                return
        for other in step:
            if other.uses & action.uses:
                if said and other.kind != action.kind:
                    names = f"{_name(other)} and {_name(action)}"
                    self.notes.add(f"{names} need the same part of the head: they are done one after the other")
                self.cursor += 1
                self.steps.insert(self.cursor, [action])
                return
        step.append(action)

    def join_all(self, groups: Sequence[Sequence[Action]], said: bool) -> None:
        if not self.steps:
            self.append(groups)
            return
        for action in groups[0] if groups else ():
            self.add_beside(action, said)
        if len(groups) > 1:
            self.insert(self.cursor + 1, groups[1:])

    def conflicts(self, groups: Sequence[Sequence[Action]]) -> bool:
        """Whether an action needs a part of the head that one of the step at the cursor has."""
        here = self.steps[self.cursor] if self.steps else []
        pairs = [(action, other) for group in groups[:1] for action in group for other in here]
        return any(
            bool(action.uses & other.uses) and not same_action(action, other) and not _contained(action, other)
            for action, other in pairs
        )

    def repeats(self, groups: Sequence[Sequence[Action]], counted: bool) -> bool:
        """Whether the step at the cursor has the first of these actions already; `counted`: of a kind with counts."""
        here = self.steps[self.cursor] if self.steps else []
        return any(
            same_action(action, other) and KINDS[action.kind].counted == counted
            for group in groups[:1] for action in group for other in here
        )  # fmt: skip


def _apart(step: Sequence[Action]) -> list[list[Action]]:
    """The actions of a step in as few consecutive ones as their parts of the head allow."""
    parts: list[list[Action]] = []
    for action in step:
        free = next((part for part in parts if not any(action.uses & other.uses for other in part)), None)
        if free is None:
            parts.append([action])
        else:
            free.append(action)
    return parts


def plan_of(clauses: Sequence[Clause], notes: Notes) -> Plan | None:
    """The plan of clauses; None if they ask for no action."""
    steps = _Steps(notes)
    sentences: dict[int, list[Clause]] = {}
    for clause in completed(clauses):
        sentences.setdefault(clause.sentence, []).append(clause)
    for sentence in sentences.values():
        _Sentence(sentence, steps).read()
    groups = [part for step in _joined_repetitions([step for step in steps.steps if step]) for part in _apart(step)]
    if len(groups) > LONGEST_PLAN:
        notes.add(f"only the first {LONGEST_PLAN} of {len(groups)} steps are done: use --script")
        groups = groups[:LONGEST_PLAN]
    return Plan(tuple(tuple(step) for step in groups)) if groups else None


class _Sentence:
    def __init__(self, clauses: Sequence[Clause], steps: _Steps) -> None:
        self.clauses, self.steps = clauses, steps
        self.start = len(steps.steps)
        self.previous: Clause | None = None
        self.prefix: Clause | None = None
        self.prefix_place = 0
        self.listing = False
        self.together = False

    def read(self) -> None:
        for number, clause in enumerate(self.clauses):
            if clause.negated:
                continue
            if clause.link == "or" and self.previous is not None:
                self.steps.notes.add("of what is joined by 'or' the first is done")
                continue
            groups = [group for group in actions_of(clause, self.steps.notes) if group]
            if groups:
                self._place(number, clause, groups)
                self.previous = clause
            elif clause.is_own and clause.link != "and" and not clause.unable:
                self.steps.append([[]])  # a pause: what is joined to it is not simultaneous with what was before

    def _place(self, number: int, clause: Clause, groups: list[list[Action]]) -> None:
        if self.prefix is not None and not clause.sub and clause.link not in ("and", "or"):
            self._place_main(groups)
        elif clause.sub and self._is_prefix(number, clause):
            self.prefix, self.prefix_place = clause, len(self.steps.steps)
            self.steps.append(groups)
        elif clause.sub:
            self._place_subordinate(clause, groups)
        elif clause.first and self.previous is not None:
            self.steps.insert(self.start, groups)
            self.steps.cursor = len(self.steps.steps) - 1
        elif self._is_simultaneous(clause, groups):
            self.steps.join_all(groups, clause.together)
        else:
            self.listing = self.listing or (clause.link == "comma" and self.previous is not None)
            self.steps.append(groups)
        if self.previous is None and clause.together:
            self.together = True

    def _is_prefix(self, number: int, clause: Clause) -> bool:
        """Whether a subordinate clause stands before its main clause: "after nodding, she smiles"."""
        if self.previous is not None and clause.link in ("next", "comma", "and", "but"):
            return False
        for after in self.clauses[number + 1 :]:
            if after.sub:
                return False
            if after.link in ("comma", "next", "seq"):
                return True
        return False

    def _place_main(self, groups: list[list[Action]]) -> None:
        sub = self.prefix.sub if self.prefix is not None else ""
        self.prefix = None
        if sub in ("as", "sim"):
            self.steps.join_all(groups, True)
        elif sub in ("before", "until"):
            self.steps.insert(self.prefix_place, groups)
            self.steps.cursor = len(self.steps.steps) - 1
        else:
            self.steps.append(groups)

    def _place_subordinate(self, clause: Clause, groups: list[list[Action]]) -> None:
        if clause.sub in ("as", "sim"):
            self.steps.join_all(groups, True)
        elif clause.sub == "after" and self.steps.steps and self.previous is not None and clause.link != "and":
            self.steps.insert(max(self.steps.cursor, 0), groups)
        else:
            self.steps.append(groups)

    def _is_simultaneous(self, clause: Clause, groups: list[list[Action]]) -> bool:
        before = self.previous
        if before is None:
            single = sum(not one.negated for one in self.clauses) == 1
            return clause.together and single and clause.link == "stop"
        if clause.link in ("seq", "stop", "correction"):
            return False
        told = clause.link == "comma" and clause.count is not None and before.count is None and not before.phrase
        if told and len(groups) == 1 and self.steps.repeats(groups, counted=True):
            return True  # "he agrees: two firm nods"
        if clause.link == "next" and self.steps.repeats(groups, counted=False):
            return True  # "puckers up for a kiss"
        if self.steps.conflicts(groups) or self.steps.repeats(groups, counted=True):
            return False
        if clause.together or self.together:
            return True
        if clause.link in ("and", "but"):
            return not self.listing
        if clause.link == "comma":
            return not self.listing and (_is_state(clause) or _is_opening(before) or (_has_part_subject(clause)
                                         and _has_part_subject(before)))  # fmt: skip
        return False


def _is_state(clause: Clause) -> bool:
    """A participle or a state beside another action: "…, smiling", "…, eyes closed"."""
    if clause.person:
        return False
    if clause.form == "ing" and clause.verb is not None:
        return True
    if clause.form == "past":
        return bool(clause.parts)
    is_open_or_shut = clause.verb in ("close", "shut", "open") or (clause.verb is None and "open" in clause.directions)
    return is_open_or_shut and _has_part_subject(clause)


def _is_opening(clause: Clause) -> bool:
    return _is_state(clause) and clause.link in ("start", "stop", "seq", "comma")


def _has_part_subject(clause: Clause) -> bool:
    return bool(clause.parts) and (clause.verb is None or clause.part_first)


def _joined_repetitions(steps: list[list[Action]]) -> list[list[Action]]:
    """Consecutive steps of one counted action each as one: "nods and nods again" is nodding twice."""
    found: list[list[Action]] = []
    for step in steps:
        if found and len(step) == len(found[-1]) == 1:
            one, other = found[-1][0], step[0]
            total = (one.count or 1) + (other.count or 1)
            alike = replace(one, count=None) == replace(other, count=None)
            if alike and KINDS[one.kind].counted and total <= most_times(one.kind, one.speed):
                found[-1] = [replace(one, count=total)]
                continue
        found.append(list(step))
    return found


def _name(action: Action) -> str:
    return action.kind.replace("_", " ")
