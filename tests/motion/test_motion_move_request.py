"""What `mien move` is asked for: whatever makes no sense is one sentence, before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mien.motion.generate.request import MoveRequest
from mien.motion.system import SYSTEM
from mien.systems.errors import RequestError
from mien.systems.request import schema


def check_request(how: dict[str, Any], out: Path, model: Path, force: bool) -> None:
    SYSTEM.check(MoveRequest.of(how), out, force, model=model)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return folder


@pytest.mark.parametrize(
    ("how", "out", "message"),
    [
        ({}, "a.mp4", "one of them is needed"),
        ({"text": "nods", "script": Path("a.txt")}, "a.mp4", "not both"),
        ({"text": " \n"}, "a.mp4", "--text is empty"),
        ({"text": "n" * 2001}, "a.mp4", "2,001 characters, more than 2,000"),
        ({"text": "nods", "seconds": 0.3}, "a.mp4", "--seconds must be a number, 0.4 to 3,600, not 0.3"),
        ({"text": "nods", "seconds": -4}, "a.mp4", "not -4"),
        ({"text": "nods", "seconds": 3601}, "a.mp4", "not 3601"),
        ({"text": "nods", "seconds": float("nan")}, "a.mp4", "not nan"),
        ({"text": "nods", "seconds": float("inf")}, "a.mp4", "not inf"),
        ({"text": "nods", "seconds": 31}, "a.gif", "a motion in .gif form lasts at most 30 seconds, not 31"),
        ({"text": "nods", "seconds": 31}, "a.obj", "a motion in .obj form lasts at most 30 seconds"),
        ({"text": "nods", "guidance": float("nan")}, "a.mp4", "--guidance must be a number, 0 to 20, not nan"),
        ({"text": "nods", "guidance": 21}, "a.mp4", "--guidance must be a number, 0 to 20"),
        ({"text": "nods", "steps": 0}, "a.mp4", "--steps must be a whole number, 1 to 50, not 0"),
        ({"text": "nods", "steps": 51}, "a.mp4", "1 to 50, not 51"),
        ({"text": "nods", "size": 63}, "a.mp4", "64 to 2,048, even, not 63"),
        ({"text": "nods", "size": 129}, "a.mp4", "even, not"),
        ({"text": "nods", "size": 4096}, "a.mp4", "64 to 2,048, even"),
        ({"text": "nods", "head": "horse"}, "a.mp4", "--head must be one of embedded, ict, flame, gnm, not 'horse'"),
        (
            {"text": "nods", "renderer": "blender"},
            "a.mp4",
            "--renderer must be one of numba, pyrender, dots, not 'blender'",
        ),
        ({"text": "nods", "head_file": Path("a.npz")}, "a.mp4", "the embedded head needs no file"),
        ({"text": "nods", "head": "ict", "head_file": Path("absent.npz")}, "a.mp4", "absent.npz is not there"),
        (
            {"text": "nods", "head": "ict", "person": 3},
            "a.mp4",
            "the number of --person is one of the synthetic",
        ),
        ({"text": "nods", "person": -1}, "a.mp4", "--person must be a whole number, 0 to 999,999"),
        ({"text": "nods"}, "a.avi", "must be named .mp4, .gif, .npz, .glb, .obj, not 'a.avi'"),
        ({"text": "nods"}, "a", "must be named"),
        ({"text": "nods"}, "/proc/absent/a.mp4", "cannot be written"),
        ({"text": "nods"}, "model/config.json/a.mp4", "cannot be written"),
        ({"script": Path("absent.txt")}, "a.mp4", "absent.txt is not there"),
    ],
)
def test_a_mistake_is_one_sentence(
    how: dict[str, Any], out: str, message: str, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RequestError) as caught:
        check_request(how, Path(out), model, False)
    assert message in str(caught.value).replace("not there: name", "not there")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_scripts_are_read_before_anything_is_made(model: Path, tmp_path: Path) -> None:
    script = tmp_path / "scene.txt"
    script.write_text("0: nods\nsoon: smiles\n")
    with pytest.raises(RequestError, match=r"scene.txt, line 2: the time is a number, seconds"):
        check_request({"script": script}, tmp_path / "a.mp4", model, False)
    script.write_text("0: nods\n")
    check_request({"script": script}, tmp_path / "a.mp4", model, False)
    with pytest.raises(RequestError, match="has its own times"):
        check_request({"script": script, "seconds": 3}, tmp_path / "a.mp4", model, False)


def test_nothing_is_overwritten_unasked(model: Path, tmp_path: Path) -> None:
    def refused(out: Path, message: str, force: bool = False, **how: Any) -> None:
        with pytest.raises(RequestError, match=message):
            check_request({"text": "nods", **how}, out, model, force)

    out = tmp_path / "a.npz"
    out.write_bytes(b"mine")
    refused(out, "already there")
    check_request({"text": "nods"}, out, model, True)
    refused(out, "an input is never overwritten", force=True, head="gnm", head_file=out)
    (tmp_path / "b.mp4").mkdir()
    refused(tmp_path / "b.mp4", "is a folder", force=True)
    (tmp_path / "c.obj").mkdir()
    check_request({"text": "nods"}, tmp_path / "c.obj", model, False)
    (tmp_path / "c.obj/mine.txt").write_text("mine")
    refused(tmp_path / "c.obj", "never overwritten", force=True)
    assert out.read_bytes() == b"mine"


def test_without_a_model_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="dvc repro head_motion"):
        check_request({"text": "nods"}, tmp_path / "a.mp4", tmp_path, False)


def test_a_row_is_converted_or_refused() -> None:
    row = MoveRequest.of({"text": "nods", "size": "256", "mark": "yes"})
    assert row == MoveRequest(text="nods", size=256, mark=True)
    with pytest.raises(RequestError, match="--seed must be a whole number, at least 0, not -1"):
        MoveRequest.of({"text": "nods", "seed": "-1"})
    with pytest.raises(RequestError, match="--size must be a whole number, 64 to 2,048, even, not 'large'"):
        MoveRequest.of({"text": "nods", "size": "large"})


def test_the_choices_are_those_of_the_heads() -> None:
    from mien.heads.catalogue import HEAD_NAMES
    from mien.heads.render.playback import RENDERERS

    assert tuple(schema(MoveRequest, "head")["enum"]) == HEAD_NAMES
    assert tuple(schema(MoveRequest, "renderer")["enum"]) == RENDERERS


def test_a_request_is_checked_without_torch() -> None:
    code = (
        "import sys; import mien.motion.generate.script, mien.makers.systems;"
        "print(sorted({'torch', 'cv2', 'numba', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
