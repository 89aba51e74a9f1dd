"""Names of files as other systems write them: macOS decomposes letters, Windows separates folders by backslashes."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path


def composed(text: str) -> str:
    """`text` with composed letters (Unicode's NFC), the form in which names are compared."""
    return unicodedata.normalize("NFC", text)


def plain_path(text: str) -> str:
    """A relative path as it is compared: composed letters, slashes, no `./` at its start."""
    return composed(text.replace("\\", "/")).removeprefix("./")


def find_named(folder: Path, name: str) -> Path:
    """The file or folder `name`, relative to `folder`: exactly of this name, else of the same `plain_path`.

    Without such a file it is the path of exactly this name.
    """
    exact = folder / name
    if _there(exact):
        return exact
    found = Path("/") if name.startswith("/") else folder
    for part in plain_path(name).split("/"):
        if part in ("", ".", ".."):
            found = found / part
            continue
        found = found / part if _there(found / part) else _alike(found, part)
        if not _there(found):
            return exact
    return found


def _alike(folder: Path, part: str) -> Path:
    try:
        names = [path.name for path in folder.iterdir() if composed(path.name) == part]
    except OSError:
        names = []
    return folder / (names[0] if len(names) == 1 else part)


def _there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:  # a null byte
        return False
