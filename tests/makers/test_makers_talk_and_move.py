"""Speech and motion on the same person: the head's motion in words, as a file and as a performance."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PIL import Image
from talk_making import Picture, textured, untrained_model, wall, with_faces
from typer.testing import CliRunner, Result

from mien.commands.cli import app
from mien.faces.measures import FACE_POSE
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.makers.talk_and_move import SYSTEM, text_to_motion
from mien.media.provenance import read_tags
from mien.systems.errors import RequestError
from mien.talking import Talker
from mien.talking.system import SYSTEM as WITHOUT_WORDS

YAW = FACE_POSE.index("yaw")


def mien(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def picture() -> Picture:
    return textured(with_faces(wall(), (180, 144, 170)))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return untrained_model(tmp_path_factory.mktemp("models") / "talking_face")


@pytest.fixture
def inputs(picture: Picture, tmp_path: Path) -> Path:
    Image.fromarray(picture).save(tmp_path / "face.png")
    sound = 0.3 * np.sin(2 * np.pi * 200 * np.arange(9600) / 16_000)
    soundfile.write(tmp_path / "voice.wav", sound, 16_000)
    return tmp_path


class Heard:
    """A talker's `generate` that remembers what it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pose: list[NDArray[np.float32]] = []
        self.emotion_weights: list[NDArray[np.float32] | None] = []
        generate = Talker.generate

        def remembered(talker: Talker, *given: Any, **named: Any) -> Any:
            self.pose.append(named["pose"])
            self.emotion_weights.append(named["emotion_weights"])
            return generate(talker, *given, **named)

        monkeypatch.setattr(Talker, "generate", remembered)


