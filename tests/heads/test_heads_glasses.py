"""Glasses: closed bars round both eyes that move with the head and leave everything else as it was."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from mien.heads.appearance import GLASSES, Appearance
from mien.heads.embedded.glasses import draw_glasses, glasses_part, rigid_identity
from mien.heads.embedded.head import HEAD_HEIGHT, EmbeddedHead
from mien.heads.embedded.people import sample_actor
from mien.heads.embedded.surface import EYE_CENTRE
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.render import Camera, project, render_frames
from mien.heads.render.texture import paint_atlas

SHAPES = [shape for shape in GLASSES if shape != "none"]
SIZE = (480, 360)


@pytest.fixture(scope="module")
def head() -> EmbeddedHead:
    return EmbeddedHead()


def play(weights: dict[str, float], neck: tuple[float, float, float] = (0, 0, 0)) -> Performance:
    return Performance(
        fps=Fraction(25),
        expression=expression_vector(weights)[None],
        neck=np.array([neck], np.float32),
        translation=np.zeros((1, 3), np.float32),
        gaze=np.zeros((1, 2), np.float32),
    )


def volume(positions: np.ndarray, faces: np.ndarray) -> float:
    """Enclosed volume in cm³; positive when the triangles face outwards."""
    corner = positions[faces]
    return float((np.cross(corner[:, 0], corner[:, 1]) * corner[:, 2]).sum() / 6)


@pytest.mark.parametrize("shape", SHAPES)
def test_frames_enclose_the_pupils_outside_the_skin(shape: str, head: EmbeddedHead) -> None:
    thin, thick = (glasses_part(Appearance(glasses=shape, frame_weight=w)) for w in (0.0, 1.0))  # type: ignore[arg-type]
    assert thin is not None
    assert thick is not None
    points = thick.positions
    assert 0 < volume(thin.positions, thin.faces) < volume(points, thick.faces)
    np.testing.assert_allclose(np.sort(points[:, 0]), np.sort(-points[:, 0]), atol=1e-9)
    front = points[points[:, 2] > 8.5]
    for sign in (1, -1):
        offset = front[:, :2] - EYE_CENTRE[:2] * [sign, 1]
        angle = np.sort(np.arctan2(offset[:, 1], offset[:, 0]))
        assert np.diff(angle).max() < 0.4  # all the way round
        assert np.hypot(*offset.T).min() > 1.0  # and nothing before the iris
    skin = head.surface.rest[: len(head.surface.skin.positions)]
    for x, y, z in front:
        near = np.hypot(skin[:, 0] - x, skin[:, 1] - y) < 0.25
        assert z > skin[near, 2].max(initial=-10)


def test_nobody_wears_none_and_an_unknown_shape_is_refused() -> None:
    assert glasses_part(Appearance()) is None
    with pytest.raises(ValueError, match="monocle"):
        Appearance(glasses="monocle")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="frame_weight"):
        Appearance(frame_weight=1.5)


def test_identity_moves_glasses_as_one_stiff_thing_that_stays_near_the_face() -> None:
    part = glasses_part(Appearance(glasses="round"))
    assert part is not None
    points = part.positions
    fields = rigid_identity(points)
    known = np.c_[points, np.ones(len(points))]
    for field in fields:
        np.testing.assert_allclose(known @ np.linalg.lstsq(known, field, rcond=None)[0], field, atol=1e-8)
    assert np.abs(fields).max() > 0.05


def test_drawn_glasses_have_every_shape_in_metal_and_plastic_and_change_nothing_else() -> None:
    plain = sample_actor(2)[1]
    drawn = [draw_glasses(plain, np.random.default_rng(seed)) for seed in range(40)]
    assert {look.glasses for look in drawn} == set(SHAPES)
    assert sum(look.frame_weight > 0.4 for look in drawn) in range(8, 33)
    assert all(replace(look, glasses="none", frame=plain.frame, frame_weight=0.5) == plain for look in drawn)
    assert draw_glasses(plain, np.random.default_rng(3)) == drawn[3]
    bare, framed = paint_atlas(plain), paint_atlas(drawn[0])
    changed = np.argwhere((bare != framed).any(axis=2))
    assert len(changed) in (0, 256 * 256)


def test_glasses_show_in_their_colour_and_turn_with_the_head_but_not_with_the_face(head: EmbeddedHead) -> None:
    look = Appearance(glasses="rectangular", frame=(0.05, 0.95, 0.05), frame_weight=0.8)
    zero = torch.zeros(len(head.identity_names))

    def green(performance: Performance) -> np.ndarray:
        frame = next(render_frames(head, zero, look, performance, SIZE)).astype(int)
        return (frame[..., 1] - frame[..., 0] > 60) & (frame[..., 1] - frame[..., 2] > 60)

    still = green(play({}))
    assert 150 < still.sum() < 4000
    assert (green(play({"jawOpen": 1.0, "browInnerUp": 1.0, "cheekPuff": 1.0})) != still).sum() < 0.05 * still.sum()
    turned = green(play({}, (0.4, 0, 0)))
    assert np.argwhere(turned)[:, 1].mean() > np.argwhere(still)[:, 1].mean() + 8
    eyes = project(np.array([[-3.2, 0, 9], [3.2, 0, 9]]) / HEAD_HEIGHT, Camera(), SIZE)
    box = np.argwhere(still)
    assert box[:, 1].min() < eyes[0, 0] < eyes[1, 0] < box[:, 1].max()
    assert not green_of_bare(head, zero, look).any()


def green_of_bare(head: EmbeddedHead, identity: torch.Tensor, look: Appearance) -> np.ndarray:
    bare = replace(look, glasses="none")
    frame = next(render_frames(head, identity, bare, play({}), SIZE)).astype(int)
    return np.asarray((frame[..., 1] - frame[..., 0] > 60) & (frame[..., 1] - frame[..., 2] > 60))


def test_mediapipe_finds_the_irises_behind_glasses(head: EmbeddedHead) -> None:
    mediapipe = pytest.importorskip("mediapipe")
    with mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True) as detector:
        for index, shape in enumerate(SHAPES):
            identity, look, _ = sample_actor(index)
            irises = []
            for glasses in ("none", shape):
                worn = replace(look, glasses=glasses, frame_weight=0.8)  # type: ignore[arg-type]
                frame = next(render_frames(head, identity, worn, play({}), SIZE))
                found = detector.process(frame).multi_face_landmarks
                assert found, (shape, glasses)
                irises.append(np.array([[found[0].landmark[k].x, found[0].landmark[k].y] for k in (468, 473)]) * SIZE)
            between = np.linalg.norm(irises[0][0] - irises[0][1])
            assert np.linalg.norm(irises[0] - irises[1], axis=1).max() < 0.05 * between, shape


def test_a_rolled_camera_turns_the_picture_clockwise() -> None:
    points = np.array([[0.0, 0.3, 0.0], [0.3, 0.0, 0.0]])
    plain = project(points, Camera(centre=(0.0, 0.0)), (400, 300))
    rolled = project(points, Camera(centre=(0.0, 0.0), roll=np.pi / 2), (400, 300))
    # up becomes right, right becomes down, at the same distances
    radius = 150 - plain[0, 1]
    np.testing.assert_allclose(rolled[:, :2], [[200 + radius, 150], [200, 150 + radius]], atol=1e-9)
    np.testing.assert_allclose(rolled[:, 2], plain[:, 2])
