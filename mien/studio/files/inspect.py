"""The process that decodes uploads, with bounds on its memory, time and files: `python -m mien.studio.files.inspect`.

It takes one JSON object a line on stdin and answers each with one on stdout: what the file holds, or why it is refused.
A file that breaks a reader breaks this process only, and `mien.studio.files.inspector` starts another one.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import resource
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

import psutil

from mien.studio.files.errors import FileError

MOST_WRITTEN = 1_000_000_000
"""Largest file that it may write, in bytes: a decoded HEIC photo of 80 megapixels on its way."""

TAG_CHARACTERS = 200_000
"""Most characters of a file's tag that are passed on."""


def main(folder: Path) -> int:
    """Answer requests until stdin ends; `folder`, for what readers write meanwhile, is removed then."""
    answers = _own_stdout()
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MOST_WRITTEN)
    for needed in ("mien.studio.files.contents", "mien.faces.pictures.portrait", "mien.media.video"):
        importlib.import_module(needed)  # before the first bound, which is for the files only
    for line in sys.stdin:
        asked = json.loads(line)
        _bound(float(asked["seconds"]), int(asked["bytes"]))
        try:
            answer = _answer(asked)
        except FileError as error:
            answer = {"refused": error.message, "status": error.status}
        except MemoryError:
            answer = {"refused": f"{asked['name']} needs too much memory to be read: make it smaller", "status": 422}
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    shutil.rmtree(folder, ignore_errors=True)  # the server may have been killed, or removes it at the same time
    return 0


def _own_stdout() -> TextIO:
    """Answers go to the stdout of this process; whatever a library prints goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _bound(seconds: float, count: int) -> None:
    """Let the kernel end this process after `seconds`, of a clock or of computing; `count` more bytes may be taken."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _limit(resource.RLIMIT_AS, psutil.Process().memory_info().vms + count)


def _limit(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    path, name = Path(asked["path"]), str(asked["name"])
    if asked["op"] == "tags":
        return {"tags": _tags(path, name)}
    from mien.studio.files.contents import Bounds, found_in

    bounds = Bounds(int(asked["pixels"]), int(asked["video_pixels"]), float(asked["longest"]))
    found = found_in(path, str(asked["group"]), name, bounds, Path(asked["preview"]))
    if not _finite(found.facts):
        raise FileError(422, f"{name} holds values that are no numbers (NaN or infinite): save it anew without them")
    return {"kind": found.kind, "facts": found.facts, "media_type": found.media_type}


def _finite(value: Any) -> bool:
    """Whether all numbers in a value can be written as JSON."""
    if isinstance(value, float):
        return math.isfinite(value)
    return all(map(_finite, value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()))


def _tags(path: Path, name: str) -> dict[str, str]:
    from mien.clips import ClipError
    from mien.media.file_tags import TagsError, file_tags

    try:
        tags = file_tags(path)
    except (TagsError, ClipError) as error:
        said = " ".join(str(error).split())[:200].replace(path.name, name)
        raise FileError(422, f"{name} cannot be opened: {said}") from error
    return {key[:100]: value for key, value in tags.items() if len(value) <= TAG_CHARACTERS}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
