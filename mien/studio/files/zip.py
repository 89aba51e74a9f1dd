"""Many results as one zip file, written while it is sent: nothing is kept on disk or whole in memory."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from mien.studio.database.tables import Job
from mien.studio.files.names import save_name
from mien.studio.files.place import result_file

BLOCK = 250_000
"""Bytes that are read at once, and kept while a client is slow."""

SHOWN_ONLY = ("thumb", "clip", "play")
"""Roles of files that exist for the page only."""


@dataclass(frozen=True)
class Entry:
    """A file in a zip: its name there, where it is, and its time in seconds since the epoch."""

    name: str
    path: Path
    time: float


def entries(folder: Path, jobs: Sequence[Job]) -> list[Entry]:
    """The files of finished jobs, those of one job in a folder named by its system, title and id."""
    found = []
    for job in jobs:
        for role in job.result:
            path = None if role in SHOWN_ONLY else result_file(folder, job.id, job.result, role)
            if path is not None:
                found.append(Entry(f"{_stem(job)}/{path.name}", path, job.ended or job.created))
    return found


def left_out(jobs: Sequence[Job], files: Sequence[Entry]) -> list[str]:
    """The jobs of which none of `files` is, by their names in a zip and their states: `talk hello 1a2b3c4d: failed`."""
    held = {entry.name.partition("/")[0] for entry in files}
    return [f"{_stem(job)}: {job.state}" for job in jobs if _stem(job) not in held]


def _stem(job: Job) -> str:
    return save_name(f"{job.system} {job.title}", "", job.id[:8])


def stream_zip(files: Sequence[Entry], without: Sequence[str] = ()) -> Iterator[bytes]:
    """The bytes of a zip of `files`. A file that is removed meanwhile is left out, and named in `missing.txt`.

    without: more lines of `missing.txt`.

    Nothing is compressed: pictures, videos and sounds are already.
    """
    sink = _Sink()
    missing = [*without]
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for entry in files:
            try:
                source = entry.path.open("rb")
            except FileNotFoundError:
                missing.append(entry.name)
                continue
            with source, archive.open(_info(entry), "w", force_zip64=True) as target:
                while block := source.read(BLOCK):
                    target.write(block)
                    yield sink.taken()
        if missing:
            archive.writestr("missing.txt", "\n".join(missing) + "\n")
        yield sink.taken()
    yield sink.taken()


def _info(entry: Entry) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(entry.name, time.gmtime(max(entry.time, 315_619_200.0))[:6])  # a zip knows no time before
    info.compress_type = zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    return info


class _Sink(RawIOBase):
    """Takes what is written until it is taken away; cannot seek, so that sizes follow the files."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last call."""
        found = bytes(self._written)
        self._written.clear()
        return found
