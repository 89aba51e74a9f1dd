"""A look at the user's folders before DVC hashes them: one name that it cannot hash stops every stage."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from flows.dvc_process import DvcError
from stages.pipeline_files import PipelineFiles


def check_inputs(repository: Path) -> None:
    """Raise DvcError, with the first such name and the remedy, if a folder of the user holds what DVC cannot hash."""
    for one in PipelineFiles(repository).inputs():
        found = list(unhashable(repository / one)) if (repository / one).is_dir() else []
        if found:
            name, why = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise DvcError(f"{one} cannot be hashed: {os.fsencode(name)!r} in it {why}{more}; remove or rename it")


def unhashable(folder: Path) -> Iterator[tuple[str, str]]:
    """(relative path, what is wrong with it) of every file below `folder` that DVC cannot hash."""
    for root, folders, files in os.walk(folder):
        for name in [*sorted(folders), *sorted(files)]:
            path = Path(root) / name
            why = _fault(path)
            if why is not None:
                yield str(path.relative_to(folder)), why


def _fault(path: Path) -> str | None:
    try:
        path.name.encode()
        mode = path.stat().st_mode
    except UnicodeEncodeError:
        return "is no UTF-8 name"
    except FileNotFoundError:
        return "is a link to nothing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return "is no regular file"
    return None if os.access(path, os.R_OK) else "cannot be read (Permission denied)"
