"""Tables that people write: CSV as spreadsheets, pandas and editors save it.

Separators (comma, semicolon, tab, bar), encodings (UTF-8, UTF-16, Windows-1252), byte order marks, capitals and spaces
in headings, empty lines, empty columns at the end, pandas' index and its `3.0` for 3 are read; anything else is refused
in one sentence with the file, the line and the remedy.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.errors import InputError

MAX_BYTES = 64 * 2**20
SEPARATORS = ",;\t|"

_INDEX = re.compile(r"|unnamed:_[0-9]+")
_SEPARATOR_LINE = re.compile(r"sep=(.)(\r\n|\r|\n)")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip


class TableError(InputError):
    """The table cannot be used; the message names it, the line, and the remedy."""


@dataclass(frozen=True)
class TableRow:
    """A row: its last `line` in the file, and its cells by column, stripped; empty cells are left out."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """The columns, by their names in small letters with `_` for spaces, and the rows that are not blank."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(path: Path, known: Collection[str], whole: Collection[str] = (), numbers: Collection[str] = ()) -> Table:
    """The table in the file `path`; see `parse_table`. Raises TableError, also for a file that cannot be read."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror or error}") from error
    return parse_table(content, path.name, known, whole, numbers)


def parse_table(
    content: bytes, name: str, known: Collection[str], whole: Collection[str] = (), numbers: Collection[str] = (),
    others: bool = False,
) -> Table:  # fmt: skip
    """The table in the bytes of a file called `name`.

    known: the columns that there may be, in small letters. whole: columns of whole numbers or names, in which `3.0` in
    every filled cell means 3. numbers: columns of numbers, which may have a decimal comma where commas do not separate.
    others: whether further columns are allowed. Raises TableError.
    """
    if len(content) > MAX_BYTES:
        raise TableError(f"{name} is larger than {MAX_BYTES >> 20} MB: split it")
    text = decode_text(content, name)
    separator, text, skipped = _separator(text, known)
    columns: tuple[str, ...] = ()
    rows = []
    for line, cells in _records(text, separator, name, skipped):
        if not columns:
            columns = tuple(_heading(cell) for cell in cells)
            continue
        if any(cells[len(columns) :]):
            raise TableError(
                f"{name}, line {line}: there are more cells than columns; put texts with a {_NAMES[separator]} into "
                "quotation marks"
            )
        rows.append((line, cells[: len(columns)]))
    kept = _kept(columns, rows, name)
    names = tuple(columns[place] for place in kept)
    _check_columns(names, known, others, name)
    found = [
        TableRow(line, {columns[i]: cells[i] for i in kept if i < len(cells) and cells[i]}) for line, cells in rows
    ]
    for column in whole:
        _without_fractions(column, found)
    if separator != ",":
        _with_points(numbers, found)
    return Table(names, tuple(row for row in found if row.cells))


def decode_text(content: bytes, name: str) -> str:
    """The text of a file called `name` in any encoding that spreadsheets and editors write. Raises TableError."""
    if content.startswith(_WORKBOOKS):
        raise TableError(f"{name} is a workbook of a spreadsheet program: save it as CSV in UTF-8")
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        wide = encoding.startswith(("utf-16", "utf-32"))  # which decode any bytes, but hardly to a single ASCII sign
        if not re.search("[\0-\x08\x0e-\x1f\x7f\ufeff]", text) and not (wide and text and not re.search("[ -~]", text)):
            return text
    raise TableError(f"{name} is no UTF-8 text, and none as spreadsheet programs save it: save it in UTF-8")


def _encodings(content: bytes) -> Iterator[str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            yield encoding
            return
    yield "utf-8"
    if b"\0" in content:  # UTF-16 without its mark: ASCII characters have a null byte
        yield "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    elif b"\xff\xfe" not in content and b"\xfe\xff" not in content:  # a mark inside: two files in one
        yield "cp1252"


_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def _separator(text: str, known: Collection[str]) -> tuple[str, str, int]:
    """The separator, the text without Excel's line `sep=;`, and the number of lines taken away.

    It is the one that makes most known columns out of the first line that is not blank; a comma, where none does.
    """
    match = _SEPARATOR_LINE.match(text)
    if match is not None and match[1] in SEPARATORS:
        return match[1], text[match.end() :], 1

    def columns(separator: str) -> int:
        try:
            heading = next((cells for _, cells in _records(text, separator, "", 0)), ())
        except TableError:
            return 0
        return sum(_heading(cell) in known for cell in heading)

    return max(SEPARATORS, key=columns), text, 0


def _records(text: str, separator: str, name: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """(last line, stripped cells) of every record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield reader.line_num + skipped, stripped
    except csv.Error as error:
        raise TableError(
            f"{name}, line {reader.line_num + skipped} cannot be read: {error}; check its quotation marks"
        ) from error


def _heading(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip().lower())


def _kept(columns: Sequence[str], rows: Sequence[tuple[int, list[str]]], name: str) -> list[int]:
    """The places of the columns with a heading. One without is left out if it is blank, or pandas' index."""
    kept = []
    for place, column in enumerate(columns):
        if not _INDEX.fullmatch(column):
            kept.append(place)
            continue
        cells = [cells[place] if place < len(cells) else "" for _, cells in rows]
        index = place == 0 and all(re.fullmatch("[0-9]+", cell) for cell in cells)
        if any(cells) and not index:
            raise TableError(f"{name}, line 1: column {place + 1} has cells and no heading: name it or remove it")
    return kept


def _check_columns(names: Sequence[str], known: Collection[str], others: bool, name: str) -> None:
    listed = f"the columns, separated by commas, semicolons or tabs, are some of {', '.join(known)}"
    if not names or len(set(names)) < len(names):
        raise TableError(f"{name} names no column or one of them twice: {listed}")
    wrong = [one for one in names if one not in known]
    if wrong and not others:
        raise TableError(f"{name} has the unknown column {wrong[0][:40]!r}: {listed}")


def _without_fractions(column: str, rows: Sequence[TableRow]) -> None:
    """pandas writes whole numbers with `.0` where a cell of the column is empty."""
    filled = [row for row in rows if column in row.cells]
    if filled and all(re.fullmatch(r"[0-9]+\.0", row.cells[column]) for row in filled):
        for row in filled:
            row.cells[column] = row.cells[column][:-2]


def _with_points(columns: Collection[str], rows: Sequence[TableRow]) -> None:
    for row in rows:
        for column in columns:
            if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", row.cells.get(column, "")):
                row.cells[column] = row.cells[column].replace(",", ".")
