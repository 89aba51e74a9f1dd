"""The champions of MLflow's registry, read by a process of its own and kept until the registry changes.

The import of mlflow takes three seconds and 300 MB: the server never imports it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from mien.tracking.champions import Champion
from mien.tracking.values import tracking_uri

READ_SECONDS = 60.0
"""After this time the reading is given up."""
KEPT_SECONDS = 60.0
"""A registry that is a server is read again after this time; one that is a file when it has changed."""


@dataclass
class Champions:
    """Reads the champions of the registry of a repository. Safe to call from several threads."""

    root: Path
    _found: dict[str, Champion] | None = None
    _stamp: object = None
    _reading: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> dict[str, Champion] | None:
        """The champions that are known now; None before the first reading has ended, or without a registry.

        A reading that is due starts in the background, so that no page waits for it.
        """
        stamp = self._now()
        with self._lock:
            if stamp is not None and stamp != self._stamp and not self._reading:
                self._reading = True
                threading.Thread(target=self._read, args=(stamp,), name="champions", daemon=True).start()
            return self._found if stamp is not None else None

    def reading(self) -> bool:
        """Whether the first reading goes on: `current` will soon know more."""
        with self._lock:
            return self._reading and self._found is None

    def read(self) -> dict[str, Champion] | None:
        """As `current`, but waits for a reading that is due."""
        stamp = self._now()
        if stamp is not None and stamp != self._stamp:
            self._read(stamp)
        return self._found if stamp is not None else None

    def _now(self) -> object:
        """What changes when the registry does; None where there is none."""
        uri = tracking_uri(self.root)
        if not uri.startswith("sqlite:///"):
            return uri, int(time.time() / KEPT_SECONDS)
        path = Path(uri.removeprefix("sqlite:///"))
        stamps = []
        for name in (path.name, f"{path.name}-wal"):
            try:
                status = path.with_name(name).stat()
            except OSError:
                continue
            stamps.append((name, status.st_mtime_ns, status.st_size))
        return (uri, *stamps) if stamps else None

    def _read(self, stamp: object) -> None:
        found = _in_process(self.root)
        with self._lock:
            self._reading = False
            self._stamp = stamp  # also after a failure: it is tried again when the registry has changed
            if found is not None:
                self._found = found


def _in_process(root: Path) -> dict[str, Champion] | None:
    command = [sys.executable, "-m", "mien.tracking.champions", str(root)]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=READ_SECONDS, check=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return {one["name"]: Champion(**one) for one in json.loads(done.stdout.splitlines()[-1])}
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError, IndexError) as error:
        words = " ".join(str(error).split())[:200]
        print(f"studio: the champions could not be read: {words}", file=sys.stderr, flush=True)
        return None
