"""The `mien` command: it teaches, answers what is wrong in one sentence with exit 2, and starts fast."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands_making import mien

from mien import __version__
from mien.commands.cli import app
from mien.makers.systems import SYSTEMS

MIEN = [sys.executable, "-m", "mien.commands.cli"]


def test_the_version_is_printed_by_the_command_and_by_the_package() -> None:
    assert mien("--version").output == f"mien {__version__}\n"
    package = subprocess.run([sys.executable, "-m", "mien", "--version"], capture_output=True, text=True, check=True)
    assert package.stdout == f"mien {__version__}\n"


def test_help_teaches_with_examples() -> None:
    whole = mien("--help")
    assert whole.exit_code == 0
    assert all(verb in whole.output for verb in ("talk", "move", "shapes", "heads", "inspect", "doctor", "summary"))
    # Verbs of systems that are not there yet are not promised.
    assert {command.callback.__name__ for command in app.registered_commands if command.callback} == {
        "talk", "batch", "move", "sculpt", "shapes", "heads", "export", "inspect", "doctor", "summary", "promote",
        "serve", "worker", "bundle", "models",
        "follow", "pose",
    }  # fmt: skip
    text = mien("move", "--help").output
    assert "mien move --text" in text
    for option in ("--script", "--table", "--head", "--head-file", "--seconds", "--seed", "--guidance", "--steps",
                   "--size", "--person", "--renderer", "--mark", "--no-blink", "--force"):  # fmt: skip
        assert option in text
    text = mien("talk", "--help").output
    assert "mien talk --image me.jpg --text" in text
    assert "--speech" in text
    for option in (
        "--intensity",
        "--face",
        "--paste-back",
        "--emotion-track",
        "--captions",
        "--language",
        "--motion",
        "--mark",
    ):
        assert option in text


def test_help_promises_to_overwrite_only_what_is_overwritten() -> None:
    folders = {name for name, system in SYSTEMS.items() if any(one.folder for one in system.outputs)}
    assert folders == {"move"}
    for name in SYSTEMS:
        text = " ".join(mien(name, "--help").output.replace("│", " ").split())
        assert "Overwrite an existing output" in text
        assert ("but never a folder (.obj)" in text) == (name in folders)


def test_without_arguments_it_shows_its_help() -> None:
    assert "talk" in mien().output


def test_starting_imports_nothing_heavy() -> None:
    code = (
        "import sys, mien.commands.cli;"
        "heavy = {'torch', 'numpy', 'cv2', 'mediapipe', 'pandas', 'av', 'matplotlib', 'PIL'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--image", "absent.png", "--text", "hi", "--emotion", "JOY"], "unknown emotion"),
        (["--image", "absent.png"], "one of them is needed"),
        (["--image", "absent.png", "--text", "hi", "--speech", "a.wav"], "not both"),
        (["--image", "absent.png", "--text", ""], "empty"),
        (
            ["--image", "absent.png", "--text", "hi", "--intensity", "2"],
            "--intensity must be a number, 0 to 1, not 2",
        ),
        (["--image", "absent.png", "--text", "hi"], "the image absent.png is not there"),
        (["--image", sys.executable, "--text", "hi", "--model", "absent"], "make repro"),
        (["--text", "hi"], "--image is needed"),
        (["--image", "absent.png", "--text", "x" * 100_000], "100,000 characters"),
        (["--image", "absent.png", "--text", "hi", "--face", "left"], "--face"),
        (
            ["--image", "absent.png", "--text", "hi", "--emotion-track", "absent.txt", "--image", sys.executable],
            "absent.txt is not there",
        ),
        (
            ["--image", "absent.png", "--text", "hi", "--motion", "absent.npz", "--image", sys.executable],
            "absent.npz is not there",
        ),
        (["--image", "absent.png", "--speech", "a.wav", "--captions"], "captions need a --text"),
    ],
)
def test_what_is_wrong_is_one_sentence_on_stderr_and_exit_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = subprocess.run(
        [*MIEN, "talk", *arguments, "-o", "out.mp4"], capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "one of them is needed"),
        (["--text", ""], "--text is empty"),
        (["--text", "x" * 2001], "2,001 characters"),
        (["--text", "nods", "--script", "a.txt"], "not both"),
        (["--script", "absent.txt"], "absent.txt is not there"),
        (["--text", "nods", "--seconds", "0"], "--seconds must be a number, 0.4 to 3,600, not 0"),
        (["--text", "nods", "--seconds", "nan"], "not nan"),
        (["--text", "nods", "--head", "horse"], "--head must be one of embedded, ict, flame, gnm, not 'horse'"),
        (["--text", "nods", "--head", "ict", "--head-file", "absent"], "absent is not there"),
        (["--text", "nods", "--renderer", "blender"], "--renderer must be one of numba, pyrender, dots, not 'blender'"),
        (["--text", "nods", "--model", "absent"], "dvc repro head_motion"),
        (["--text", "nods", "-o", "out.avi"], "must be named"),
        (["--table", "absent.csv"], "absent.csv cannot be read"),
    ],
)
def test_what_is_wrong_with_a_motion_is_answered_before_torch_is_loaded(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    code = (
        "import sys\nfrom mien.commands.cli import app\ntry:\n    app(prog_name='mien')\nfinally:\n"
        "    assert 'torch' not in sys.modules, 'torch'"
    )
    out = [] if "-o" in arguments else ["-o", "out.mp4"]
    done = subprocess.run(
        [sys.executable, "-c", code, "move", *arguments, *out], capture_output=True, text=True, cwd=tmp_path,
        timeout=120, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_heads_tells_what_is_there_and_how_to_get_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    done = mien("heads")
    assert done.exit_code == 0, done.output
    told = " ".join(done.output.split())
    for name in ("embedded", "ict", "flame", "gnm"):
        assert name in told
    assert "Apache-2.0" in told
    assert "MIT" in told
    assert "the head ict is not at" in told
    assert "MIEN_HEADS" in told


def test_batch_and_export_refuse_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/config.json").write_text("{}")
    (tmp_path / "table.csv").write_text("image,words\na.png,hi\n")
    (tmp_path / "good.csv").write_text("image,text\na.png,hi\n")
    for arguments, words in (
        (["batch", tmp_path / "good.csv", "-o", tmp_path / "out", "--model", tmp_path], "make repro"),
        (["batch", tmp_path / "absent.csv", "-o", tmp_path / "out", "--model", tmp_path / "model"], "absent.csv"),
        (["batch", tmp_path / "table.csv", "-o", tmp_path / "out", "--model", tmp_path / "model"], "words"),
        (["batch", tmp_path / "good.csv", "-o", tmp_path / "out", "--model", tmp_path / "model"], "cannot be used"),
        (["export", tmp_path / "model", "-o", tmp_path / "out"], "cannot be exported"),
    ):
        done = mien(*arguments)
        assert done.exit_code == 2, done.output
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()


def test_a_missing_option_is_exit_2() -> None:
    assert "Usage: mien promote" in mien("promote").output
    assert mien("talk", "--text", "hi").exit_code == 2
    assert mien("dance").exit_code == 2
