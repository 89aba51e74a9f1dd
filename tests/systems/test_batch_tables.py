"""Tables of requests: as spreadsheets write them, and refused before anything is made."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from batch_making import VIDEO, Asked, Maker, run_batch

from mien.systems import batch
from mien.systems.batch import BatchRow, read_batch
from mien.systems.errors import RequestError


def test_what_is_given_holds_for_rows_that_leave_it_empty(table: Path, tmp_path: Path) -> None:
    (tmp_path / "given.png").write_bytes(b"one")
    table.write_text("text,image,out\nHi,,a.mp4\nHo,me.png,b.mp4\n")
    given = {"image": str(tmp_path / "given.png"), "emotion": "SAD"}

    def made() -> list[str]:
        make = Maker()
        batch.run_batch(table, tmp_path / "out", make, read_batch(table, Asked, VIDEO, given))
        return make.calls

    assert made() == ["a.mp4", "b.mp4"]
    assert (tmp_path / "out/a.mp4").read_text() == "image=given.png emotion=SAD text=Hi"
    assert (tmp_path / "out/b.mp4").read_text() == "image=me.png emotion=SAD text=Ho"
    (tmp_path / "given.png").write_bytes(b"another")
    assert made() == ["a.mp4"], "the content of a file that is given is part of the request"
    given["emotion"] = "HAP"
    assert made() == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "names no column"),
        (b"image,text\n", "no row below its header"),
        (b"image;colour\na;b\n", "unknown column 'colour'"),
        (b'text,out\na,x.mp4\n"b,y.mp4\n', "line 3 cannot be read"),
        (b"PK\x03\x04\x14", "save it as CSV"),
        (b"image,colour\na,b\n", "unknown column 'colour'"),
        (b"image,image\na,b\n", "names no column or one of them twice"),
        (b"image,text\na,b,c\n", "line 2: there are more cells than columns"),
        (b"text,out\na,x.mp4\nb,X.mp4\n", "line 3: X.mp4 is already the output of line 2"),
        (b"text,out\na,0002.mp4\nb,\n", "line 3: 0002.mp4 is already the output of line 2"),
        (b"text,out\na,../x.mp4\n", "line 2: out is the plain name of a file"),
        (b"text,out\na,.mp4\n", "line 2: out is the plain name of a file"),
        (b"text,out\na,x.avi\n", "line 2: out is the plain name of a file"),
        (b"text\n\xff\xfe\n", "no UTF-8 text"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_before_anything_is_made(
    content: bytes, message: str, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        run_batch(table, tmp_path / "out", Maker())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_as_spreadsheets_and_pandas_write_them(tmp_path: Path, encoding: str, separator: str) -> None:
    photo = tmp_path / "bilder" / unicodedata.normalize("NFD", "Zoë.png")
    photo.parent.mkdir()
    photo.write_bytes(b"a face")
    rows = [["", "Image", "TEXT", "Seed", "Out", ""], ["0", "bilder\\Zoë.png", "Grüß dich, du; da", "3.0", "x.mp4", ""]]
    rows += [[""] * 6, ["1", "bilder/Zoë.png", "two\nlines", "", "y.mp4", ""]]
    with (tmp_path / "table.csv").open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    read = read_batch(tmp_path / "table.csv", Asked, VIDEO)
    assert [(row.out, row.values) for row in read] == [
        ("x.mp4", {"image": str(photo), "text": "Grüß dich, du; da", "seed": "3"}),
        ("y.mp4", {"image": str(photo), "text": "two\nlines"}),
    ]


def test_rows_as_they_are_read(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text('\ufeff text , image,out\n"two\nlines", me.png ,x.mp4\n,,\n', encoding="utf-8")
    assert read_batch(table, Asked, VIDEO) == [
        BatchRow(3, "x.mp4", {"text": "two\nlines", "image": str(tmp_path / "me.png")}, frozenset({"image"}))
    ]


def test_a_cell_of_words_is_a_file_where_it_ends_like_one_or_is_there(table: Path, tmp_path: Path) -> None:
    (tmp_path / "nods").write_bytes(b"a file")
    table.write_text("motion,out\nnods twice,a.mp4\nabsent.npz,b.mp4\nnods,c.mp4\n" + "a" * 5000 + ",d.mp4\n")
    rows = read_batch(table, Asked, VIDEO)
    assert [row.values["motion"] for row in rows[:3]] == [
        "nods twice",
        str(tmp_path / "absent.npz"),
        str(tmp_path / "nods"),
    ]
    assert [row.files for row in rows] == [frozenset(), {"motion"}, {"motion"}, frozenset()]
    out = tmp_path / "out"
    run_batch(table, out, Maker())
    (tmp_path / "nods").write_bytes(b"another file")
    again = Maker()
    run_batch(table, out, again)
    assert again.calls == ["c.mp4"], "the content of a file is part of the request, words stand for themselves"


def test_a_table_may_allow_several_endings(table: Path) -> None:
    suffixes = (".gif", ".mp4")
    table.write_text("text,out\na,x.mp4\nb,\n")
    assert [row.out for row in read_batch(table, Asked, suffixes)] == ["x.mp4", "0002.gif"]
    table.write_text("text,out\na,x.avi\n")
    with pytest.raises(RequestError, match=r"such as hello.gif or hello.mp4, not 'x.avi'"):
        read_batch(table, Asked, suffixes)
