"""The one file of a form that a browser sends (multipart/form-data, RFC 7578), read piece by piece."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mien.studio.files.errors import FileError

MOST_FIELDS = 20
MOST_FIELD_BYTES = 10_000
"""Limits of the other fields of the form, which are small."""

MOST_OUTSIDE = 300_000
"""Bytes of the form besides the content of its file: heads, other fields, and what stands before and after them."""

LEAST_RATE = 4000.0
"""Bytes a second that an upload must reach on average."""

_FORM = "send the file as multipart/form-data, in a part named file"


async def paced(stream: AsyncIterator[bytes], idle_seconds: float) -> AsyncIterator[bytes]:
    """The pieces of `stream`. Raises FileError (408) where it pauses for `idle_seconds`, or is much too slow."""
    started, received = time.monotonic(), 0
    pieces = aiter(stream)
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise FileError(408, f"the upload paused for more than {idle_seconds:g} s: send the file again") from None
        received += len(piece)
        if time.monotonic() - started - idle_seconds > received / LEAST_RATE:
            raise FileError(408, "the upload is too slow: send the file again over a faster connection")
        yield piece


class FormFile:
    """The file in the body of a form: its raw `name` after `begun()`, then its content by `pieces()`.

    fields: the other fields before it, by name.
    """

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise FileError(415, f"the body is no form with a file: {_FORM}")
        self.name = ""
        self.fields: dict[str, str] = {}
        self._stream = stream
        self._pieces: deque[bytes] = deque()
        self._files = self._fields = self._outside = 0
        self._in_file = self._file_ended = self._ended = False
        self._header = [b"", b""]
        self._headers: dict[bytes, bytes] = {}
        self._field: str | None = None
        self._value = bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins, "on_header_field": self._header_name,
                "on_header_value": self._header_value, "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end, "on_part_data": self._part_data,
                "on_part_end": self._part_ends, "on_end": self._form_ends,
            },  # type: ignore[arg-type]
        )  # fmt: skip

    async def begun(self) -> str:
        """The raw name of the file, when the form has come to it. Raises FileError (422) where it holds none."""
        while not self._files:
            if not await self._more():
                raise FileError(422, f"the form holds no file: {_FORM}")
        return self.name

    async def pieces(self) -> AsyncIterator[bytes]:
        """The content of the file. Raises FileError where the form is cut short, damaged, or holds a second file."""
        while True:
            while self._pieces:
                yield self._pieces.popleft()
            if not await self._more():
                break
        if not self._ended:
            raise FileError(400, "the upload was cut short: send the file again")

    async def _more(self) -> bool:
        try:
            piece = await anext(self._stream)
        except StopAsyncIteration:
            return False
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise FileError(400, f"the form cannot be read: {_FORM}") from error
        self._outside += len(piece)
        if self._outside > MOST_OUTSIDE:
            raise FileError(413, f"the form holds more than {MOST_OUTSIDE:,} bytes besides its file: {_FORM}")
        return True

    def _part_begins(self) -> None:
        self._headers, self._header = {}, [b"", b""]
        self._field, self._value = None, bytearray()
        self._in_file = False

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" in options:
            self._files += 1
            if self._files > 1:
                raise FileError(422, "the form holds several files: send them one by one")
            self._in_file, self.name = True, _decoded(options[b"filename"])
            return
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise FileError(422, f"the form holds more than {MOST_FIELDS} fields: {_FORM}")
        self._field = _decoded(options.get(b"name", b""))[:100]

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
            self._outside -= end - start
            return
        self._value += data[start:end]
        if len(self._value) > MOST_FIELD_BYTES:
            raise FileError(422, f"a field of the form is longer than {MOST_FIELD_BYTES:,} bytes: {_FORM}")

    def _part_ends(self) -> None:
        if self._field is not None:
            self.fields[self._field] = _decoded(bytes(self._value))
        self._field, self._in_file = None, False

    def _form_ends(self) -> None:
        self._ended = True


def _decoded(raw: bytes) -> str:
    """A name or value; browsers write quotes and line ends in names as %22, %0A and %0D (HTML, form-data encoding)."""
    text = raw.decode("utf-8", "replace")
    for code in ("%22", "%0A", "%0D"):
        text = text.replace(code, unquote(code))
    return text
