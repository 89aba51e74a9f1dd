"""Names of uploads are safe to show and decide no path; paths are made of checked ids only."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from mien.studio.files.names import MOST_CHARACTERS, disposition, save_name, shown_name
from mien.studio.files.place import result_file, result_folder, upload_path, upload_preview, work_folder

ID = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("anna.jpg", "anna.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\An\\ảnh của tôi.PNG", "ảnh của tôi.PNG"),
        ("a\0b\r\nc\td.png", "ab c d.png"),
        ("cod\u202egnp.exe", "codgnp.exe"),
        ("\u2066x\u2069\ufeff.mp4", "x.mp4"),
        ("  ..hidden . ", "hidden"),
        ("/", "upload"),
        ("", "upload"),
        ("\x1b[31mred.wav", "[31mred.wav"),
        (unicodedata.normalize("NFD", "Hiếu.mov"), unicodedata.normalize("NFC", "Hiếu.mov")),
        ("\ud800.png", "png"),
    ],
)
def test_a_shown_name_is_the_last_part_without_invisible_characters(raw: str, shown: str) -> None:
    assert shown_name(raw) == shown


def test_a_long_name_keeps_its_suffix() -> None:
    name = shown_name("x" * 5000 + ".jpeg")
    assert len(name) <= MOST_CHARACTERS
    assert name.endswith("….jpeg")
    assert len(shown_name("." + "y" * 5000)) <= MOST_CHARACTERS


def test_the_header_of_a_name_holds_no_quote_and_no_line_end() -> None:
    header = disposition('a"; x=\r\nSet-Cookie: é.png', attachment=True)
    assert header.startswith('attachment; filename="')
    assert "\r" not in header
    assert "\n" not in header
    assert header.count('"') == 2
    assert header.isascii()


def test_the_name_of_a_saved_result_has_no_separator() -> None:
    assert "/" not in save_name("he says: 'a/b\\c' <x>", ".mp4", ID[:8])
    assert save_name("", ".mp4") == "upload.mp4"


@pytest.mark.parametrize("wrong", ["", "..", "../" + ID[:29], ID.upper(), ID + "0", ID[:-1] + "\n", ID[:-1] + "/"])
def test_a_path_needs_an_id(wrong: str) -> None:
    for make in (lambda: upload_path(Path(), wrong, ".png"), lambda: upload_preview(Path(), wrong),
                 lambda: result_folder(Path(), wrong), lambda: work_folder(Path(), wrong, 1)):  # fmt: skip
        with pytest.raises(ValueError, match="hexadecimal"):
            make()


@pytest.mark.parametrize("wrong", ["png", ".", "./x", ".PNG", ".p/g", ".png\n", ".longsuffix"])
def test_a_path_needs_a_suffix(wrong: str) -> None:
    with pytest.raises(ValueError, match="suffix"):
        upload_path(Path(), ID, wrong)


def test_a_result_file_is_one_of_its_folder(tmp_path: Path) -> None:
    folder = result_folder(tmp_path, ID)
    folder.mkdir(parents=True)
    (folder / "result.mp4").write_bytes(b"x")
    (tmp_path / "secret").write_bytes(b"x")
    assert result_file(tmp_path, ID, {"file": "result.mp4"}, "file") == folder / "result.mp4"
    for name in ("../../secret", "/etc/passwd", ".", "..", "gone.mp4", "result.mp4\n"):
        assert result_file(tmp_path, ID, {"file": name}, "file") is None
    assert result_file(tmp_path, ID, {}, "file") is None
