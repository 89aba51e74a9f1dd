"""What `mien move` is asked for: whatever makes no sense is one sentence, before anything heavy is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mien.motion.generate.limits import MAX_CHARACTERS, MoveError
from mien.motion.generate.request import (
    HEADS,
    RENDERERS,
    MoveOptions,
    check_request,
    options_of,
)


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
        ({"text": " \n"}, "a.mp4", "the text is empty"),
        ({"text": "n" * (MAX_CHARACTERS + 1)}, "a.mp4", "2,001 characters, more than 2,000"),
        ({"text": "nods", "seconds": 0.3}, "a.mp4", "a motion lasts 0.4 to 3,600 seconds, not 0.3"),
        ({"text": "nods", "seconds": -4}, "a.mp4", "not -4"),
        ({"text": "nods", "seconds": 3601}, "a.mp4", "not 3601"),
        ({"text": "nods", "seconds": float("nan")}, "a.mp4", "not nan"),
        ({"text": "nods", "seconds": float("inf")}, "a.mp4", "not inf"),
        ({"text": "nods", "seconds": 31}, "a.gif", "a motion in .gif form lasts 0.4 to 30 seconds, not 31"),
        ({"text": "nods", "seconds": 31}, "a.obj", "a motion in .obj form lasts 0.4 to 30 seconds"),
        ({"text": "nods", "guidance": float("nan")}, "a.mp4", "guidance must lie between 0 and 20, not nan"),
        ({"text": "nods", "guidance": 21}, "a.mp4", "guidance must lie between 0 and 20"),
        ({"text": "nods", "steps": 0}, "a.mp4", "1 to 50 steps, not 0"),
        ({"text": "nods", "steps": 51}, "a.mp4", "1 to 50 steps, not 51"),
        ({"text": "nods", "size": 63}, "a.mp4", "from 64 to 2048, not 63"),
        ({"text": "nods", "size": 129}, "a.mp4", "an even number"),
        ({"text": "nods", "size": 4096}, "a.mp4", "from 64 to 2048"),
        ({"text": "nods", "head": "horse"}, "a.mp4", "no head called 'horse', only embedded, ict, flame, gnm"),
        ({"text": "nods", "renderer": "blender"}, "a.mp4", "no renderer called 'blender'"),
        ({"text": "nods", "head_file": Path("a.npz")}, "a.mp4", "the embedded head needs no file"),
        ({"text": "nods", "head": "ict", "head_file": Path("absent.npz")}, "a.mp4", "absent.npz is not there"),
        ({"text": "nods", "head": "ict", "person": 3}, "a.mp4", "--person is one of the made-up people"),
        ({"text": "nods", "person": -1}, "a.mp4", "counted from 0"),
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
    with pytest.raises(MoveError) as caught:
        check_request(MoveOptions(**how), Path(out), model, False)
    assert message in str(caught.value).replace("not there: name", "not there")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_scripts_are_read_before_anything_is_made(model: Path, tmp_path: Path) -> None:
    script = tmp_path / "scene.txt"
    script.write_text("0: nods\nsoon: smiles\n")
    with pytest.raises(MoveError, match=r"scene.txt, line 2: the time is seconds"):
        check_request(MoveOptions(script=script), tmp_path / "a.mp4", model, False)
    script.write_text("0: nods\n")
    check_request(MoveOptions(script=script), tmp_path / "a.mp4", model, False)
    with pytest.raises(MoveError, match="has its own times"):
        check_request(MoveOptions(script=script, seconds=3), tmp_path / "a.mp4", model, False)


def test_nothing_is_overwritten_unasked(model: Path, tmp_path: Path) -> None:
    def refused(out: Path, message: str, force: bool = False, **how: Any) -> None:
        with pytest.raises(MoveError, match=message):
            check_request(MoveOptions(**{"text": "nods", **how}), out, model, force)

    out = tmp_path / "a.npz"
    out.write_bytes(b"mine")
    refused(out, "already there")
    check_request(MoveOptions(text="nods"), out, model, True)
    refused(out, "an input is never overwritten", force=True, head="gnm", head_file=out)
    (tmp_path / "b.mp4").mkdir()
    refused(tmp_path / "b.mp4", "is a folder", force=True)
    (tmp_path / "c.obj").mkdir()
    check_request(MoveOptions(text="nods"), tmp_path / "c.obj", model, False)
    (tmp_path / "c.obj/mine.txt").write_text("mine")
    refused(tmp_path / "c.obj", "never overwritten", force=True)
    assert out.read_bytes() == b"mine"


def test_without_a_model_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MoveError, match="dvc repro head_motion"):
        check_request(MoveOptions(text="nods"), tmp_path / "a.mp4", tmp_path, False)


def test_a_row_says_what_differs_from_the_usual() -> None:
    usual = MoveOptions(size=128, head="ict")
    assert options_of({"text": "nods", "size": "256", "mark": "yes"}, usual) == MoveOptions(
        text="nods", size=256, mark=True, head="ict"
    )
    with pytest.raises(MoveError, match=r"seed \(input should be"):
        options_of({"text": "nods", "seed": "-1"})
    with pytest.raises(MoveError, match="size"):
        options_of({"text": "nods", "size": "large"})


def test_what_is_told_here_is_what_the_heavy_rooms_have() -> None:
    from mien.heads.catalogue import HEAD_NAMES
    from mien.heads.render.playback import RENDERERS as DRAWN

    assert HEADS == HEAD_NAMES
    assert RENDERERS == DRAWN


def test_a_request_is_checked_without_torch() -> None:
    code = (
        "import sys; from mien.motion.generate import request, script; import mien.commands.talk_and_move;"
        "print(sorted({'torch', 'cv2', 'numba', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"
