"""Faults of the machine (a full disk, too little memory, a killed process), told apart from faults of an input.

A clip whose result could not be written is a good clip: such a fault ends the work with one sentence, and nothing about
the clip is recorded.
"""

from __future__ import annotations

import errno
import re
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from mien.storage.leftovers import visible

AGAIN = "then run it again"


class MachineError(OSError):
    """The machine is at fault, not the input. `errno` and `filename` say where; the message is one sentence."""

    def __init__(self, number: int, sentence: str, filename: str | None = None) -> None:
        super().__init__(number, sentence, filename)  # all three, so that a worker process can send the error
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence

    @property
    def lasting(self) -> bool:
        """Whether other work on this machine fails likewise, whatever its input is."""
        return self.errno in _TEXTS


class KilledError(Exception):
    """A process that works on an item was killed from outside (SIGKILL); `args[0]` names it."""


_TEXTS = {
    errno.ENOSPC: "No space left on device",
    errno.EDQUOT: "Disk quota exceeded",
    errno.EFBIG: "File too large",
    errno.EROFS: "Read-only file system",
    errno.EMFILE: "Too many open files",
    errno.ENFILE: "Too many open files in system",
}
"""Faults that no content of a file can cause → their text in the messages of ffmpeg and HDF5."""

_WRITING_TEXTS = {
    errno.EIO: "Input/output error",
    errno.EACCES: "Permission denied",
    errno.ENOMEM: "Cannot allocate memory",
}
"""Faults of the machine where a program writes; ffmpeg says the same of a damaged input."""

READING = frozenset({errno.EMFILE, errno.ENFILE, errno.EIO, errno.ENOMEM, errno.ENOBUFS, errno.ESTALE, errno.ETIMEDOUT})
"""Errors of reading a plain file that are no fault of this one file."""

WRITING = frozenset({*_TEXTS, *_WRITING_TEXTS, *READING, errno.EPERM, errno.EAGAIN})

_FULL_BYTES = 64 * 2**10
"""A disk with less free is full."""

_OUTPUT = re.compile(r"output|\[out|mux|writ|trailer|closing file", re.IGNORECASE)
_RUST = re.compile(r"\(os error ([0-9]+)\)")
_THREADS = "can't start new thread"
_UNSAID = re.compile(
    r"System error\.|[0-9]+ requested and [0-9]+ written|disk I/O error|"
    r"\[enforce fail at inline_container\.cc:[0-9]+\] \. unexpected pos.*",
    re.DOTALL,
)
"""All that libsndfile, numpy, torch and SQLite say of a failed write."""

_NO_TEMPORARY = "No usable temporary directory"
"""What `tempfile` says where it can write no byte into any of its folders."""


def machine_fault(error: BaseException, folder: Path | None = None) -> MachineError | None:
    """The fault of the machine behind an error of writing or computing, or behind its causes; None: there is none.

    folder: where was written, if the error does not say so; None: the working folder.
    """
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(one, MachineError):
            return one
        number = _number(one)
        if number is not None:
            named = getattr(one, "filename", None)
            return _error(number, Path(named) if isinstance(named, str) else folder or Path())
        one = one.__cause__
    return None


def reading_fault(error: OSError, path: Path) -> MachineError | None:
    """The fault of the machine behind an error of reading the plain file `path`; None: the file is at fault."""
    return _error(error.errno, path) if error.errno in READING else None


def fault_in_text(text: str, folder: Path) -> MachineError | None:
    """The fault of the machine in what ffmpeg said while it wrote into `folder`; None: there is none."""
    for line in text.splitlines():
        said = line.replace(_WRITING_TEXTS[errno.EIO], "I/O")
        number = _in_line(line, writing=_OUTPUT.search(said) is not None)
        if number is not None:
            return _error(number, folder)
    # On a full disk what ffmpeg says may be lost too, or name another thing ("no packets").
    return _error(errno.ENOSPC, folder) if _is_full(folder) else None


def size_fault(folder: Path) -> MachineError:
    """A program was ended because its file in `folder` became larger than this process may write (ulimit -f)."""
    return _error(errno.EFBIG, folder)


