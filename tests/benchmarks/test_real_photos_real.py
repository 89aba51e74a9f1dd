"""The benchmark on real photos with the real media, where they are there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from talk_making import untrained_model

from benchmarks.real_photos.__main__ import TASK
from benchmarks.real_photos.clip import Judges, PhotoMeasure, look
from benchmarks.real_photos.face import open_reader
from benchmarks.real_photos.stimuli import RealClip, real_clips, recordings, resting, stills

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared/real"

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason=f"the real media are not here: {REAL}"),
]


@pytest.fixture(scope="module")
def judges() -> Iterator[Judges]:
    with open_reader(REAL / TASK) as reader:
        yield Judges.of(REAL, reader)


@pytest.fixture(scope="module")
def clip() -> RealClip:
    return next(clip for clip in real_clips(REAL) if clip.name == "lwbsza")


def test_stills_of_both_kinds_show_a_face_at_rest_and_speech_lasts_two_seconds(judges: Judges) -> None:
    found = stills(REAL, judges.reader)
    assert [still.kind for still in found[:4]] == ["cremad", "grid", "cremad", "grid"]
    assert len(found) == 12
    faces = [judges.reader.read(still.picture) for still in found]
    assert all(face is not None and face.shapes["eyeBlink"] < 0.5 and face.opening < 0.3 for face in faces)
    assert all(0 < len(one.samples) <= 32_000 for one in recordings(REAL))
    assert "_NEU_" in recordings(REAL)[0].name


def test_a_real_recording_is_the_same_person_and_shows_teeth_and_a_sharp_mouth(judges: Judges, clip: RealClip) -> None:
    measure = PhotoMeasure(resting(clip, judges.reader), judges)
    sharp = measure.measure(look(clip.frames, judges.reader, 4)).values
    assert sharp["found"] == 1
    assert sharp["identity"] > 0.75
    assert sharp["teeth_seen"] > 0.5
    blurred = [cv2.GaussianBlur(frame, (0, 0), 2) for frame in clip.frames[::4]]
    soft = measure.measure(look(blurred, judges.reader, 1)).values
    assert soft["sharpness"] < 0.3 * sharp["sharpness"]
    assert soft["teeth_seen"] == 0


def test_the_photo_itself_is_itself_and_neutral(judges: Judges) -> None:
    photo = stills(REAL, judges.reader)[0].picture
    measure = PhotoMeasure(photo, judges)
    figures = measure.measure(look([photo], judges.reader, 1))
    assert figures.values["identity"] == pytest.approx(1, abs=1e-4)
    assert figures.values["smudge"] == pytest.approx(0, abs=0.01)
    assert figures.values["lip_delta_e"] == 0
    assert figures.named == measure.answer() == "NEU"


def test_the_command_prints_figures_and_goals_and_draws_sheets(tmp_path: Path) -> None:
    model = untrained_model(tmp_path / "model")
    command = [sys.executable, "-m", "benchmarks.real_photos", "--real", str(REAL), "--model", str(model), "--quick"]
    command += ["--out", str(tmp_path / "out"), "--stills", "1", "--posed", "1", "--goals", "--frames-every", "12"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500, cwd=ROOT, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert "| HAP mouthSmile |" in ran.stdout
    assert "| a blink that was asked for closes" in ran.stdout
    figures = json.loads((tmp_path / "out/figures.json").read_text())
    assert len(figures["videos"]["model"]) == 6
    assert figures["around"]["model"]["img01"]["lines_95"] >= 0
    for name in ("model_sheet", "model_speech", "model_posed", "grid_clips_sheet"):
        assert cv2.imread(str(tmp_path / "out" / f"{name}.png")) is not None, name
