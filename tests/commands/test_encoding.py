"""Any letter is printed in any locale, and a text that is no UTF-8 is so called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mien.motion.generate.request import MoveRequest
from mien.shapes.generate.request import ShapesRequest
from mien.systems.errors import RequestError
from mien.talking.generate.request import TalkRequest

ASCII = {"PYTHONIOENCODING": "ascii"}
PLAIN_C = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
LATIN = {"PYTHONIOENCODING": "latin-1"}


def answer(
    arguments: list[str | bytes], surroundings: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[bytes]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHONIO"))}
    return subprocess.run(
        [sys.executable, "-m", "mien", *arguments], cwd=folder, capture_output=True, check=False,
        env={**plain, "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path), **surroundings},
    )  # fmt: skip


@pytest.mark.parametrize("surroundings", [ASCII, PLAIN_C, LATIN], ids=["ascii", "c", "latin"])
@pytest.mark.parametrize("arguments", [["talk", "--help"], ["heads"]], ids=lambda words: words[0])
def test_any_letter_is_printed_in_any_locale(
    arguments: list[str | bytes], surroundings: dict[str, str], tmp_path: Path
) -> None:
    told = answer(arguments, surroundings, tmp_path)
    assert b"Traceback" not in told.stderr
    assert told.returncode in (0, 1)
    assert told.stdout


def test_a_refusal_with_foreign_letters_is_escaped(tmp_path: Path) -> None:
    told = answer(["batch", "bảng.csv", "-o", "x"], ASCII, tmp_path)
    assert told.returncode == 2
    assert told.stderr.decode("ascii") == "b\\u1ea3ng.csv cannot be read: No such file or directory\n"


@pytest.mark.parametrize("surroundings", [ASCII, PLAIN_C, {"LC_ALL": "C.UTF-8"}], ids=["ascii", "c", "utf-8"])
@pytest.mark.parametrize(
    "arguments",
    [["talk", "-i", "x.jpg", "-o", "x.mp4", "-t"], ["move", "-o", "x.mp4", "-t"], ["shapes", "-o", "x.gif", "-t"]],
    ids=lambda words: words[0],
)
def test_a_text_that_is_no_utf8_is_so_called(
    arguments: list[str | bytes], surroundings: dict[str, str], tmp_path: Path
) -> None:
    told = answer([*arguments, b"caf\xe9 au lait"], surroundings, tmp_path)
    assert told.returncode == 2
    assert b"--text is no text in UTF-8" in told.stderr
    assert told.stderr.count(b"\n") == 1
    assert not any(tmp_path.iterdir())


def test_every_text_of_a_request_is_checked() -> None:
    for request, values in (
        (TalkRequest, {"motion": "nod\udce9", "image": "x", "text": "a"}),
        (MoveRequest, {"text": "nod\udce9"}),
        (ShapesRequest, {"text": ["a circle", "caf\udce9"]}),
    ):
        with pytest.raises(RequestError, match="UTF-8"):
            request.of(values)  # type: ignore[attr-defined]
