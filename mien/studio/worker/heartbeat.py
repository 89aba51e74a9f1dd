"""The thread of a worker that says that it is alive and renews its claim, whatever the worker waits for."""

from __future__ import annotations

import threading
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from mien.studio.database.engine import Database
from mien.studio.queue.claim import renew
from mien.studio.queue.workers import seen

BEAT_SECONDS = 4.0


class Heartbeat:
    """Beats while it is entered. warm: commands whose models the child keeps loaded."""

    def __init__(self, db: Database, worker_id: str) -> None:
        self.db, self.worker_id = db, worker_id
        self.warm: list[str] = []
        self._held: tuple[str, int] | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def hold(self, job_id: str, attempt: int) -> None:
        """Renew this claim from now on."""
        self._held = (job_id, attempt)

    def release(self) -> None:
        """Renew no claim."""
        self._held = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._end.wait(BEAT_SECONDS):
            claimed = self._held
            try:
                seen(self.db, self.worker_id, self.warm)
                if claimed is not None:
                    renew(self.db, claimed[0], self.worker_id, claimed[1])
            except SQLAlchemyError:  # the worker itself says that the database cannot be reached
                continue
