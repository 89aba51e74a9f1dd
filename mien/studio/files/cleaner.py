"""The thread of `mien serve` that removes every hour what is not kept any longer."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from typing import Self

from sqlalchemy.exc import SQLAlchemyError

from mien.studio.database.engine import Database
from mien.studio.files.cleaning import EVERY_SECONDS, clean
from mien.studio.settings import Settings

LOG = logging.getLogger(__name__)


class Cleaner:
    """Cleans at the start, and then again and again, while it is entered."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._clean, name="cleaner", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join(5)

    def _clean(self) -> None:
        with closing(Database.open(self.settings.database_url)) as db:
            while True:
                try:
                    clean(db, self.settings)
                except (SQLAlchemyError, OSError):  # the next time may do better
                    LOG.exception("what is not kept any longer could not be removed; it is tried again in an hour")
                if self._end.wait(EVERY_SECONDS):
                    return
