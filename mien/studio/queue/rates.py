"""How long jobs take: measured on the last ones of the same system, or a table until there are any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.studio.database.tables import Job

MEASURED_JOBS = 20
"""The jobs whose median is taken."""


@dataclass(frozen=True)
class Rate:
    """seconds: of work for each unit of a job's amount. start: seconds to start and load models. measured: by jobs.

    fixed: seconds of every job, whatever its size, such as to find the face and to write the files.
    """

    seconds: float
    start: float
    measured: bool = False
    fixed: float = 0.0

    def expected(self, amount: float, warm: bool) -> float:
        """Expected seconds of a job; `warm`: its models are loaded."""
        return self.fixed + amount * self.seconds + (0.0 if warm else self.start)


DEFAULTS: dict[str, Rate] = {
    "talk": Rate(1.0, 5.0),
    "move": Rate(1.0, 8.0),
    "sculpt": Rate(4.0, 5.0),
    "follow": Rate(1.5, 5.0),
    "shapes": Rate(0.5, 3.0),
}
"""Per command, for two CPU cores that others use too; by docs/benchmarks.md, with time for the files."""

UNKNOWN = Rate(3.0, 5.0)


def measured(session: Session, systems: Iterable[str]) -> dict[str, Rate]:
    """The rates of these systems by the jobs done last; cold runs, which load models first, are kept apart.

    Where a job has measured its steps, they alone count for the rate: a short one is mostly what every job takes.
    """
    return {system: _measured(session, system) for system in set(systems)}


def _measured(session: Session, system: str) -> Rate:
    usual = DEFAULTS.get(system, UNKNOWN)
    found = session.execute(
        select(Job.amount, Job.started, Job.ended, Job.facts)
        .where(Job.system == system, Job.state == "done", Job.ended.is_not(None), Job.started.is_not(None))
        .order_by(Job.ended.desc())
        .limit(2 * MEASURED_JOBS)
    )
    rates: list[float] = []
    fixed: list[float] = []
    cold: list[tuple[float, float]] = []
    for amount, started, ended, facts in found:
        seconds, steps = ended - started, facts.get("steps_seconds")
        if facts.get("cold", False):
            cold.append((amount, seconds))
        elif amount > 0:
            counted = seconds if steps is None else min(steps, seconds)
            rates.append(counted / amount)
            fixed.append(seconds - counted)
    rate = median(rates[:MEASURED_JOBS]) if rates else usual.seconds
    always = median(fixed[:MEASURED_JOBS]) if fixed else 0.0
    starts = [max(0.0, seconds - always - amount * rate) for amount, seconds in cold[:MEASURED_JOBS]]
    return Rate(rate, median(starts) if starts else usual.start, bool(rates), always)
