"""A look at what the user brings before DVC hashes it: one name that it cannot hash stops every stage, a pipe for good.

DVC checks a stage's dependencies just before it runs the stage, so this stage, which always runs, comes before the one
that depends on the folder. Without it DVC names no remedy, and waits without end for a pipe. Its outs change with what
DVC does not look into: the content of linked folders, and of the model that a training starts from. Needs no tracking.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.files import fingerprint, read_json, write_json
from stages.initial_model import check_initial_model, initial_model
from stages.pipeline_files import PipelineFileError, PipelineFiles, read_yaml

_WORDS = {"inputs": "linked folders changed", "initial_model": "the model to start from changed"}
"""Out of the stage, by its stem → what it tells when it changes."""


def inputs(root: Path) -> None:
    """Check what the user brings and write the stage's outs. Raises PipelineFileError as `check_inputs` does."""
    check_inputs(root)
    for out in PipelineFiles(root).outputs("inputs"):
        write_json(root / out, _content(root, out))


def changed_inputs(root: Path) -> list[str]:
    """What changed since the stage `inputs` wrote its outs, in words; empty where it would write them again."""
    outs = PipelineFiles(root).outputs("inputs")
    return [_WORDS.get(Path(out).stem, _WORDS["inputs"]) for out in outs if not _is_current(root, out)]


def _is_current(root: Path, out: str) -> bool:
    try:
        return bool(read_json(root / out) == _content(root, out))
    except (OSError, ValueError):
        return False


def _content(root: Path, out: str) -> dict[str, Any]:
    return {"initial_model": initial_model(root)} if Path(out).stem == "initial_model" else _linked(root)


def check_inputs(root: Path) -> None:
    """Raise PipelineFileError, with the first name and the remedy, if a folder of the user has what DVC cannot hash.

    As well if the model to start from is none, or not the user's; see `check_initial_model`.
    """
    check_initial_model(root)
    for one in PipelineFiles(root).inputs():
        path = root / one
        why = _fault(path) if os.path.lexists(path) else None
        if why is not None:
            raise PipelineFileError(f"{one} cannot be hashed: it {why}")
        found = list(unhashable(path)) if path.is_dir() else []
        if found:
            name, why = found[0]
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise PipelineFileError(
                f"{one} cannot be hashed: {os.fsencode(name)!r} in it {why}{more}; remove or rename it"
            )


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


def _linked(root: Path) -> dict[str, Any]:
    """The digest of names, sizes and times of the files in each linked folder, where `corpus.follow_links` is on."""
    path = root / "params.yaml"
    corpus = read_yaml(path).get("corpus") if path.is_file() else None
    if not isinstance(corpus, dict) or corpus.get("follow_links") is not True:
        return {"linked_folders": {}}
    found = [link for one in PipelineFiles(root).inputs() for link in _folder_links(root / one)]
    return {"linked_folders": {os.fspath(link): fingerprint(_listing(link)) for link in found}}


def _folder_links(folder: Path) -> Iterator[Path]:
    for root, folders, _ in os.walk(folder):
        yield from (Path(root) / name for name in sorted(folders) if (Path(root) / name).is_symlink())


def _listing(link: Path) -> list[tuple[str, int, int]]:
    files: list[tuple[str, int, int]] = []
    walked: set[str] = set()
    for root, folders, names in os.walk(link, followlinks=True):
        folders.sort()
        real = os.path.realpath(root)
        if real in walked:  # links may form cycles
            folders.clear()
            continue
        walked.add(real)
        for name in sorted(names):
            try:
                status = (Path(root) / name).stat()
            except OSError:  # the stage `corpus` gives it a row with its reason
                continue
            files.append((os.fsencode(Path(root) / name).hex(), status.st_size, status.st_mtime_ns))
    return files


def main() -> None:
    """Run the stage in the working folder; exit code 2 with one sentence where a folder cannot be hashed."""
    try:
        inputs(Path.cwd())
    except PipelineFileError as error:
        print(f"inputs: {error}", file=sys.stderr)
        sys.exit(2)
    if "MIEN_PARENT_RUN" in os.environ:  # only flows read it, and its import is most of what this stage costs
        from stages.receipts import Receipt

        Receipt(stage="inputs", state="finished", finished=time.time()).write(Path.cwd())


if __name__ == "__main__":
    main()
