"""Frames of any head: what is where on the picture, how edges and light behave, and renderers on request alone."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from heads_making import REAL_ICT, embedded, make_flame

from mien.heads.appearance import Appearance
from mien.heads.catalogue import open_head
from mien.heads.head import HEAD_HEIGHT, Head, HeadError
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.playback import posed_frames, render_head
from mien.heads.render.render import (
    Camera,
    Light,
    project,
    render_frames,
)

SIZE = (160, 120)


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> Head:
    return open_head("flame", make_flame(tmp_path_factory.mktemp("flame")))


def play(frames: int = 1, neck: tuple[float, float, float] = (0, 0, 0), **weights: float) -> Performance:
    return Performance(
        fps=Fraction(25),
        expression=np.repeat(expression_vector(weights)[None], frames, axis=0),
        neck=np.linspace((0, 0, 0), neck, frames) if frames > 1 else np.array([neck], float),
        translation=np.zeros((frames, 3)),
        gaze=np.zeros((frames, 2)),
    )


def test_frames_of_a_chunk_equal_frames_alone(head: Head) -> None:
    performance = play(11, (0.4, 0.1, 0.0), jawOpen=0.5)
    together = list(posed_frames(head, torch.zeros(300), performance))
    assert len(together) == 11
    last = replace(
        performance, **{n: getattr(performance, n)[9:10] for n in ("expression", "neck", "translation", "gaze")}
    )
    np.testing.assert_allclose(next(posed_frames(head, torch.zeros(300), last)), together[9], atol=1e-5)


def test_the_same_arguments_give_the_same_bytes(head: Head) -> None:
    performance = play(3, (0.3, 0, 0))
    first, second = (list(render_head(head, None, performance, SIZE)) for _ in range(2))
    assert len(first) == 3
    assert first[0].shape == (120, 160, 3)
    assert first[0].dtype == np.uint8
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.abs(first[2].astype(int) - first[0]).max() > 50


def test_the_head_covers_what_its_vertices_cover_and_the_wall_stays(head: Head) -> None:
    wall = np.zeros((120, 160, 3), np.uint8)
    wall[..., 2] = 255
    camera = Camera()
    frame = next(render_head(head, None, play(), SIZE, camera, background=wall)).astype(int)
    covered = (frame != wall).any(axis=2)
    points = next(posed_frames(head, torch.zeros(300), play()))
    screen = project(points, camera, SIZE)
    x, y = screen[:, 0], screen[:, 1]
    inside = (x > 1) & (x < 159) & (y > 1) & (y < 119)
    columns, rows = x[inside].astype(int), y[inside].astype(int)
    assert covered[rows, columns].mean() > 0.98
    np.testing.assert_array_equal(frame[:6], wall[:6])
    # outlines are smooth: where the head ends, pixels between it and the wall are found
    blends = covered & (frame[..., 2] > 40) & (frame[..., 2] < 254) & (frame[..., 2] > frame[..., 0] + 30)
    assert blends.sum() > 30


def test_appearance_and_light_are_seen(head: Head) -> None:
    camera = Camera(height=1.0)
    plain = next(render_head(head, None, play(), SIZE, camera)).astype(int)
    points = next(posed_frames(head, torch.zeros(300), play()))
    nostril = project(points[head.landmark_vertices[31]], camera, SIZE)
    cheek = (int(nostril[1]) + 4, int(nostril[0]) - 6)
    dark = next(render_head(head, None, play(), SIZE, camera, appearance=Appearance(skin=(0.36, 0.23, 0.17))))
    assert dark[cheek].sum() < 0.6 * plain[cheek].sum()
    night = Light(key_strength=0.0, fill_strength=0.0, rim_strength=0.0)
    assert next(render_head(head, None, play(), SIZE, camera, night))[cheek].sum() < 0.7 * plain[cheek].sum()
    other_side = Light(key=(0.9, 0.2, 0.4))
    lit = next(render_head(head, None, play(), SIZE, camera, other_side)).astype(int)
    middle = SIZE[0] // 2
    assert (lit - plain)[50:70, middle + 8 : middle + 24].mean() > (lit - plain)[50:70, middle - 24 : middle - 8].mean()


def test_an_open_mouth_and_closed_eyes_are_seen(head: Head) -> None:
    camera = Camera(height=0.9)
    frames = [next(render_head(head, None, play(**w), SIZE, camera)).astype(int)
              for w in ({}, {"jawOpen": 1.0}, {"eyeBlinkLeft": 1.0})]  # fmt: skip
    points = next(posed_frames(head, torch.zeros(300), play(jawOpen=1.0)))
    lips = project(points, camera, SIZE)[head.landmark_vertices[[62, 66]]].mean(axis=0)
    x, y = int(lips[0]), int(lips[1])
    assert frames[1][y - 1 : y + 2, x - 2 : x + 3].mean() < frames[0][y - 1 : y + 2, x - 2 : x + 3].mean() - 15
    changed = np.abs(frames[2] - frames[0]).sum(axis=2)
    at_rest = project(next(posed_frames(head, torch.zeros(300), play())), camera, SIZE)[head.landmark_vertices]
    left, right = (at_rest[eye].mean(axis=0).astype(int) for eye in (slice(42, 48), slice(36, 42)))
    assert changed[left[1], left[0]] > 150
    assert changed[right[1], right[0]] < 30


def test_the_embedded_head_brings_its_own_renderer() -> None:
    performance = play(jawOpen=0.3)
    zero = torch.zeros(len(embedded().identity_names))
    own = next(render_frames(embedded(), zero, Appearance(), performance, SIZE))
    np.testing.assert_array_equal(next(render_head(embedded(), None, performance, SIZE)), own)


def test_dots_are_the_landmarks(head: Head) -> None:
    wall = np.zeros((120, 160, 3), np.uint8)
    frame = next(render_head(head, None, play(), SIZE, background=wall, renderer="dots"))
    points = next(posed_frames(head, torch.zeros(300), play()))
    screen = project(points[head.landmark_vertices], Camera(), SIZE)
    for x, y, _ in screen:
        assert frame[int(y), int(x)].max() > 100
    assert (frame.max(axis=2) > 100).sum() < 68 * 6


def test_what_cannot_be_drawn_is_refused(head: Head) -> None:
    with pytest.raises(HeadError, match="unknown renderer 'raytracer'; there are numba, pyrender, dots"):
        render_head(head, None, play(), SIZE, renderer="raytracer")  # type: ignore[arg-type]
    with pytest.raises(HeadError, match="at least one pixel"):
        render_head(head, None, play(), (0, 10))
    with pytest.raises(ValueError, match="background picture"):
        render_head(head, None, play(), SIZE, background=np.zeros((5, 5, 3), np.uint8))


def test_pyrender_is_asked_for_and_said_when_missing(head: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrender", None)
    with pytest.raises(HeadError, match="the renderer pyrender is not installed") as caught:
        render_head(head, None, play(), SIZE, renderer="pyrender")
    assert "\n" not in str(caught.value)


def test_pyrender_draws_the_head_where_numba_does(head: Head) -> None:
    pytest.importorskip("pyrender", reason="pyrender is not installed")
    camera = Camera(centre=(0.1, -0.1), roll=0.1)
    wall = np.full((120, 160, 3), 255, np.uint8)
    ours, theirs = (
        (next(render_head(head, None, play(neck=(0.4, 0, 0)), SIZE, camera, background=wall, renderer=name)) < 250).any(
            2
        )
        for name in ("numba", "pyrender")
    )
    assert (ours & theirs).sum() > 0.97 * (ours | theirs).sum()


@pytest.mark.real
@pytest.mark.skipif(not REAL_ICT.exists(), reason="../shared/real is not here")
def test_the_real_ict_head_looks_like_a_person_to_mediapipe() -> None:
    from typing import Any

    mediapipe: Any = pytest.importorskip("mediapipe")
    ict = open_head("ict", Path(REAL_ICT))
    mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True)
    try:
        poses = [play(), play(jawOpen=0.8), play(neck=(0.5, 0, 0)), play(neck=(0, 0.3, 0.2), mouthSmileLeft=1.0)]
        camera = Camera()
        for pose in poses:
            frame = next(render_head(ict, None, pose, (360, 360), camera))
            found = mesh.process(frame).multi_face_landmarks
            assert found
            seen = np.array([[p.x * 360, p.y * 360] for p in found[0].landmark])
            points = next(posed_frames(ict, torch.zeros(100), pose))
            marks = project(points, camera, (360, 360))[ict.landmark_vertices, :2]
            # the tip of the nose and the outer corners of the eyes; 360 pixels are 1.62 head units
            away = np.linalg.norm(seen[[1, 33, 263]] - marks[[30, 36, 45]], axis=1) * 1.62 / 360 * HEAD_HEIGHT
            assert away.max() < 1.6
    finally:
        mesh.close()


def moving(frames: int) -> Performance:
    """A head that nods, turns and opens its mouth by frames that all differ."""
    time = np.linspace(0, 1, frames)
    still = play(frames, (0.4, -0.3, 0.1), jawOpen=0.5)
    return replace(still, translation=np.stack([0.05 * np.sin(7 * time), 0 * time, 0 * time], axis=1))


def test_threads_do_not_change_a_frame(head: Head) -> None:
    performance = moving(41)
    angles = np.linspace(0, 0.5, 41)
    for own in (head, embedded()):
        for turns in (None, angles):
            alone, side_by_side = (
                list(render_head(own, None, performance, (64, 48), turns=turns, threads=threads)) for threads in (1, 3)
            )
            assert len(side_by_side) == 41
            np.testing.assert_array_equal(alone, side_by_side)
            assert (alone[20] != alone[40]).any()


def test_a_film_that_is_given_up_ends_its_threads(head: Head) -> None:
    before = {one.name for one in threading.enumerate()}
    film = render_head(head, None, moving(80), (64, 48), threads=2)
    for _ in range(20):
        next(film)
    film.close()  # type: ignore[attr-defined]
    assert {one.name for one in threading.enumerate()} <= before
