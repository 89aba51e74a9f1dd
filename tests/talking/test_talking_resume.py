"""A training that is killed with SIGKILL and started again ends in the bits of one that was never disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from talking_corpus import TINY_TALKING_FACE

PROGRAM = """
import json, sys
from pathlib import Path
import torch
from mien.talking.options import TalkingFaceOptions
from mien.talking.train.talking_face import train_talking_face
torch.set_num_threads(1)
faces, split, emotion, generator, out, resume, curves, options = sys.argv[1:]
rows = []
def log(values, samples):
    rows.append([samples, dict(values)])
    Path(curves).write_text(json.dumps(rows))
train_talking_face(Path(faces), Path(split), TalkingFaceOptions.model_validate_json(options), Path(emotion),
                   Path(generator), Path(out), Path(resume), log)
"""


def start(models: tuple[Path, Path], faces: Path, split: Path, folder: Path, options: str) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [str(path) for path in (faces, split, *models, folder / "out", folder / "resume", folder / "curves")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments, options], cwd=root, env=environment)


@pytest.mark.crash
def test_kill_9_in_the_joint_training_changes_no_bit(
    faces: Path, split: Path, emotion_discriminator: Path, generator: Path, tmp_path: Path
) -> None:
    options = TINY_TALKING_FACE.model_copy(update={"samples": 400, "checkpoint_seconds": 0.0}).model_dump_json()
    models = (emotion_discriminator, generator)
    whole = tmp_path / "whole"
    assert start(models, faces, split, whole, options).wait(300) == 0

    killed = tmp_path / "killed"
    process = start(models, faces, split, killed, options)
    deadline = time.monotonic() + 300
    while len(list((killed / "resume").glob("*.json"))) < 2:  # at least two steps are saved, most are not done
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert not (killed / "out").exists()
    done = max(json.loads(path.read_text())["samples"] for path in (killed / "resume").glob("*.json"))
    assert 0 < done < 400

    assert start(models, faces, split, killed, options).wait(300) == 0
    for name in ("model.safetensors", "discriminators.safetensors", "config.json", "card.md"):
        assert (killed / "out" / name).read_bytes() == (whole / "out" / name).read_bytes(), name
    assert json.loads((killed / "curves").read_text()) == json.loads((whole / "curves").read_text())
