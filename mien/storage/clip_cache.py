"""A content-addressed cache of results per clip: after a clip is added, only that clip is computed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mien.files import atomic_file, fingerprint
from mien.machine import machine_faults


class ClipCache:
    """Files under `root/name`, each named by the fingerprint of everything that determines its content.

    `version` is the version of the code that writes them; a change of their content needs a new version.
    Safe with several processes: entries are renamed into place atomically, and equal keys give equal bytes.
    Entries are never deleted; the folder can be removed at any time.
    """

    def __init__(self, root: Path, name: str, version: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ValueError(f"a cache's name is letters, digits, _ and -, not {name!r}")
        self.root = root
        self.name = name
        self.version = version

    def path(self, key_parts: tuple[Any, ...], suffix: str) -> Path:
        """Path of the entry for a key of JSON-serialisable parts, whether or not it exists."""
        digest = fingerprint(self.name, self.version, key_parts)
        return self.root / self.name / digest[:2] / f"{digest[2:]}{suffix}"

    def fetch(self, key_parts: tuple[Any, ...], suffix: str, make: Callable[[Path], None]) -> Path:
        """Path of the entry; `make(temporary path)` writes it first if it does not exist.

        An exception of `make` is passed on and leaves no entry; what the machine is to blame for, as a MachineError.
        The caller must not change the file.
        """
        path = self.path(key_parts, suffix)
        if not path.is_file():
            with atomic_file(path) as temporary:
                make(temporary)
        return path


def link_or_copy(source: Path, target: Path) -> None:
    """Create `target` as a hard link to `source`, or as a copy where hard links are not possible.

    Raises FileExistsError if `target` exists.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # another file system, or one without hard links
        if target.exists():
            raise FileExistsError(target) from None
        with machine_faults(target.parent):
            shutil.copyfile(source, target)