def killed_fault(what: str) -> MachineError:
    """Something was killed from outside; `what` was: `2 clips' processes were`."""
    return MachineError(
        errno.ENOMEM,
        f"{what} killed (signal 9), as the system does where memory runs out ({_available()} is available now): "
        f"lower execution.workers or close other programs, {AGAIN}",
    )


@contextmanager
def machine_faults(folder: Path) -> Iterator[None]:
    """Raise a MachineError in place of any error that the machine causes; `folder` is where is written."""
    try:
        yield
    except MachineError:
        raise
    except Exception as error:
        fault = machine_fault(error, folder)
        if fault is None:
            raise
        raise fault from error


def _number(error: BaseException) -> int | None:
    if isinstance(error, OSError) and error.errno in WRITING:
        return error.errno
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, RuntimeError) and _THREADS in str(error):
        return errno.EAGAIN
    if isinstance(error, OSError | RuntimeError | sqlite3.OperationalError) and _UNSAID.fullmatch(str(error)):
        return errno.EFBIG if _is_limited() else errno.EIO
    if isinstance(error, FileNotFoundError) and _NO_TEMPORARY in str(error):
        return errno.EFBIG if _is_limited() else errno.ENOSPC
    rust = _RUST.search(str(error))  # of safetensors
    if rust is not None and int(rust[1]) in WRITING:
        return int(rust[1])
    # HDF5 puts the system's error into the text of its own
    return _in_line(str(error), writing=False) if isinstance(error, OSError | RuntimeError) else None


def _is_limited() -> bool:
    """Whether this process may write no large files, which is then the likelier cause of a failed write."""
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY


def _in_line(line: str, writing: bool) -> int | None:
    texts = {**_TEXTS, **_WRITING_TEXTS} if writing else _TEXTS
    return next((number for number, text in texts.items() if text.lower() in line.lower()), None)


def _error(number: int, path: Path) -> MachineError:
    path = visible(path)
    if number == errno.EIO and _fullest(path)[1] < _FULL_BYTES:
        number = errno.ENOSPC
    return MachineError(number, f"{_sentence(number, path)}, {AGAIN}", str(path))


def _sentence(number: int, path: Path) -> str:
    if number == errno.ENOSPC:
        place, free = _fullest(path)
        return f"the disk of {place} is full ({_size(free)} free): make room there"
    if number == errno.EDQUOT:
        place, free = _fullest(path)
        return f"the disk quota for {place} is used up ({_size(free)} free on the disk): delete files or ask for more"
    if number in (errno.ENOMEM, errno.ENOBUFS):
        there = f"MemoryError; {_available()} is available now"
        return f"memory ran out ({there}): lower execution.workers or close other programs"
    sentences = {
        errno.EFBIG: f"a file in {path} cannot grow: raise the limit of a file's size (ulimit -f, or the disk's)",
        errno.EROFS: f"the disk of {path} is read-only: make it writable or name another folder",
        errno.EACCES: f"access to {path} is denied: allow it or name another folder",
        errno.EPERM: f"access to {path} is denied: allow it or name another folder",
        errno.EMFILE: "too many files are open: raise the limit (ulimit -n) or lower execution.workers",
        errno.ENFILE: "too many files are open on this machine: close other programs or lower execution.workers",
        errno.EAGAIN: "no further process or thread can start: raise the limit (ulimit -u) or lower execution.workers",
    }
    return sentences.get(number, f"the disk of {path} fails (input/output error): check it and its connection")


def _fullest(path: Path) -> tuple[Path, int]:
    """The folder at `path`, or the one of temporary files if that has less room; and its free bytes."""
    folders = [_existing(path), _temporary()]
    return min(((folder, shutil.disk_usage(folder).free) for folder in folders), key=lambda pair: pair[1])


def _temporary() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:  # it tries to write there
        return Path("/tmp")


def _is_full(folder: Path) -> bool:
    return shutil.disk_usage(_existing(folder)).free < _FULL_BYTES


def _existing(path: Path) -> Path:
    return next((one for one in (path.absolute(), *path.absolute().parents) if one.is_dir()), Path("/"))


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MB" if count < 2**30 else f"{count / 2**30:,.1f} GB"


def _available() -> str:
    return _size(psutil.virtual_memory().available)
