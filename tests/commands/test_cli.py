"""The `mien` command: it teaches, answers what is wrong in one sentence with exit 2, and starts fast."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from typer.testing import CliRunner, Result

from mien import __version__
from mien.commands import doctor
from mien.commands.cli import app
from mien.commands.summary import (
    PARTS,
    ROWS,
    SHAPES_FIGURES,
    SummaryError,
    read_evaluation,
)
from mien.commands.systems import SYSTEMS
from mien.heads.performance import Performance
from mien.media.video import write_video

MIEN = [sys.executable, "-m", "mien.commands.cli"]


def mien(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [str(one) for one in arguments])


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
        "talk", "batch", "move", "shapes", "heads", "export", "inspect", "doctor", "summary", "promote",
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
        (["--image", sys.executable, "--text", "hi"], "make repro"),
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
        (["--text", "nods"], "dvc repro head_motion"),
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


def test_inspect_tells_a_marked_file_from_another(tmp_path: Path) -> None:
    frames = [np.zeros((32, 32, 3), np.uint8)] * 3
    comment = "This file was generated by AI: mien 0.1.0, model talking_face abc. It is not a recording."
    write_video(tmp_path / "ours.mp4", frames, Fraction(25), metadata={"comment": comment, "title": "A title"})
    write_video(tmp_path / "theirs.mp4", frames, Fraction(25))
    tags = PngImagePlugin.PngInfo()
    tags.add_text("Comment", comment)
    Image.new("RGB", (2, 2)).save(tmp_path / "ours.png", pnginfo=tags)
    assert "AI-generated by mien" in mien("inspect", tmp_path / "ours.png").stdout
    (tmp_path / "cut.png").write_bytes((tmp_path / "ours.png").read_bytes()[:20])
    assert mien("inspect", tmp_path / "cut.png").exit_code == 2
    ours, theirs = mien("inspect", tmp_path / "ours.mp4"), mien("inspect", tmp_path / "theirs.mp4")
    assert ours.exit_code == theirs.exit_code == 0
    assert ours.output.startswith("AI-generated by mien\n")
    assert comment in ours.output
    assert "title: A title" in ours.output
    assert theirs.output.startswith("no mark of mien")
    missing = mien("inspect", tmp_path / "absent.mp4")
    assert missing.exit_code == 2
    assert "the file is not there" in missing.stderr


def test_inspect_reads_pictures_that_mien_does_not_write(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a holiday"
    for name in ("a.jpg", "a.webp", "a.tif"):
        Image.new("RGB", (8, 8)).save(tmp_path / name, exif=exif)
        done = mien("inspect", tmp_path / name)
        assert done.exit_code == 0, done.output
        assert done.stdout.startswith("no mark of mien")
        assert "ImageDescription: a holiday" in done.stdout
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:3])
    assert len(mien("inspect", tmp_path / "b.jpg").output.splitlines()) == 1


def test_inspect_refuses_what_it_cannot_read_in_one_sentence(tmp_path: Path) -> None:
    def refused(path: Path, words: str) -> None:
        done = mien("inspect", path)
        assert done.exit_code == 2, done.output
        assert words in done.stderr
        assert "Traceback" not in done.output
        assert len(done.stderr) < 300 + len(str(path))

    for name, what in (("a.csv", "CSV"), ("a.json", "JSON"), ("a.safetensors", "safetensors")):
        (tmp_path / name).write_text("{}")
        refused(tmp_path / name, f"{what} files have no place for provenance")
    refused(tmp_path, "this is a folder")
    header = b'{"asset": ' + b"[" * 100_000
    for name, words, content in (
        ("cut.glb", "header", b"glTF" + struct.pack("<I", 2)),
        ("old.glb", "no glTF 2.0", b"glTF" + struct.pack("<III", 1, 20, 0) + b"JSON"),
        ("huge.glb", "no glTF 2.0", b"glTF" + struct.pack("<III", 2, 20, 2**32 - 1) + b"JSON{}"),
        ("deep.glb", "JSON is damaged", b"glTF" + struct.pack("<III", 2, 20, len(header)) + b"JSON" + header),
        ("list.glb", "JSON is damaged", b"glTF" + struct.pack("<III", 2, 20, 2) + b"JSON[]"),
        ("bad.npz", "no npz file", b"PK\3\4 not a zip"),
        ("bad.onnx", "no ONNX model", b"\xff" * 100),
    ):
        (tmp_path / name).write_bytes(content)
        refused(tmp_path / name, words)
    for name, provenance in (("list.npz", "[1]"), ("deep.npz", "[" * 100_000), ("text.npz", "no JSON")):
        np.savez(tmp_path / name, provenance=np.array(provenance))
        refused(tmp_path / name, f"{name}: ")
    np.savez(tmp_path / "pickled.npz", provenance=np.array([{"a": 1}], dtype=object))
    refused(tmp_path / "pickled.npz", "no npz file of plain arrays")


def test_inspect_shows_no_control_characters(tmp_path: Path) -> None:
    tags = {
        "comment": "generated by AI: mien 0.1.0",
        "title": "\x1b[2Jred\nline\u202e",
        "description": "prompt=%1B%5B2J",
    }
    Performance.still().save(tmp_path / "a.npz", tags)
    told = mien("inspect", tmp_path / "a.npz").stdout
    assert told.startswith("AI-generated by mien\n")
    assert "\x1b" not in told
    assert "\u202e" not in told
    np.savez(tmp_path / "theirs.npz", a=np.zeros(3))
    assert mien("inspect", tmp_path / "theirs.npz").stdout.startswith("no mark of mien")


def evaluation() -> dict[str, Any]:
    row = {"psnr": 21.5, "ssim": 0.7, "ssim_mouth": 0.61, "sync_auc": None, "emotion_accuracy": 0.5, "jitter": 31.0}
    rows: dict[str, Any] = {name: {"val": dict(row), "overall": 0.5} for name in ROWS}
    rows["generated"]["val"]["psnr"] = 23.25
    evaluated = {"val": 20, "actors": 3, "neutral_references": 18, "own_first_frame_references": 2}
    return {**rows, "evaluated": evaluated}


def test_summary_shows_the_figures_and_where_everything_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "metrics/details").mkdir(parents=True)
    (tmp_path / "metrics/details/evaluate_talking.json").write_text(json.dumps(evaluation()))
    (tmp_path / "data/evaluate_talking/videos").mkdir(parents=True)
    (tmp_path / "mlflow.db").touch()
    monkeypatch.chdir(tmp_path)
    done = mien("summary")
    assert done.exit_code == 0, done.output
    assert "PSNR" in done.output
    assert "23.2" in done.output
    assert "–" in done.output
    assert "18 from a neutral frame" in " ".join(done.output.split())
    assert "data/evaluate_talking/videos" in done.output
    assert "mlflow.db" in done.output
    assert "contact_sheet" not in done.output  # only what is there
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert "http://127.0.0.1:5000" in mien("summary").output


def test_summary_before_a_run_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = mien("summary")
    assert done.exit_code == 2
    assert "make repro" in done.stderr
    (tmp_path / "metrics/details").mkdir(parents=True)
    for content in ("{", "[]", '{"generated": 1}'):
        (tmp_path / "metrics/details/evaluate_talking.json").write_text(content)
        with pytest.raises(SummaryError, match="dvc repro evaluate_talking"):
            read_evaluation(tmp_path)


def test_summary_shows_the_figures_of_head_motion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics/details").mkdir(parents=True)
    (tmp_path / "metrics/details/evaluate_talking.json").write_text(json.dumps(evaluation()))
    path = tmp_path / "metrics/details/evaluate_motion.json"
    for content in ("{", "[]", "{}", '{"note": "none", "flag": true}', '{"real": {"val": 1}}'):
        path.write_text(content)
        done = mien("summary")
        assert done.exit_code == 0, done.output
        assert "Head motion" not in done.output
    rows = {
        row: {"val": {"exact": value}, "held_out": {"frechet": 2.25}}
        for row, value in (("real", 1.0), ("baseline", 0.5))
    }
    path.write_text(json.dumps(rows))
    told = mien("summary").output
    assert all(words in told for words in ("PSNR", "Head motion", "done exactly", "0.50", "2.250"))
    (tmp_path / "metrics/details/evaluate_talking.json").unlink()
    alone = mien("summary")
    assert alone.exit_code == 0, alone.output
    assert "2.250" in alone.output
    assert "make repro" in alone.output


def test_summary_shows_the_figures_of_moving_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics/details").mkdir(parents=True)
    rows = {"generated": {"val": {"exact": 0.75}, "wordings": {"motion": 0.625}, "overall": 0.7}}
    (tmp_path / "metrics/details/evaluate_shapes.json").write_text(json.dumps(rows))
    told = mien("summary").output
    assert all(words in told for words in ("Moving shapes", "generated, seen", "0.75", "0.62"))
    every = {part: dict.fromkeys(SHAPES_FIGURES, 0.5) for part in PARTS}
    whole = dict.fromkeys(("real", "baseline", "first_sample", "generated", "shuffled"), every)
    (tmp_path / "metrics/details/evaluate_shapes.json").write_text(json.dumps(whole))
    monkeypatch.setenv("COLUMNS", "80")
    told = mien("summary").output
    assert told.count("0.50") == 15 * len(SHAPES_FIGURES)  # all of them can be read where lines are 80 wide


def test_the_summary_knows_the_rows_of_the_evaluation() -> None:
    from mien.systems.evaluation.rows import ROWS as EVALUATED

    assert set(ROWS) < set(EVALUATED)


def test_doctor_looks_at_everything_and_gives_a_remedy_for_what_lacks(tmp_path: Path) -> None:
    findings = {
        finding.thing: finding
        for finding in doctor.diagnose({"a talking face": tmp_path, "head motion": tmp_path, "moving shapes": tmp_path})
    }
    expected = {
        "Python", "torch", "ffmpeg", "landmarks: mediapipe", "landmarks: face-alignment", "speech voices",
        "free disk", "port 5000", "port 4200", "git", "dvc", "prefect", "mlflow", "model of a talking face",
        "model of head motion", "model of moving shapes", "heads",
    }  # fmt: skip
    assert set(findings) == expected
    assert findings["ffmpeg"].state == "ok"
    assert findings["landmarks: mediapipe"].state == "ok"
    assert findings["model of a talking face"].remedy == findings["model of head motion"].remedy == "make repro"
    assert findings["heads"].found.startswith("embedded")
    (tmp_path / "config.json").touch()
    assert doctor._model("a model", tmp_path).state == "ok"
    assert all(finding.remedy for finding in findings.values() if finding.state != "ok")


def test_doctor_sees_a_taken_port() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taken = doctor._port(server.getsockname()[1], "MLflow")
    assert taken.found == "taken by another program"
    assert "make ui" in taken.remedy


def test_doctor_never_raises_and_exits_1_when_something_essential_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> doctor.Finding:
        raise OSError("libavcodec.so:\n no such file")

    finding = doctor._looked_at("ffmpeg", breaks, True)
    assert (finding.state, finding.found, finding.essential) == ("missing", "libavcodec.so: no such file", True)
    assert finding.remedy
    fine = doctor.Finding("Python", "ok", "3.11", essential=True)
    optional = doctor.Finding("weights", "missing", "none", "fetch them")
    monkeypatch.setattr(doctor, "diagnose", lambda *_: [fine, optional])
    done = mien("doctor")
    assert done.exit_code == 0
    assert "nothing essential is missing" in done.output
    monkeypatch.setattr(doctor, "diagnose", lambda *_: [fine, finding])
    done = mien("doctor")
    assert done.exit_code == 1
    assert "essential and missing: ffmpeg" in done.output
