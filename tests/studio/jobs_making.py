"""Jobs for tests, without a maker."""

from __future__ import annotations

import time
from typing import Any

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job, new_id
from mien.studio.queue.submit import submit
from mien.studio.settings import Limits, Settings


def a_job(db: Database, settings: Settings, owner: str = "", text: str = "a red circle", **options: Any) -> Job:
    """A job of shapes, submitted."""
    given = {"system": "shapes", "request": {"text": [text], "seed": 0}, "amount": 1.0, **options}
    return submit(db, settings, owner=owner, output=".gif", title=text, words=text, **given)


def with_limits(settings: Settings, **limits: Any) -> Settings:
    """The same settings with other limits."""
    return settings.model_copy(update={"limits": Limits(**limits)})


def fill(db: Database, count: int, owner: str = "", **values: Any) -> list[str]:
    """Many jobs at once, done unless `values` say otherwise; returns their ids, oldest first."""
    ids, now = [new_id() for _ in range(count)], time.time()
    usual = {"system": "shapes", "state": "done", "output": ".gif", "amount": 1.0, "attempt": 1, "facts": {}}
    with db.write() as session:
        session.add_all(
            Job(
                **{
                    "id": job_id, "owner": owner, "request": {"text": [str(number)]}, "title": str(number),
                    "words": f"circle {number}", "position": float(number), "created": now - count + number,
                    "started": now - count + number, "ended": now - count + number + 0.5, **usual, **values,
                }
            )
            for number, job_id in enumerate(ids)
        )  # fmt: skip
    return ids
