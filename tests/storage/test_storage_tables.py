"""Tables as Excel, pandas and editors write them are read alike; anything else is refused in one sentence."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.storage.tables import TableError, decode_text, parse_table, read_table

KNOWN = ("path", "actor", "intensity", "text")
SENTENCE = re.compile(r"[^\n]+")

plain = st.characters(codec="cp1252", exclude_categories=["Cc"])
cells = st.text(plain, max_size=12).map(str.strip)
wrapped = (
    st.tuples(cells, st.sampled_from(["", "\n", ",", ";", "\t", '"', "|", " "]), cells).map("".join).map(str.strip)
)
tables = st.lists(st.tuples(wrapped, wrapped, wrapped), max_size=6)


def written(
    rows: list[tuple[str, ...]], heading: tuple[str, ...], separator: str, ending: str, encoding: str, quote_all: bool
) -> bytes:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, lineterminator=ending, quoting=quoting).writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def content(rows: list[tuple[str, ...]]) -> list[dict[str, str]]:
    filled = [{name: cell for name, cell in zip(KNOWN, row, strict=False) if cell} for row in rows]
    return [row for row in filled if row]


@given(
    tables,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]),
    st.booleans(),
    st.sampled_from([("path", "actor", "intensity"), ("Path", " ACTOR", "Intensity "), ("PATH", "actor", "intensity")]),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, str, str]],
    separator: str,
    ending: str,
    encoding: str,
    quote_all: bool,
    heading: tuple[str, ...],
) -> None:
    table = parse_table(written([*rows], heading, separator, ending, encoding, quote_all), "t.csv", KNOWN)
    assert table.columns == ("path", "actor", "intensity")
    assert [row.cells for row in table.rows] == content([*rows])


names = cells.filter(lambda cell: cell.lower() not in ("", "nan"))
numbered = st.lists(st.tuples(names, st.none() | st.integers(0, 9)), min_size=1)


@given(numbered, st.booleans(), st.sampled_from([",", ";"]))
def test_what_pandas_writes_is_read(rows: list[tuple[str, int | None]], index: bool, separator: str) -> None:
    frame = pd.DataFrame({"path": [row[0] for row in rows], "actor": [row[1] for row in rows]})
    frame = frame.astype({"actor": float})
    text = frame.to_csv(index=index, sep=separator)
    table = parse_table(text.encode(), "t.csv", KNOWN, whole=("actor",))
    assert [row.cells for row in table.rows] == [
        {"path": path, **({} if actor is None else {"actor": str(actor)})} for path, actor in rows
    ]


@given(st.binary(max_size=300) | st.text(alphabet='pathctor,;\t"\n\r\0\x1f|= é01.', max_size=120).map(str.encode))
def test_any_bytes_are_a_table_or_one_sentence(data: bytes) -> None:
    said = ""
    try:
        table = parse_table(data, "t.csv", KNOWN)
    except TableError as error:
        said = str(error)
    if said:
        assert SENTENCE.fullmatch(said)
        assert "t.csv" in said
        return
    assert set(table.columns) <= set(KNOWN)
    assert all(set(row.cells) <= set(table.columns) and all(row.cells.values()) for row in table.rows)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"path,mood\na,b\n", ["unknown column 'mood'", "path, actor"]),
        (b"path;mood\na;b\n", ["unknown column 'mood'", "semicolons"]),
        (b"path,Path\na,b\n", ["twice"]),
        (b"\n\n", ["names no column"]),
        (b"path,actor\n\na,b,c\n", ["line 3", "more cells", "comma", "quotation marks"]),
        (b"path;actor\na;b;c\n", ["line 2", "semicolon"]),
        (b'path\n"a\n', ["line 2", "quotation marks"]),
        (b'path\nb\n"a"b\n', ["line 3", "quotation marks"]),
        (b"path,\na,b\n", ["column 2 has cells and no heading"]),
        (b"path,\na,1\n", ["column 2 has cells and no heading"]),
        (b",path\nx,a\n", ["column 1 has cells and no heading"]),
        (b"PK\x03\x04xl/workbook", ["workbook", "save it as CSV"]),
        (b"\xd0\xcf\x11\xe0\xa1", ["workbook", "save it as CSV"]),
        (b"path\n\x81\n", ["save it in UTF-8"]),
        (b"path\na\0\n", ["save it in UTF-8"]),
        (b"path\n" + b"a" * 200_000, ["line 2", "field larger"]),
    ],
)
def test_what_cannot_be_read_is_said_with_line_and_remedy(data: bytes, words: list[str]) -> None:
    with pytest.raises(TableError) as caught:
        parse_table(data, "t.csv", KNOWN)
    assert SENTENCE.fullmatch(str(caught.value))
    assert "t.csv" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_numbers_as_they_are_written_elsewhere() -> None:
    def read(text: str) -> list[dict[str, str]]:
        table = parse_table(text.encode(), "t.csv", KNOWN, whole=("actor",), numbers=("intensity",))
        return [row.cells for row in table.rows]

    assert read("actor;intensity;text\n1001.0;0,5;2.0\n;1;0,5\n") == [
        {"actor": "1001", "intensity": "0.5", "text": "2.0"}, {"intensity": "1", "text": "0,5"},
    ]  # fmt: skip
    assert read("actor\n1001.0\nanna\n") == [{"actor": "1001.0"}, {"actor": "anna"}]
    assert read("sep=;\r\npath;actor\r\na;b\r\n") == [{"path": "a", "actor": "b"}]


def test_the_index_of_a_sorted_pandas_table_is_left_out() -> None:
    for heading in ("", "Unnamed: 0"):
        table = parse_table(f"{heading},path\n7,a\n2,b\n3,\n".encode(), "t.csv", KNOWN)
        assert [row.cells for row in table.rows] == [{"path": "a"}, {"path": "b"}]


def test_lines_are_those_of_the_file() -> None:
    table = parse_table(b'sep=,\n\npath,text\n\na,"two\nlines"\n,,,\nb,c,,\n', "t.csv", KNOWN)
    assert [(row.line, row.cells.get("path")) for row in table.rows] == [(6, "a"), (8, "b")]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="No such file"):
        read_table(tmp_path / "t.csv", KNOWN)
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path, KNOWN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_editors_text(encoding: str) -> None:
    assert decode_text("0:00 lächelt – dann “nickt”\n".encode(encoding), "x.txt") == "0:00 lächelt – dann “nickt”\n"
