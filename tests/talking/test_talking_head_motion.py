"""Head motion from files: measured against a head that really moves so, on the video's clock, and refused in words."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mien.faces.alignment import STABLE_POINTS, mean_shape, similarity_transform, transform_points
from mien.faces.measures import FACE_POSE, face_pose
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.render import Camera, project
from mien.systems.errors import RequestError
from mien.talking.generate import head_motion
from mien.talking.generate.head_motion import (
    SHAPE_TOLERANCE,
    as_turned,
    aside_note,
    head_poses,
    load_head_motion,
    performance_motion,
)

FPS = Fraction(25)
X, Y, SCALE, ROLL, YAW, PITCH, LIDS, GAZE_X, GAZE_Y = range(len(FACE_POSE))


def write(path: Path, fps: Any = 25, **arrays: Any) -> Path:
    np.savez(path, fps=np.asarray(fps), **{name: np.asarray(array) for name, array in arrays.items()})
    return path


def neutral_pose() -> NDArray[np.float64]:
    """Pose (9,) of the mean face in the crop, with open eyes and a straight gaze."""
    measures = face_pose(np.asarray(mean_shape(1)[None], np.float32), 1)[0]
    measures[ROLL:] = 0
    return measures


def read_head_motion(
    path: Path, frames: int, fps: Fraction, base: NDArray[np.floating] | None = None
) -> NDArray[np.float32]:
    return head_poses(load_head_motion(path)[0], frames, fps, neutral_pose() if base is None else base)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "motion.npz"


def seen(neck: NDArray[np.float64], blink: float = 0.0) -> NDArray[np.float64]:
    """Measures (T, 9) of the embedded head held as `neck` (T, 3), in the crop that shows it at rest in its place."""
    head = EmbeddedHead()
    expression = torch.from_numpy(expression_vector({"eyeBlinkLeft": blink, "eyeBlinkRight": blink}))
    necks = torch.from_numpy(np.concatenate([np.zeros((1, 3)), neck]).astype(np.float32))
    vertices = head.vertices(head.identity()[None], expression[None], neck=necks)
    points = project(vertices[:, head.landmark_vertices].numpy(), Camera(), (512, 512))[..., :2]
    stable = list(STABLE_POINTS)
    transform = similarity_transform(points[0, stable], mean_shape(256)[stable])
    measures = face_pose(transform_points(points, np.broadcast_to(transform, (len(points), 2, 3))), 256)
    return measures[1:] - measures[0]


@pytest.mark.parametrize(
    ("axis", "measures"),
    [(0, {X: 0.25, YAW: 0.25}), (1, {Y: 0.25, PITCH: 0.35}), (2, {X: 0.25, ROLL: 0.05})],
    ids=["yaw", "pitch", "roll"],
)
def test_a_head_that_turns_is_measured_as_the_file_says(axis: int, measures: dict[int, float], file: Path) -> None:
    angles = np.linspace(-0.2, 0.2, 9)
    neck = np.zeros((9, 3))
    neck[:, axis] = angles
    truth = seen(neck)
    given = read_head_motion(write(file, rotation=neck), 9, FPS) - neutral_pose()
    for measure in (X, Y, ROLL, YAW, PITCH):
        slope, expected = np.polyfit(angles, given[:, measure], 1)[0], np.polyfit(angles, truth[:, measure], 1)[0]
        if measure in measures:
            assert slope == pytest.approx(expected, rel=measures[measure]), FACE_POSE[measure]
        else:
            assert slope == pytest.approx(0, abs=1e-6)
            assert abs(expected) < 0.15, f"{FACE_POSE[measure]} does not follow this angle"


def test_at_rest_is_the_mean_face_in_its_place(file: Path) -> None:
    motion = read_head_motion(write(file, rotation=np.zeros((2, 3))), 3, FPS)
    assert motion.shape == (3, len(FACE_POSE))
    assert motion.dtype == np.float32
    eyes = (mean_shape(1)[[36, 39, 42, 45]] + 0.5).mean(0)
    np.testing.assert_allclose(motion[:, [X, Y]], np.tile(eyes - 0.5, (3, 1)), atol=1e-6)
    np.testing.assert_allclose(np.exp(motion[:, SCALE]), 0.28, atol=0.01)
    assert (motion[:, ROLL:] == 0).all()


def test_what_is_optional_has_its_measures(file: Path) -> None:
    arrays = {
        "rotation": np.zeros((4, 3)),
        "translation": np.tile([0.1, -0.05], (4, 1)),
        "blink": [0.0, 0.5, 1.0, 0.0],
        "gaze": np.tile([0.2, 0.1], (4, 1)),
    }
    motion = read_head_motion(write(file, **arrays), 4, FPS) - neutral_pose()
    np.testing.assert_allclose(motion[:, [X, Y]], np.tile([0.1, -0.05], (4, 1)), atol=1e-6)
    np.testing.assert_allclose(motion[:, LIDS], head_motion.CLOSED_LIDS * np.array(arrays["blink"]), atol=1e-6)
    assert (motion[:, GAZE_X] > 0.03).all(), "to the right"
    assert (motion[:, GAZE_Y] > 0.005).all(), "and down"


def test_the_files_clock_is_brought_to_the_videos(file: Path) -> None:
    rotation = np.zeros((61, 3))
    rotation[:, 2] = np.linspace(0, 0.6, 61)  # 0.01 a frame at 60000/1001 frames a second
    motion = read_head_motion(write(file, "60000/1001", rotation=rotation), 40, FPS)
    expected = np.minimum(np.arange(40) / 25 * 60000 / 1001, 60) * 0.01
    np.testing.assert_allclose(motion[:, ROLL], expected, atol=1e-6)
    assert motion[-1, ROLL] == pytest.approx(0.6), "held after its end"


def test_lids_and_gaze_stay_as_drawn_where_the_file_does_not_tell_of_them(file: Path) -> None:
    drawn = np.random.default_rng(0).normal(0, 0.1, (5, len(FACE_POSE)))
    rotation = np.tile([0.1, 0.0, 0.0], (5, 1))
    motion = read_head_motion(write(file, rotation=rotation), 5, FPS, drawn)
    np.testing.assert_allclose(motion[:, LIDS:], drawn[:, LIDS:], atol=1e-6)
    place = np.median(drawn, 0)
    np.testing.assert_allclose(motion[:, SCALE], place[SCALE], atol=1e-6)
    np.testing.assert_allclose(motion[:, Y], place[Y], atol=1e-6)
    assert np.ptp(motion[:, YAW]) == 0, "what the file tells of is not drawn"
    told = read_head_motion(write(file, rotation=rotation, blink=np.zeros(5)), 5, FPS, drawn[0])
    assert (told[:, LIDS] == 0).all()
    np.testing.assert_allclose(told[:, GAZE_X], drawn[0, GAZE_X], atol=1e-6)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"fps": 25}, "lacks rotation"),
        ({"rotation": np.zeros((3, 3))}, "lacks fps"),
        ({"fps": 0, "rotation": np.zeros((3, 3))}, "fps is a number from 1 to 1000"),
        ({"fps": "fast", "rotation": np.zeros((3, 3))}, "fps is a number from 1 to 1000"),
        ({"fps": "1/0", "rotation": np.zeros((3, 3))}, "fps is a number from 1 to 1000"),
        ({"fps": [25, 25], "rotation": np.zeros((3, 3))}, "fps is a number from 1 to 1000"),
        ({"fps": float("nan"), "rotation": np.zeros((3, 3))}, "fps is a number from 1 to 1000"),
        ({"fps": 25, "rotation": np.zeros((3, 2))}, "rotation is numbers (T, 3), not float64 (3, 2)"),
        ({"fps": 25, "rotation": np.zeros((0, 3))}, "rotation is numbers (T, 3)"),
        ({"fps": 25, "rotation": np.full((3, 3), "a")}, "rotation is numbers (T, 3), not <U1"),
        ({"fps": 25, "rotation": np.full((3, 3), 12.5)}, "radians, at most a quarter turn, not 12.5"),
        ({"fps": 25, "rotation": np.full((3, 3), np.nan)}, "radians, at most a quarter turn, not nan"),
        ({"fps": 25, "rotation": np.zeros((3, 3)), "blink": np.full(3, -0.5)}, "0 (open) to 1 (closed), not -0.5"),
        ({"fps": 25, "rotation": np.zeros((3, 3)), "blink": np.zeros((3, 2))}, "blink is numbers (T,)"),
        (
            {"fps": 25, "rotation": np.zeros((3, 3)), "translation": np.full((3, 2), 30)},
            "crop sizes, at most 1, not 30",
        ),
        ({"fps": 25, "rotation": np.zeros((3, 3)), "gaze": np.zeros((4, 2))}, "several lengths: rotation 3, gaze 4"),
    ],
)
def test_arrays_that_cannot_be_used_are_named(arrays: dict[str, Any], message: str, file: Path) -> None:
    np.savez(file, **{name: np.asarray(value) for name, value in arrays.items()})
    with pytest.raises(RequestError) as caught:
        read_head_motion(file, 3, FPS)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_of_arrays_is_refused(tmp_path: Path) -> None:
    def refused(path: Path, message: str) -> None:
        with pytest.raises(RequestError, match=message):
            read_head_motion(path, 3, FPS)

    refused(tmp_path / "missing.npz", "not there")
    refused(tmp_path, "is no file")
    (tmp_path / "text.npz").write_text("yaw pitch roll")
    refused(tmp_path / "text.npz", "no npz file")
    np.save(tmp_path / "one.npy", np.zeros((3, 3)))
    refused(tmp_path / "one.npy", "no npz file")
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, fps=np.asarray(25), rotation=np.array([{"a": 1}], dtype=object))
    refused(pickled, "no npz file of plain arrays")
    whole = write(tmp_path / "whole.npz", rotation=np.zeros((500, 3))).read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "cut.npz", "no npz file")


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_motion, "MAX_BYTES", 100_000)
    content = io.BytesIO()
    np.save(content, np.zeros((100_000, 3)))
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rotation.npy", content.getvalue())
    assert path.stat().st_size < 20_000
    with pytest.raises(RequestError, match="more than 100,000 bytes"):
        read_head_motion(path, 3, FPS)


def performed(**channels: Any) -> Performance:
    """A performance of the named arrays; the others are zero."""
    frames = len(next(iter(channels.values())))
    widths = {"expression": 52, "neck": 3, "translation": 3, "gaze": 2}
    arrays = {name: np.zeros((frames, width), np.float32) for name, width in widths.items()}
    return Performance(FPS, **(arrays | {name: np.asarray(array, np.float32) for name, array in channels.items()}))


def expressed(frames: int, **values: float) -> NDArray[np.float32]:
    return np.repeat(expression_vector(values)[None], frames, 0)


def test_a_performance_is_measured_as_a_file_of_the_same_motion(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    neck, gaze = rng.uniform(-0.4, 0.4, (7, 3)), rng.uniform(-0.3, 0.3, (7, 2))
    performed(neck=neck, gaze=gaze).save(tmp_path / "performance.npz")
    told = write(tmp_path / "told.npz", rotation=neck, gaze=gaze, blink=np.zeros(7))
    np.testing.assert_allclose(
        read_head_motion(tmp_path / "performance.npz", 9, FPS), read_head_motion(told, 9, FPS), atol=1e-6
    )


@pytest.mark.parametrize(
    ("axis", "measure", "tolerance"), [(0, X, 0.08), (1, Y, 0.08), (2, SCALE, 0.08)], ids=["x", "y", "z"]
)
def test_a_head_that_moves_is_measured_as_the_performance_says(axis: int, measure: int, tolerance: float) -> None:
    way = np.linspace(-0.1, 0.1, 5)
    translation = np.zeros((5, 3), np.float32)
    translation[:, axis] = way
    head = EmbeddedHead()
    moved = np.concatenate([np.zeros((1, 3), np.float32), translation])
    vertices = head.vertices(head.identity()[None], torch.zeros(1, 52), translation=torch.from_numpy(moved))
    points = project(vertices[:, head.landmark_vertices].numpy(), Camera(), (512, 512))[..., :2]
    stable = list(STABLE_POINTS)
    transform = similarity_transform(points[0, stable], mean_shape(256)[stable])
    truth = face_pose(transform_points(points, np.broadcast_to(transform, (6, 2, 3))), 256)[1:]
    given = head_poses(performance_motion(performed(translation=translation)), 5, FPS, neutral_pose())
    slope, expected = np.polyfit(way, given[:, measure], 1)[0], np.polyfit(way, truth[:, measure], 1)[0]
    assert slope == pytest.approx(expected, rel=tolerance)


def test_lids_close_for_the_performance_and_besides_as_they_are_drawn() -> None:
    drawn = np.zeros((6, len(FACE_POSE)))
    drawn[1, LIDS] = -0.8
    expression = np.zeros((6, 52), np.float32)
    expression[4] = expression_vector({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 0.5})
    motion = head_poses(performance_motion(performed(expression=expression)), 6, FPS, drawn)
    np.testing.assert_allclose(motion[:, LIDS], [0, -0.8, 0, 0, 0.75 * head_motion.CLOSED_LIDS, 0], atol=1e-6)


def test_eyes_look_where_gaze_and_expressions_say() -> None:
    aside = expressed(3, eyeLookOutLeft=0.5, eyeLookInRight=0.5, eyeLookDownLeft=0.4, eyeLookDownRight=0.4)
    by_expression = head_poses(performance_motion(performed(expression=aside)), 3, FPS, neutral_pose())
    by_gaze = head_poses(performance_motion(performed(gaze=np.tile([0.3, 0.2], (3, 1)))), 3, FPS, neutral_pose())
    np.testing.assert_allclose(by_expression, by_gaze, atol=1e-6)
    assert (by_gaze[:, GAZE_X] > 0.05).all(), "the person's left is the viewer's right"


def test_performances_of_no_use_are_refused(tmp_path: Path) -> None:
    def refused(message: str) -> None:
        with pytest.raises(RequestError, match=message):
            read_head_motion(tmp_path / "a.npz", 3, FPS)

    performed(neck=np.zeros((0, 3))).save(tmp_path / "a.npz")
    refused("a.npz holds no frame")
    performed(neck=np.full((2, 3), 3.0)).save(tmp_path / "a.npz")
    refused("a.npz: rotation is in radians, at most a quarter turn, not 3")
    performed(translation=np.full((2, 3), 5.0)).save(tmp_path / "a.npz")
    refused("a.npz: translation is in crop sizes, at most 1, not -?5.35")
    np.savez(tmp_path / "a.npz", fps=np.asarray("25"), neck=np.zeros((3, 3)), expression=np.zeros((3, 52)))
    refused("lacks translation")
    np.savez(tmp_path / "a.npz", fps=np.asarray("x"), neck=np.zeros((3, 3)), expression=np.zeros((3, 52)))
    refused("^a.npz is not a performance: it lacks")
    arrays = {"translation": np.zeros((3, 3)), "gaze": np.zeros((3, 2)), "expression": np.zeros((3, 52))}
    np.savez(tmp_path / "a.npz", fps=np.asarray("25"), neck=np.full((3, 3), np.nan), **arrays)
    refused("^a.npz could not be read as a performance: a performance's neck holds a value that is not finite$")
    np.savez(tmp_path / "a.npz", fps=np.asarray("25"), neck=np.full((3, 3), "a"), **arrays)
    refused("^a.npz could not be read as a performance: ")


def test_a_head_that_is_turned_in_its_photo_stays_turned() -> None:
    side = 128
    frontal = np.asarray(mean_shape(side), np.float32)
    pose = np.zeros((2, len(FACE_POSE)), np.float32)
    assert np.array_equal(as_turned(pose, frontal, side), pose)
    ocular = float(np.linalg.norm(frontal[36:42].mean(0) - frontal[42:48].mean(0)))
    aside = frontal.copy()
    aside[30] += (0.2 * ocular, -0.15 * ocular)  # the tip of the nose
    turned = as_turned(pose, aside, side)
    expected = np.zeros_like(pose)
    expected[:, FACE_POSE.index("yaw")] = 0.2 - SHAPE_TOLERANCE
    expected[:, FACE_POSE.index("pitch")] = -(0.15 - SHAPE_TOLERANCE)
    assert turned == pytest.approx(expected, abs=0.02)
    assert not pose.any(), "the given pose is left as it was"


def test_a_face_that_is_turned_aside_is_noted_and_a_profile_refused() -> None:
    frontal = np.asarray(mean_shape(128), np.float32)
    ocular = float(np.linalg.norm(frontal[36:42].mean(0) - frontal[42:48].mean(0)))
    assert aside_note(frontal) is None
    for yaw in (0.5, -0.5):
        aside = frontal.copy()
        aside[30, 0] += yaw * ocular
        assert "turned aside" in (aside_note(aside) or "")
        aside[30, 0] += yaw * ocular
        with pytest.raises(RequestError, match="too far aside"):
            aside_note(aside)
