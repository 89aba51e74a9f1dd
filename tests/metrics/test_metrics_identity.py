"""The alignment that face-recognition networks want, and a published network on real speakers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.faces.detectors.open import open_detector
from mien.media.video import decode_frames
from mien.metrics.identity import TEMPLATE, IdentityJudge, aligned, five_points, identity_cosine

REAL = Path(__file__).parents[2].parent / "shared/real"
MODEL = REAL / "judges/mobileface_id_V3.onnx"


def template_landmarks() -> np.ndarray:
    points = np.zeros((68, 2), np.float32)
    eyes = ((36, 42), (42, 48))
    for (first, last), place in zip(eyes, TEMPLATE[:2], strict=True):
        points[first:last] = place
    points[30], points[48], points[54] = TEMPLATE[2:]
    return points


def test_a_turned_small_and_moved_face_comes_to_lie_on_the_template() -> None:
    picture = np.zeros((300, 300, 3), np.uint8)
    angle, scale = 0.5, 1.7
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    landmarks = template_landmarks() @ turn.T + (100, 20)
    for number, point in enumerate(five_points(landmarks)):
        x, y = np.round(point).astype(int)
        picture[y - 2 : y + 3, x - 2 : x + 3] = 50 * (number + 1)
    found = aligned(picture, landmarks.astype(np.float32))
    assert found.shape == (112, 112, 3)
    for number, (x, y) in enumerate(TEMPLATE):
        assert abs(int(found[round(y), round(x), 0]) - 50 * (number + 1)) < 20


def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no file"):
        IdentityJudge(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"bad\.onnx is no network") as caught:
        IdentityJudge(tmp_path / "bad.onnx")
    assert "\n" not in str(caught.value)


def test_cosine_of_what_is_missing_is_missing() -> None:
    one = np.array([0.6, 0.8], np.float32)
    assert identity_cosine(one, one) == pytest.approx(1)
    assert identity_cosine(one, np.array([0.8, -0.6], np.float32)) == pytest.approx(0, abs=1e-6)
    assert identity_cosine(None, one) is None


@pytest.mark.skipif(not MODEL.exists(), reason="../shared/real is not here")
def test_real_speakers_are_themselves_and_nobody_else() -> None:
    judge = IdentityJudge(MODEL)
    people = []
    with open_detector("mediapipe", max_faces=1, tracking=False) as detector:
        for path in sorted((REAL / "talking/grid").glob("*.mpg"))[:3]:
            frames = [frame for number, frame in enumerate(decode_frames(path)) if number in (5, 60)]
            marks = [detector.detect(frame)[0].landmarks for frame in frames]
            people.append([judge.embed(frame[None], mark[None]) for frame, mark in zip(frames, marks, strict=True)])
    for number, (early, late) in enumerate(people):
        assert (identity_cosine(early, late) or 0) > 0.85
        for other, _ in people[:number]:
            assert (identity_cosine(early, other) or 1) < 0.6
    assert judge.embed(np.zeros((1, 64, 64, 3), np.uint8), np.full((1, 68, 2), np.nan, np.float32)) is None
