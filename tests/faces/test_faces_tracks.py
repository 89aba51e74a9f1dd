"""The choice of the subject, gaps, and the transforms of a clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.alignment import STABLE_POINTS, mean_shape, transform_points
from mien.faces.detectors.interface import Face
from mien.faces.tracks import FaceTrack, TrackBuilder, fill_gaps, longest_run, track_transforms

STABLE = list(STABLE_POINTS)


def _face(x: float, y: float = 100.0, size: int = 100) -> Face:
    landmarks = (mean_shape(size) + np.array([x, y])).astype(np.float32)
    mesh = np.full((478, 3), x, np.float32)
    return Face(landmarks, mesh, 1.0)


def _track(frames: list[list[Face]]) -> FaceTrack:
    builder = TrackBuilder(other_face_size=0.33)
    for faces in frames:
        builder.add(faces)
    track = builder.build()
    assert track is not None
    return track


def test_no_face_at_all_is_no_track() -> None:
    builder = TrackBuilder(0.33)
    for _ in range(3):
        builder.add([])
    assert builder.build() is None


def test_gaps_are_interpolated_and_marked() -> None:
    track = _track([[], [_face(0)], [], [], [], [_face(8)], []])
    assert track.found.tolist() == [False, True, False, False, False, True, False]
    x = track.landmarks[:, 0, 0] - track.landmarks[1, 0, 0]
    np.testing.assert_allclose(x, [0, 0, 2, 4, 6, 8, 8], atol=1e-4)
    assert track.mesh is not None
    np.testing.assert_allclose(track.mesh[:, 5, 0], [0, 0, 2, 4, 6, 8, 8], atol=1e-4)
    assert track.longest_gap == 3


def test_a_face_far_from_the_subject_does_not_take_its_place() -> None:
    """emotalkingface's fault: a second, larger face shifted all frames that followed."""
    frames = [[_face(0)], [_face(300, size=120), _face(2)], [_face(300, size=120), _face(4)], [_face(6)]]
    track = _track(frames)
    x = track.landmarks[:, 0, 0] - track.landmarks[0, 0, 0]
    np.testing.assert_allclose(x, [0, 2, 4, 6], atol=1e-4)
    assert track.several.tolist() == [False, True, True, False]


def test_a_tiny_face_behind_is_not_another_one() -> None:
    assert not _track([[_face(0), _face(300, size=20)]]).several.any()


@pytest.mark.parametrize(("marks", "longest"), [("", 0), ("0000", 0), ("1", 1), ("110111011", 3), ("1111", 4)])
def test_longest_run(marks: str, longest: int) -> None:
    assert longest_run(np.array([mark == "1" for mark in marks], bool)) == longest


def test_gaps_of_nothing_are_nothing() -> None:
    seen = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    np.testing.assert_array_equal(fill_gaps(seen, np.ones(3, bool)), seen)


def _swaying(frames: int) -> NDArray[np.float64]:
    return 10 * np.sin(np.arange(frames) / 4)


def test_one_transform_for_a_clip_is_not_moved_by_a_moment_of_wrong_landmarks() -> None:
    clean = _track([[_face(50)] for _ in range(30)])
    wrong = clean.landmarks.copy()
    wrong[10:14] += 80
    transforms = track_transforms(replace(clean, landmarks=wrong), "clip", 128, 0)
    np.testing.assert_allclose(transforms, track_transforms(clean, "clip", 128, 0), atol=1e-6)
    assert (transforms == transforms[0]).all()


def test_each_frame_its_own_transform_holds_the_face_still() -> None:
    track = _track([[_face(x)] for x in _swaying(30)])
    each = track_transforms(track, "frame", 128, 0)
    np.testing.assert_allclose(
        transform_points(track.landmarks, each)[:, STABLE],
        np.repeat(mean_shape(128)[None, STABLE], 30, axis=0),
        atol=1e-2,
    )
    clip = transform_points(track.landmarks, track_transforms(track, "clip", 128, 0))
    assert np.ptp(clip[:, 30, 0]) == pytest.approx(np.ptp(_swaying(30)) * 1.28, rel=0.02)  # the head still sways


def test_smoothing_takes_the_tremor_of_the_detector_and_leaves_the_motion() -> None:
    noise = np.random.default_rng(0).normal(scale=0.5, size=(60, 68, 2)).astype(np.float32)
    track = _track([[_face(x)] for x in _swaying(60)])
    noisy = replace(track, landmarks=track.landmarks + noise)
    ideal = track_transforms(track, "frame", 128, 0)
    rough = np.abs(track_transforms(noisy, "frame", 128, 0) - ideal)[:, :, 2].mean()
    smooth = np.abs(track_transforms(noisy, "frame", 128, 2) - track_transforms(track, "frame", 128, 2))[:, :, 2].mean()
    assert smooth < 0.6 * rough
    kept = np.ptp(track_transforms(noisy, "frame", 128, 2)[:, 0, 2])
    assert kept > 0.8 * np.ptp(ideal[:, 0, 2])


def test_yaw_is_zero_in_front_and_grows_with_the_turn() -> None:
    track = _track([[_face(0)]])
    assert track.yaw < 0.01
    turned = track.landmarks.copy()
    turned[:, 30, 0] += 0.25 * track.inter_ocular
    assert replace(track, landmarks=turned).yaw == pytest.approx(0.25, abs=0.01)
