"""Responses, classifier windows, goals, tables, motions and sheets of the benchmark on real photos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from real_photos_drawing import SIDE, drawn, drawn_face

from benchmarks.real_photos.blendshapes import grows, mean_shapes, response
from benchmarks.real_photos.clip import Figures, Measured, Seen, sync
from benchmarks.real_photos.emotion import CLASSES, named, window
from benchmarks.real_photos.face import SHAPES
from benchmarks.real_photos.goals import goals, goals_table
from benchmarks.real_photos.posed import BLINKS_AT, nods_turns_and_a_blink
from benchmarks.real_photos.sheet import FACE_SIDE, MOUTH_HEIGHT, sheet, shown
from benchmarks.real_photos.stimuli import rendered_clips
from benchmarks.real_photos.table import (
    LEAST_BLINK,
    MONOTONE,
    NEUTRAL_SMUDGE,
    RIGHT,
    VALUES,
    around_summary,
    summary,
    table,
)
from mien.heads.performance import EXPRESSION_INDEX
from mien.media.sound import write_wav
from mien.media.video import write_video

FPS = Fraction(25)


def video(still: str, emotion: str, intensity: float, says: str = "NEU", **shapes: float) -> Measured:
    weights = {**dict.fromkeys(SHAPES, 0.1), **shapes}
    figures = Figures(weights, {"identity": 0.8, "sharpness": 0.5}, says, says)
    return Measured(
        still, "speech", emotion, intensity, figures, {} if emotion == "NEU" else dict.fromkeys(SHAPES, 0.1)
    )


def test_a_response_is_the_weight_minus_that_with_neutral() -> None:
    faces = [drawn_face(mouthSmile=0.2), drawn_face(mouthSmile=0.6)]
    assert mean_shapes(faces)["mouthSmile"] == pytest.approx(0.4)
    assert response(mean_shapes(faces), dict.fromkeys(SHAPES, 0.1))["mouthSmile"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("values", "rises"),
    [((0.1, 0.2, 0.4), True), ((0.1, 0.09, 0.4), True), ((0.3, 0.2, 0.4), False), ((0.0, 0.0, 0.01), False)],
)
def test_a_response_grows_if_it_never_falls_beyond_the_tolerance_and_ends_above_it(
    values: tuple[float, ...], rises: bool
) -> None:
    assert grows(values) is rises


def test_the_classifier_is_asked_among_our_six_or_all_seven() -> None:
    chances = np.zeros(7)
    chances[CLASSES.index("SUR")], chances[CLASSES.index("FEA")] = 0.6, 0.4
    assert named(chances) == "FEA"
    assert named(chances, all_classes=True) == "SUR"


def test_the_window_of_the_classifier_holds_the_outline_of_the_face() -> None:
    face = drawn_face()
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    picture[30:210, 40:200] = 255  # the outline's box, 160 × 180
    seen = window(picture, face, 1.0)
    assert seen.shape == (64, 64)
    assert (seen[8:-8, 8:-8] == 255).all()
    assert seen[:, 0].max() < 60, "the box is higher than wide"
    assert window(picture, face, 2.0)[0].max() < 60


def test_a_summary_has_the_least_still_the_growth_and_the_answers() -> None:
    videos = [
        video("a", "NEU", 1), video("b", "NEU", 1),
        video("a", "HAP", 0.5, "NEU", mouthSmile=0.3), video("b", "HAP", 0.5, "NEU", mouthSmile=0.5),
        video("a", "HAP", 1, "HAP", mouthSmile=0.6), video("b", "HAP", 1, "NEU", mouthSmile=0.3),
    ]  # fmt: skip
    found = summary(videos)
    assert found["HAP mouthSmile"] == pytest.approx(0.35)
    assert found["HAP mouthSmile, least of a still"] == pytest.approx(0.2)
    assert found[MONOTONE] == 0.5, "b smiles less at 1 than at .5"
    assert found[RIGHT] == pytest.approx(3 / 4), "of those at full intensity"
    assert found["named rightly, HAP"] == 0.5
    assert found[VALUES["identity"]] == pytest.approx(0.8)


def test_the_smudge_of_neutral_videos_has_a_line_of_its_own() -> None:
    neutral, happy = video("a", "NEU", 1), video("a", "HAP", 1, mouthSmile=0.9)
    neutral.figures.values["smudge"], happy.figures.values["smudge"] = 0.3, 0.9
    found = summary([neutral, happy])
    assert found[VALUES["smudge"]] == pytest.approx(0.6)
    assert found[NEUTRAL_SMUDGE] == pytest.approx(0.3)
    (goal,) = [one for one in goals({"model": found, "GRID clips": {NEUTRAL_SMUDGE: 0.31}}) if "with NEU" in one.what]
    assert goal.reached is True


def test_the_goals_are_read_against_the_truth_and_real_clips() -> None:
    model = {"HAP mouthSmile, least of a still": 0.2, "FEA eyeWide": 0.2, VALUES["sharpness"]: 0.7, LEAST_BLINK: 0.7}
    rows = {
        "model": model,
        "GRID clips": {VALUES["sharpness"]: 0.8},
        "rendered, truth": {"FEA eyeWide": 0.3, "DIS noseSneer": 0.001},
    }
    by_name = {goal.what: goal for goal in goals(rows)}
    assert by_name["smile: HAP mouthSmile on every photo"].reached is False
    assert by_name["FEA eyeWide, half of the rendered truth's"].reached is True
    assert by_name["DIS noseSneer, half of the rendered truth's"].limit is None, "the truth does not show it"
    assert by_name["sharpness of the mouth, against GRID's"].reached is True
    assert by_name["a blink that was asked for closes: eyeBlink on every photo"].reached is True
    assert by_name["identity, mean cosine"].reached is None
    text = goals_table(goals(rows))
    assert "| smile: HAP mouthSmile on every photo | ≥ 0.35 | 0.20 | **missed** |" in text


def test_the_least_blink_of_all_stills_counts() -> None:
    found = around_summary({"a": {"blink": 0.9, "lines_95": 1.0}, "b": {"blink": 0.5, "lines_95": 3.0}})
    assert found[LEAST_BLINK] == 0.5
    assert found[VALUES["lines_95"]] == 2.0
    assert LEAST_BLINK not in around_summary({"a": {"lines_95": 1.0}})


def test_the_table_has_a_column_for_each_row_of_videos() -> None:
    lines = table({"model": {"videos": 3.0, "x": 0.5}, "real": {"videos": 1.0}}).splitlines()
    assert lines == ["| | model | real |", "|---|---|---|", "| videos | 3.00 | 1.00 |", "| x | 0.50 | – |"]


def test_a_mouth_that_follows_the_loudness_has_a_high_correlation_and_its_lag() -> None:
    loud = np.clip(np.sin(2 * np.pi * 3 * np.arange(50) / 25), 0.02, 1)
    samples = np.repeat(loud, 640) * np.random.default_rng(0).uniform(-1, 1, 50 * 640)
    late = np.roll(np.log(loud), 2) / 10 + 0.5
    faces = [drawn_face(opening) for opening in late]
    frames = [np.zeros((4, 4, 3), np.uint8)] * 50
    found = sync(Seen(frames, faces, 50), samples.astype(np.float32), FPS)
    assert found["sync_r"] > 0.9
    assert found["sync_lag"] == pytest.approx(80)
    assert sync(Seen(frames[:30], faces[:30], 50), samples.astype(np.float32), FPS) == {}, "not every frame was seen"


def test_the_known_motion_nods_twice_turns_both_ways_and_closes_the_eyes_once() -> None:
    motion = nods_turns_and_a_blink(50, FPS)
    pitch, yaw = motion.neck[:, 1], motion.neck[:, 0]
    peaks = np.flatnonzero((pitch[1:-1] > pitch[:-2]) & (pitch[1:-1] >= pitch[2:]) & (pitch[1:-1] > 0.1))
    assert len(peaks) == 2
    assert yaw.max() == pytest.approx(-yaw.min(), rel=0.05)
    lids = motion.expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]]
    assert np.argmax(lids) in range(round(BLINKS_AT * 50) - 1, round(BLINKS_AT * 50) + 2)
    assert lids.max() == 1
    assert (lids > 0).sum() < 10


def test_the_sheet_shows_the_wider_mouth_and_leaves_missing_cells_white() -> None:
    faces = [drawn_face(opening) for opening in (0.0, 0.1, 0.2, 0.3, 0.4)]
    frames = [drawn(face) for face in faces]
    _, chosen = shown(frames, faces)
    assert chosen is faces[3]
    cells = {"a": {"photo": (frames[0], faces[0]), "HAP": (frames[3], faces[3])}}
    picture = sheet(["photo", "NEU", "HAP"], cells)
    assert picture.shape[1] == 3 * FACE_SIDE
    assert picture.shape[0] > FACE_SIDE + MOUTH_HEIGHT
    assert (picture[60:, FACE_SIDE : 2 * FACE_SIDE] == 255).all()
    assert picture[60:, 2 * FACE_SIDE :].std() > 10


def test_of_each_rendered_person_the_neutral_clip_comes_first_and_the_strongest_of_each_feeling(tmp_path: Path) -> None:
    corpus, split = tmp_path / "data/corpus", tmp_path / "data/split"
    corpus.mkdir(parents=True)
    split.mkdir()
    rows = [("1", "HAP", "0.3"), ("1", "HAP", "1.0"), ("1", "NEU", ""), ("2", "SAD", "1.0"), ("3", "NEU", "")]
    names = [f"{actor}_{emotion}_{number}" for number, (actor, emotion, _) in enumerate(rows)]
    write_wav(corpus / "a.wav", np.zeros(1600, np.float32), 16_000)
    write_video(corpus / "a.mkv", [np.zeros((16, 16, 3), np.uint8)] * 3, FPS)
    table_rows = [
        f"{name},{actor},{emotion},{strength},data/corpus/a.mkv,data/corpus/a.wav,ok"
        for name, (actor, emotion, strength) in zip(names, rows, strict=True)
    ]
    (corpus / "clips.csv").write_text("\n".join(["clip_id,actor,emotion,intensity,path,sound,status", *table_rows]))
    parts = ["val"] * 4 + ["train"]
    (split / "split.csv").write_text(
        "\n".join(["clip_id,part", *(f"{n},{p}" for n, p in zip(names, parts, strict=True))])
    )
    found = [(clip.name, len(clip.frames)) for clip in rendered_clips(tmp_path / "data", "val", 5)]
    assert found == [("1_NEU_2", 3), ("1_HAP_1", 3)], "person 2 has no neutral clip, 3 is of another part"
    assert [clip.emotion for clip in rendered_clips(tmp_path / "data", "val", 5, only="HAP")] == ["HAP"]
