"""A content-addressed store of what was made of single clips: one new clip among many costs one clip."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mien.files import atomic_file, fingerprint


class ClipCache:
    """Files under `root/name`, each named by the fingerprint of everything that decided its bytes.

    `version` is the version of the code that makes them: whoever changes what is made changes it.
    Safe among processes: an entry appears whole, by a rename; two that make the same one make the same bytes.
    Nothing here is ever deleted: the whole folder may be thrown away at any time.
    """

    def __init__(self, root: Path, name: str, version: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            raise ValueError(f"a cache's name is letters, digits, _ and -, not {name!r}")
        self.root = root
        self.name = name
        self.version = version

    def path(self, key_parts: tuple[Any, ...], suffix: str) -> Path:
        """Where the entry of these JSON-able key parts lies, or would lie."""
        digest = fingerprint(self.name, self.version, key_parts)
        return self.root / self.name / digest[:2] / f"{digest[2:]}{suffix}"

    def fetch(self, key_parts: tuple[Any, ...], suffix: str, make: Callable[[Path], None]) -> Path:
        """The entry's path; when there is none yet, `make(temporary path)` writes it first.

        An error of `make` goes through and leaves no entry. A caller must not change the file.
        """
        path = self.path(key_parts, suffix)
        if not path.is_file():
            with atomic_file(path) as temporary:
                make(temporary)
        return path


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source` (a hard link) or, where the file system cannot, a copy of it.

    Raises FileExistsError when `target` is there.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # another file system, or one without hard links
        if target.exists():
            raise FileExistsError(target) from None
        shutil.copyfile(source, target)
