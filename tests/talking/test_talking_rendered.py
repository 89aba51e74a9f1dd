"""`mien talk --rendered`: the 3D head itself talks, with its own face, an emotion and a motion, without a model."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from glb_reading import Glb
from numpy.typing import NDArray
from people_making import person, saved
from talk_making import talk
from typer.testing import CliRunner

from mien.acting.acting import mouth_drive
from mien.acting.levels import loudness_envelope
from mien.commands.cli import app
from mien.files import sha256_file
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.latents.person import Person
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.sculpture import Sculpture
from mien.media.ffmpeg import probe
from mien.media.file_tags import file_tags
from mien.media.provenance import parse_tags, read_tags
from mien.media.sound import read_sound
from mien.media.speech.interface import Speech, SpokenWord
from mien.media.video import decode_frames
from mien.systems.errors import RequestError
from mien.talking.generate.person import open_person
from mien.talking.generate.rendered import FPS, HZ, spoken_performance
from mien.talking.generate.request import TalkOptions
from mien.talking.generate.speech import synthesise_speech
from mien.talking.system import SYSTEM

TEXT = "Good morning. Bob bought apples, pears and a big map of Panama."
SMILE = EXPRESSION_INDEX["mouthSmileLeft"]
NOWHERE = Path("/no/model")


@pytest.fixture(scope="module")
def neutral() -> Sculpture:
    return Sculpture.of(person(hair_style="short"), EmbeddedHead())


@pytest.fixture(scope="module")
def smiling() -> Sculpture:
    return Sculpture.of(person(hair_style="short", expression="smiling"), EmbeddedHead())


@pytest.fixture(scope="module")
def spoken() -> Speech:
    return synthesise_speech(TEXT, HZ)


@pytest.fixture
def who(tmp_path: Path) -> Path:
    return saved(tmp_path / "person.json", {"age": 1.0}, hair_style="long", glasses="round", expression="smiling")


def perform(one: Sculpture, speech: Speech, **choices: Any) -> Performance:
    return spoken_performance(one, speech, TalkOptions.of(choices))[0]


def test_the_mouth_opens_with_the_loudness_and_is_closed_first_and_last(neutral: Sculpture, spoken: Speech) -> None:
    performance, speech, notes = spoken_performance(neutral, spoken, TalkOptions())
    assert len(performance) == np.ceil(speech.seconds * 25)
    assert notes == ()
    drive = mouth_drive(performance)
    loud = loudness_envelope(speech.samples, speech.hz, np.arange(len(drive)) / 25)
    together = np.corrcoef(drive, loud)[0, 1]
    apart = [np.corrcoef(np.roll(drive, shift), loud)[0, 1] for shift in range(10, len(drive) - 10, 5)]
    assert together > 0.5
    assert together > max(apart) + 0.1
    assert drive[[0, -1]].max() < 0.02
    assert drive.max() > 0.5


def test_lips_meet_at_every_p_b_m(neutral: Sculpture, spoken: Speech) -> None:
    performance, speech, _ = spoken_performance(neutral, spoken, TalkOptions())
    drive = mouth_drive(performance)
    closed = [one for one in speech.phonemes if one.phoneme in ("p", "b", "m")]
    assert len(closed) > 6
    for one in closed:
        centre = (one.start + one.end) / 2
        frames = np.abs(np.arange(len(drive)) / 25 - centre) < 0.045
        assert drive[frames].min() < 0.1, one


def test_the_same_words_and_seed_give_the_same_performance(neutral: Sculpture, spoken: Speech) -> None:
    first, again, other = (perform(neutral, spoken, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.expression, again.expression)
    np.testing.assert_array_equal(first.neck, again.neck)
    assert np.abs(first.neck - other.neck).max() > 0.01
    lids = first.expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]]
    assert lids.max() > 0.8, "it blinks"
    assert first.gaze.std() > 0.005, "it looks about"
    assert first.neck.std() > 0.005, "its head moves"


def test_an_emotion_replaces_the_face_at_rest_as_far_as_it_goes(
    neutral: Sculpture, smiling: Sculpture, spoken: Speech, tmp_path: Path
) -> None:
    def smile(one: Sculpture, **choices: Any) -> float:
        return float(perform(one, spoken, **choices).expression[5:, SMILE].mean())

    assert smile(neutral) < 0.1
    assert smile(smiling) > 0.4, "at rest"
    assert smile(neutral, emotion="happy", intensity=1) > 0.4
    assert smile(smiling, emotion="sad", intensity=1) < 0.1
    assert 0.1 < smile(smiling, emotion="sad", intensity=0.5) < smile(smiling)
    track = tmp_path / "moods.txt"
    track.write_text("0: neutral\n1.5: neutral\n2: happy 1\n")
    weights = perform(neutral, spoken, emotion_track=track).expression[:, SMILE]
    assert weights[5:35].max() < 0.15 < 0.4 < weights[60:].mean()


def test_a_given_motion_is_followed(neutral: Sculpture, spoken: Speech, tmp_path: Path) -> None:
    given = Performance.still(fps=Fraction(50), frames=60, browInnerUp=0.7)
    given.neck[:, 0] = np.linspace(0, 0.4, 60)
    given.gaze[:, 1] = 0.2
    given.save(tmp_path / "motion.npz")
    shown = perform(neutral, spoken, motion=tmp_path / "motion.npz")
    np.testing.assert_allclose(shown.neck[:30, 0], given.neck[::2, 0], atol=1e-6)
    np.testing.assert_allclose(shown.neck[30:, 0], 0.4, atol=1e-6)
    np.testing.assert_allclose(shown.gaze[:, 1], 0.2, atol=1e-6)
    assert shown.expression[:, EXPRESSION_INDEX["browInnerUp"]].min() == pytest.approx(0.7)
    np.testing.assert_array_equal(mouth_drive(shown), mouth_drive(perform(neutral, spoken)))
    turned, moved = np.full((40, 3), 0.1), np.full((40, 2), 0.05)
    np.savez(tmp_path / "plain.npz", fps=25.0, rotation=turned, translation=moved, blink=np.zeros(40))
    plain = perform(neutral, spoken, motion=tmp_path / "plain.npz")
    np.testing.assert_allclose(plain.neck, 0.1, atol=1e-6)
    assert plain.translation[0, 0] > 0 > plain.translation[0, 1], "to the right and down"
    assert plain.expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]].max() < 0.1, "its lids are given"
    assert plain.gaze.std() > 0.005, "its gaze is not"
    with pytest.raises(RequestError, match="need a model of head motion"):
        perform(neutral, spoken, motion="nods")


def test_the_face_at_rest_stays_under_a_motion(smiling: Sculpture, spoken: Speech, tmp_path: Path) -> None:
    given = Performance.still(frames=10)
    given.expression[5:, [EXPRESSION_INDEX[f"mouthFrown{side}"] for side in ("Left", "Right")]] = 0.9
    given.save(tmp_path / "motion.npz")
    smile = perform(smiling, spoken, motion=tmp_path / "motion.npz").expression[:, SMILE]
    assert smile[:4].min() > 0.5
    assert smile[6:].max() < 0.2, "a frown takes it back"


def test_a_recording_moves_the_mouth_by_its_loudness_and_says_so(neutral: Sculpture, spoken: Speech) -> None:
    recording = Speech(spoken.samples, spoken.hz, (), ())
    performance, speech, notes = spoken_performance(neutral, recording, TalkOptions())
    assert "the words of a recording are not known" in notes[0]
    drive = mouth_drive(performance)
    loud = loudness_envelope(speech.samples, speech.hz, np.arange(len(drive)) / 25)
    assert np.corrcoef(drive, loud)[0, 1] > 0.7
    assert drive[[0, -1]].max() < 0.02
    hiss = np.random.default_rng(0).normal(0, 0.1, HZ).astype(np.float32)
    hissed = mouth_drive(perform(neutral, Speech(hiss, HZ, (), ())))
    assert hissed.max() < 0.3 < drive.max()


def test_a_voice_that_gives_words_alone_moves_the_mouth_by_letters(neutral: Sculpture) -> None:
    samples = (0.3 * np.sin(np.arange(HZ) * 0.05)).astype(np.float32)
    words = (SpokenWord("Mama", 0.1, 0.9),)
    performance, _, notes = spoken_performance(neutral, Speech(samples, HZ, (), words), TalkOptions(lead_in=0))
    assert "the mouth follows the letters" in notes[0]
    drive = mouth_drive(performance)
    lips, vowels = drive[[5, 15]], drive[[10, 20]]
    assert lips.max() < 0.15 < 0.4 < vowels.min()


def test_a_video_needs_no_model(who: Path, tmp_path: Path) -> None:
    asked = {"person": who, "text": "Good morning", "rendered": True, "size": 160, "captions": True, "emotion": "HAP"}
    made = talk(asked, tmp_path / "a.mp4", NOWHERE)
    info = probe(made.path)
    assert (info.width, info.height, info.fps, info.frames) == (160, 120, FPS, made.frames)
    assert np.abs(read_sound(made.path)).max() > 0.1
    assert made.captions is not None
    assert "morning" in made.captions.read_text()
    told = read_tags(made.path)
    assert told is not None
    assert (told.model, told.person, told.engine) == ("embedded 3D head", Person.load(who).digest, "espeak")
    assert "morning" not in str(file_tags(made.path))
    assert sha256_file(talk(asked, tmp_path / "b.mp4", NOWHERE).path) == sha256_file(made.path)
    frames = [frame.astype(float) for frame in decode_frames(made.path)]
    mouths = np.array([np.abs(frame[70:90, 65:95] - frames[0][70:90, 65:95]).mean() for frame in frames])
    assert mouths[5:-8].max() > 2 * mouths[-1], "the mouth moves and comes to rest"
    with pytest.raises(RequestError, match="no trained model of a talking face"):
        talk({**asked, "rendered": False}, tmp_path / "c.mp4", NOWHERE)


def test_an_animated_head_has_its_sound_beside_it(who: Path, tmp_path: Path) -> None:
    asked = {"person": who, "text": "Good morning", "rendered": True}
    made = talk(asked, tmp_path / "a.glb", NOWHERE)
    assert (made.path, made.sound) == (tmp_path / "a.glb", tmp_path / "a.wav")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.glb", "a.wav", "person.json"]
    samples, hz = soundfile.read(tmp_path / "a.wav")
    assert hz == HZ
    glb = Glb(tmp_path / "a.glb")
    (animation,) = glb.tree["animations"]
    times = glb.read(animation["samplers"][0]["input"])[:, 0]
    assert len(times) == made.frames
    assert times[-1] + 1 / 25 == pytest.approx(len(samples) / hz, abs=1 / 25)
    face = next(mesh for mesh in glb.tree["meshes"] if mesh["name"] == "Face")
    names = face["extras"]["targetNames"]
    assert len(names) == 52 + 15
    channel = next(one for one in animation["channels"] if one["target"]["path"] == "weights")
    weights = glb.read(animation["samplers"][channel["sampler"]]["output"]).reshape(len(times), len(names))
    jaw = weights[:, names.index("jawOpen")]
    assert jaw.max() > 0.3
    resting = open_person(who).expression[EXPRESSION_INDEX["jawOpen"]]  # of the person's smile
    assert jaw[[0, -1]] == pytest.approx(resting, abs=0.02)
    assert {"Hair", "Glasses"} <= {mesh["name"] for mesh in glb.tree["meshes"]}
    assert Person.from_json(glb.tree["asset"]["extras"]["person"]).digest == Person.load(who).digest
    for path in (tmp_path / "a.glb", tmp_path / "a.wav"):
        told = parse_tags(file_tags(path))
        assert told is not None
        assert (told.model, told.person) == ("embedded 3D head", Person.load(who).digest)
    with pytest.raises(RequestError, match=r"a\.wav is already there"):
        (tmp_path / "a.glb").unlink()
        talk(asked, tmp_path / "a.glb", NOWHERE)
    assert any("its sound" in line for line in made.lines())


def test_what_fails_leaves_neither_head_nor_sound(who: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mien.talking.generate import talk as module

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(module, "write_wav", broken)
    with pytest.raises(RequestError, match="no space left"):
        talk({"person": who, "text": "Hi", "rendered": True}, tmp_path / "a.glb", NOWHERE)
    assert [path.name for path in tmp_path.iterdir()] == ["person.json"]


def test_the_command_and_a_table(who: Path, tmp_path: Path) -> None:
    with (tmp_path / "table.csv").open("w", newline="") as stream:
        rows = [["person.json", "Hello", "yes", "a.mp4"], ["person.json", "Hello", "yes", "b.glb"],
                ["absent.json", "Hello", "yes", "c.mp4"]]  # fmt: skip
        csv.writer(stream).writerows([["person", "text", "rendered", "out"], *rows])
    done = CliRunner().invoke(
        app, ["talk", "--table", str(tmp_path / "table.csv"), "-o", str(tmp_path / "made"), "--size", "64",
              "--model", str(NOWHERE)],
    )  # fmt: skip
    assert "2 made, 0 there already, 1 failed" in done.stdout, done.output
    assert {path.name for path in (tmp_path / "made").glob("[!.]*")} == {"a.mp4", "b.glb", "b.wav", "batch.csv"}
    assert who.exists()


def test_a_table_of_both_needs_the_model(who: Path, inputs: Path, model: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        f"person,rendered,speech,out\n{who},yes,{inputs / 'voice.wav'},a.mp4\n{who},no,{inputs / 'voice.wav'},b.mp4\n"
    )
    with pytest.raises(RequestError, match="no trained model"):
        SYSTEM.run_table(table, tmp_path / "made", {"size": 64}, model=NOWHERE)
    summary = SYSTEM.run_table(table, tmp_path / "made", {"size": 64}, model=model)
    assert (summary.made, summary.failed) == (2, 0)
    told = [read_tags(tmp_path / "made" / name) for name in ("a.mp4", "b.mp4")]
    assert [one.model.split()[0] for one in told if one is not None and one.model] == ["embedded", "talking_face"]


def test_long_speech_is_played_in_pieces(neutral: Sculpture) -> None:
    speech = synthesise_speech("Papa may buy a boat. " * 40, HZ)
    assert speech.seconds > 45
    drive = mouth_drive(perform(neutral, speech))
    again: NDArray[np.float32] = drive[1000:1050]
    assert np.abs(np.diff(drive)).max() < 0.7, "no jump where pieces meet"
    assert again.max() > 0.2
