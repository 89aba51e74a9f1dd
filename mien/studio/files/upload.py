"""Taking an upload: streamed to disk within the limits, recognised, inspected, and only then kept."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session

from mien.studio.database.engine import Database
from mien.studio.database.tables import File, new_id
from mien.studio.files.errors import FileError, is_full, megabytes, no_room
from mien.studio.files.inspector import PROCESSES, Inspected, Inspector
from mien.studio.files.names import shown_name
from mien.studio.files.place import INCOMING, UPLOADS, incoming_path, upload_path, upload_preview
from mien.studio.files.sniff import HEAD_BYTES, Sniffed, sniff
from mien.studio.queue.submit import bytes_of, limits_of
from mien.studio.settings import Settings

T = TypeVar("T")

BLOCK = 1_000_000
"""Bytes that are written at once."""

AT_ONCE = 32
"""Uploads that are received at once; more are asked to come again."""

AT_ONCE_EACH = 8
"""Of them, those of one person where there are accounts: whoever sends slowly keeps nobody else from sending."""

_PREVIEW = ".preview"

KIND_WORDS = {
    "picture": "a picture", "video": "a video", "sound": "a sound", "person": "a person of mien sculpt",
    "scene": "a look of mien follow", "motion": "a motion", "poses": "poses", "text": "a text with times",
}  # fmt: skip


@dataclass
class _Arriving:
    """An upload on its way: the content so far."""

    path: Path
    count: int = 0
    head: bytes = b""
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


class Uploads:
    """Takes uploads into a studio's folder and database. One for each server process."""

    def __init__(self, db: Database, settings: Settings, inspector: Inspector) -> None:
        self.db, self.settings, self.inspector = db, settings, inspector
        self._inspecting = CapacityLimiter(PROCESSES)
        self._writing = CapacityLimiter(AT_ONCE)
        self._arriving: Counter[str] = Counter()

    async def receive(
        self, pieces: AsyncIterator[bytes], raw_name: str, owner: str = "", kinds: Sequence[str] = (),
        declared: int | None = None,
    ) -> File:  # fmt: skip
        """The kept file of an upload.

        raw_name: as the browser says. kinds: those that the field takes for which it is; none: all. declared: bytes
        that are announced. Raises FileError in one sentence; nothing is left behind then, nor when the connection is
        cut.
        """
        name, file_id = shown_name(raw_name), new_id()
        with self._place(owner, file_id):
            await self._in_thread(lambda: self._check_room(name, owner, declared or 0))
            arrived, sniffed = await self._arrived(pieces, name, incoming_path(self.settings.folder, file_id))
            return await self._kept(file_id, arrived, sniffed, name, owner, kinds)

    async def opened(
        self, pieces: AsyncIterator[bytes], raw_name: str, owner: str = "", declared: int | None = None
    ) -> tuple[dict[str, str], str]:
        """The tags in a file's metadata and its name as shown; the file is not kept. Raises FileError."""
        name, file_id = shown_name(raw_name), new_id()
        with self._place(owner, file_id):
            await self._in_thread(lambda: self._check_room(name, "", declared or 0))
            path = incoming_path(self.settings.folder, file_id)
            await self._written(pieces, name, _Arriving(path), lambda _: None)
            suffix = Path(name).suffix.lower()
            named = path.with_suffix(suffix if suffix in _TAGGED else ".part")  # some formats are told by it
            path.rename(named)
            return await run_sync(lambda: self.inspector.tags(named, name), limiter=self._inspecting), name

    def receiving(self, owner: str) -> int:
        """How many uploads of a person are on their way."""
        return self._arriving[owner]

    @contextmanager
    def _place(self, owner: str, file_id: str) -> Iterator[None]:
        """One of the places for uploads; whatever is left of the file is removed. Raises FileError (503) for none."""
        if self._arriving.total() >= AT_ONCE or (owner and self._arriving[owner] >= AT_ONCE_EACH):
            raise FileError(503, "too many files are being uploaded: try again in a few seconds", 5.0)
        self._arriving[owner] += 1
        try:
            yield
        finally:
            self._arriving[owner] -= 1
            if not self._arriving[owner]:
                del self._arriving[owner]
            _remove_incoming(self.settings.folder, file_id)

    async def _arrived(self, pieces: AsyncIterator[bytes], name: str, path: Path) -> tuple[_Arriving, Sniffed]:
        arriving, found = _Arriving(path), list[Sniffed]()

        def recognise(head: bytes) -> None:
            found.append(sniff(head, name))

        await self._written(pieces, name, arriving, recognise)
        return arriving, found[0]

    async def _written(
        self, pieces: AsyncIterator[bytes], name: str, arriving: _Arriving, recognise: Callable[[bytes], None]
    ) -> None:
        """Write the pieces to disk; `recognise` is called once, as soon as the first bytes are there."""
        limits, known = self.settings.limits, False
        waiting = bytearray()
        stream = await self._in_thread(lambda: _opened(arriving.path))
        try:
            async for piece in pieces:
                arriving.count += len(piece)
                if arriving.count > limits.upload_bytes:
                    raise _too_large(name, limits.upload_bytes)
                if len(arriving.head) < HEAD_BYTES:
                    arriving.head = (arriving.head + piece)[:HEAD_BYTES]
                elif not known:
                    recognise(arriving.head)
                    known = True
                waiting += piece
                if len(waiting) >= BLOCK:
                    block = bytes(waiting)
                    waiting.clear()
                    await self._in_thread(lambda block=block: self._append(stream, arriving, block))  # type: ignore[misc]
            if not known:
                recognise(arriving.head)
            await self._in_thread(lambda: self._append(stream, arriving, bytes(waiting)))
        finally:
            stream.close()

    async def _kept(
        self, file_id: str, arrived: _Arriving, sniffed: Sniffed, name: str, owner: str, kinds: Sequence[str]
    ) -> File:
        folder = self.settings.folder
        path = incoming_path(folder, file_id, sniffed.suffix)
        preview = incoming_path(folder, file_id, _PREVIEW)
        arrived.path.rename(path)
        found = await run_sync(
            lambda: self.inspector.inspect(path, sniffed.group, name, preview), limiter=self._inspecting
        )
        if kinds and found.kind not in kinds:
            wanted = " or ".join(KIND_WORDS.get(kind, kind) for kind in kinds)
            raise FileError(
                422, f"{name} is {KIND_WORDS[found.kind]}, but {wanted} is needed here: choose another file"
            )
        file = self._row(file_id, arrived, sniffed, found, name, owner)
        await self._in_thread(lambda: self._keep(file, path, preview))
        return file

    def _row(self, file_id: str, arrived: _Arriving, sniffed: Sniffed, found: Inspected, name: str, owner: str) -> File:
        return File(
            id=file_id, owner=owner, name=name, kind=found.kind, suffix=sniffed.suffix,
            media_type=found.media_type or sniffed.media_type, bytes=arrived.count, sha256=arrived.digest.hexdigest(),
            facts=found.facts, created=time.time(),
        )  # fmt: skip

    def _keep(self, file: File, path: Path, preview: Path) -> None:
        """Move the content to its place, then add the row: what has a row is there."""
        folder = self.settings.folder
        target, target_preview = upload_path(folder, file.id, file.suffix), upload_preview(folder, file.id)
        (folder / UPLOADS).mkdir(parents=True, exist_ok=True)
        file.facts = {**file.facts, "preview": preview.is_file()}
        path.rename(target)
        try:
            if preview.is_file():
                preview.rename(target_preview)
            with self.db.write() as session:
                self._check_kept(session, file.owner, file.bytes)
                session.add(file)
        except BaseException:
            target.unlink(missing_ok=True)
            target_preview.unlink(missing_ok=True)
            raise

    def _check_room(self, name: str, owner: str, count: int) -> None:
        """Raise FileError where a file of `count` bytes is too large, or has no room on the disk or of the person."""
        limits = self.settings.limits
        if count > limits.upload_bytes:
            raise _too_large(name, limits.upload_bytes)
        (self.settings.folder / INCOMING).mkdir(parents=True, exist_ok=True)
        self._check_disk(count)
        with self.db.session() as session:
            self._check_kept(session, owner, count)

    def _check_kept(self, session: Session, owner: str, count: int) -> None:
        """Raise FileError where a person would keep more bytes than they may."""
        most = limits_of(session, self.settings, owner).bytes
        if most is None:
            return
        kept = bytes_of(session, owner)
        if kept + count > most:
            said = f"you keep {megabytes(kept)}, and {megabytes(most)} is your limit"
            raise FileError(413, f"{said}: delete results or uploads, and empty the bin, to make room")

    def _check_disk(self, count: int) -> None:
        if shutil.disk_usage(self.settings.folder).free - count < self.settings.limits.free_bytes:
            raise no_room()

    def _append(self, stream: BinaryIO, arriving: _Arriving, block: bytes) -> None:
        self._check_disk(len(block))
        try:
            stream.write(block)
            stream.flush()
        except OSError as error:
            if not is_full(error):
                raise
            raise no_room() from error
        arriving.digest.update(block)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await run_sync(work, limiter=self._writing)


_TAGGED = {".npz", ".zip", ".obj", ".mtl", ".html", ".htm", ".onnx", ".json", ".jpg", ".jpeg", ".webp", ".bmp", ".tif",
           ".tiff", ".heic", ".heif", ".avif", ".csv", ".txt", ".srt", ".vtt", ".bvh"}  # fmt: skip
"""Suffixes by which `mien.media.file_tags` tells how a file keeps its tags."""


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("xb")
    except OSError as error:
        if not is_full(error):
            raise
        raise no_room() from error


def _remove_incoming(folder: Path, file_id: str) -> None:
    for path in (folder / INCOMING).glob(f"{file_id}.*"):
        path.unlink(missing_ok=True)


def _too_large(name: str, most: int) -> FileError:
    return FileError(413, f"{name} is larger than {megabytes(most)}, the most that is taken: make it smaller or cut it")