def turned_smile(frames: int = 15) -> Performance:
    """A head that turns by 0.4 radians and comes to smile."""
    made = Performance.still(frames=frames)
    made.neck[:, 0] = 0.4
    made.expression[frames // 2 :, [EXPRESSION_INDEX[f"mouthSmile{side}"] for side in ("Left", "Right")]] = 0.85
    return made


def test_words_become_the_motion_and_the_feelings_of_the_face(
    inputs: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, asked = Heard(monkeypatch), list[tuple[Any, ...]]()

    def maker(words: str, seconds: float, seed: int) -> tuple[Performance, tuple[str, ...]]:
        asked.append((words, seconds, seed))
        return turned_smile(), ("a note on the words",)

    asked_for = {
        "image": inputs / "face.png", "speech": inputs / "voice.wav", "emotion": "SAD", "motion": "turns and smiles",
        "seed": 4, "size": 64,
    }  # fmt: skip
    [extra] = SYSTEM.extras
    system = replace(SYSTEM, extras=(replace(extra, model=replace(WITHOUT_WORDS.model, load=lambda _: maker)),))
    made = system.run(asked_for, inputs / "out.mp4", model=model, motion_model=model)
    assert asked == [("turns and smiles", pytest.approx(1.12), 4)]
    assert made.notes == ("a note on the words",)
    assert (heard.pose[0][:, YAW] > 0.25).all()
    emotion_weights = heard.emotion_weights[0]
    assert emotion_weights is not None
    assert emotion_weights[0].tolist() == pytest.approx([0, 0, 0, 0, 0, 0.67]), "as asked before it smiles"
    assert emotion_weights[-1].tolist() == pytest.approx([0, 0, 0, 1, 0, 0]), "and happy then"
    told = read_tags(inputs / "out.mp4")
    assert told is not None
    assert (told.prompt, told.emotion) == ("turns and smiles", "SAD")
    with pytest.raises(RequestError, match="need a model of head motion"):
        WITHOUT_WORDS.run(asked_for, inputs / "other.mp4", model=model)


def test_a_performance_may_be_given_itself_or_as_a_file(
    picture: Picture, inputs: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, talker = Heard(monkeypatch), Talker.load(model)
    turned_smile().save(inputs / "motion.npz")
    speech = soundfile.read(inputs / "voice.wav", dtype="float32")[0]
    how: dict[str, Any] = {"speech": speech, "paste_back": False, "size": 64}
    track = inputs / "track.txt"
    track.write_text("0: angry 1")
    for motion in (turned_smile(), inputs / "motion.npz", str(inputs / "motion.npz")):
        frames = talker.talk(picture, motion=motion, emotion_track=track, **how)
        assert len(list(frames)) == 28
        assert frames.notes == ()
    for one, other in ((0, 1), (1, 2)):
        np.testing.assert_array_equal(heard.pose[one], heard.pose[other])
        np.testing.assert_array_equal(heard.emotion_weights[one], heard.emotion_weights[other])
    emotion_weights = heard.emotion_weights[0]
    assert emotion_weights is not None
    assert emotion_weights[0].tolist() == [1, 0, 0, 0, 0, 0], "the track is felt where the motion does not smile"
    puffed = Performance.still(frames=5, cheekPuff=0.9)
    frames = talker.talk(picture, motion=puffed, **how)
    assert frames.notes == ("the talking face cannot show puffed cheeks: the motion goes without",)
    list(frames)
    weights = heard.emotion_weights[-1]
    assert weights is not None
    assert weights[:, :4].max() == 0, "no emotion that was not asked for"


def test_the_model_makes_the_motion_for_as_long_as_is_spoken(
    inputs: Path, model: Path, head_motion_model: Path
) -> None:
    asked = ("talk", "-i", inputs / "face.png", "-s", inputs / "voice.wav", "--model", model, "--size", 64)
    words = ("--motion", "nods twyce", "--motion-model", head_motion_model)
    done = mien(*asked, *words, "-o", inputs / "one.mp4")
    assert done.exit_code == 0, done.output
    assert "'twyce'" in done.stderr
    assert "twice" in done.stderr
    assert "motion understood: 1. nods twice" in done.stderr
    assert "28 frames" in done.stdout
    assert mien("inspect", inputs / "one.mp4").stdout.count("prompt: nods twyce\n") == 1
    assert mien(*asked, *words, "-o", inputs / "two.mp4").exit_code == 0
    assert (inputs / "one.mp4").read_bytes() == (inputs / "two.mp4").read_bytes()
    assert mien(*asked, "-o", inputs / "three.mp4").exit_code == 0
    assert (inputs / "three.mp4").read_bytes() != (inputs / "one.mp4").read_bytes()
    performance, notes = text_to_motion(head_motion_model)("nods", 0.2, 0)
    assert len(performance) == 10, "no motion is shorter"
    assert notes[0] == "motion understood: 1. nods"
    assert notes[-1].startswith("0.4 s are short")
    assert text_to_motion(head_motion_model)("don't nod", 2.0, 0)[1] == ("nothing is to be done: the head keeps still",)


def test_the_motion_that_move_writes_is_one_that_talk_takes(inputs: Path, model: Path, head_motion_model: Path) -> None:
    done = mien("move", "-t", "nods", "--seconds", 1, "-o", inputs / "nod.npz", "--model", head_motion_model)
    assert done.exit_code == 0, done.output
    asked = ("talk", "-i", inputs / "face.png", "-s", inputs / "voice.wav", "--model", model, "--size", 64)
    done = mien(*asked, "--motion", inputs / "nod.npz", "-o", inputs / "out.mp4")
    assert done.exit_code == 0, done.output
    refused = mien("move", "-t", "nods", "-o", inputs / "nod.npz", "--model", head_motion_model)
    assert refused.exit_code == 2


def test_what_is_wrong_with_the_words_is_one_sentence(inputs: Path, model: Path, tmp_path: Path) -> None:
    asked = ("talk", "-i", inputs / "face.png", "-s", inputs / "voice.wav", "--model", model, "-o", inputs / "out.mp4")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "config.json").write_text("{}")
    for arguments, words in (
        (("--motion", " "), "--motion is empty"),
        (("--motion", "nods " * 401), "more than 2,000"),
        (("--motion", "nods.npz"), "nods.npz is not there"),
        (("--motion", "nods", "--motion-model", tmp_path / "absent"), "dvc repro head_motion"),
        (("--motion", "nods", "--motion-model", damaged), "cannot be used"),
    ):
        done = mien(*asked, *arguments)
        assert done.exit_code == 2, done.output
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert not (inputs / "out.mp4").exists()


def test_rows_of_a_batch_may_give_words_or_files(inputs: Path, model: Path, head_motion_model: Path) -> None:
    turned_smile().save(inputs / "turn.npz")
    rows = [["nods", "a.mp4"], ["turn.npz", "b.mp4"], ["", "c.mp4"], ["absent.npz", "d.mp4"]]
    with (inputs / "table.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [["image", "speech", "size", "motion", "out"], *[["face.png", "voice.wav", "64", *row] for row in rows]]
        )
    asked = ("batch", inputs / "table.csv", "-o", inputs / "made", "--model", model)
    refused = mien(*asked, "--motion-model", inputs)
    assert refused.exit_code == 2
    assert "dvc repro head_motion" in refused.stderr
    done = mien(*asked, "--motion-model", head_motion_model)
    assert "3 made, 0 there already, 1 failed" in done.stdout, done.output
    assert len({(inputs / "made" / name).read_bytes() for name in ("a.mp4", "b.mp4", "c.mp4")}) == 3
    assert "0 made, 3 there already" in mien(*asked, "--motion-model", head_motion_model).stdout
