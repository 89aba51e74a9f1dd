"""Rendered frames: determinism, geometry on the screen, and what MediaPipe sees in them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from mien.clips import EMOTIONS
from mien.heads.appearance import CLOTHING, HAIR_STYLES, Appearance
from mien.heads.embedded.beard import beard_part
from mien.heads.embedded.emotions import emotion_expression
from mien.heads.embedded.glasses import glasses_part
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.people import sample_actor
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.render import Camera, project, render_frames
from mien.heads.render.shading import vertex_normals

SIZE = (240, 180)


@pytest.fixture(scope="module")
def head() -> EmbeddedHead:
    return EmbeddedHead()


def play(expressions: list[np.ndarray], necks: list[tuple[float, float, float]] | None = None) -> Performance:
    n = len(expressions)
    return Performance(
        fps=Fraction(25),
        expression=np.stack(expressions),
        neck=np.array(necks if necks else [(0, 0, 0)] * n, np.float32),
        translation=np.zeros((n, 3), np.float32),
        gaze=np.zeros((n, 2), np.float32),
    )


def test_perspective_enlarges_what_is_near() -> None:
    points = np.array([[0.3, 0.0, -0.5], [0.3, 0.0, 0.0], [0.3, 0.0, 0.5]])
    screen = project(points, Camera(distance=5.0, height=2.0, centre=(0.0, 0.0)), (400, 300))
    # 300 pixels over 2 units at z = 0, shrinking as 5 / (5 - z)
    np.testing.assert_allclose(screen[:, 0], 200 + 0.3 * 150 * 5 / (5 - points[:, 2]))
    np.testing.assert_allclose(screen[:, 1], 150)
    assert (np.diff(screen[:, 2]) < 0).all()


def test_same_performance_same_bytes_and_frames_do_not_depend_on_each_other(head: EmbeddedHead) -> None:
    identity, appearance, _ = sample_actor(1)
    performance = play([expression_vector({"jawOpen": w}) for w in (0.0, 0.5, 1.0)])
    first = list(render_frames(head, identity, appearance, performance, SIZE))
    second = list(render_frames(head, identity, appearance, performance, SIZE))
    assert len(first) == 3
    assert first[0].shape == (180, 240, 3)
    assert first[0].dtype == np.uint8
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    alone = next(render_frames(head, identity, appearance, play([expression_vector({"jawOpen": 1.0})]), SIZE))
    assert np.abs(alone.astype(int) - first[2]).max() <= 2


def test_every_hair_style_and_garment_covers_the_head_and_the_shoulders() -> None:
    for style in HAIR_STYLES:
        part = hair_part(Appearance(hair_style=style))
        if part is None:
            assert style == "bald"
            continue
        assert np.isfinite(part.positions).all()
        assert 10.5 < part.positions[:, 1].max() < 16
        assert part.positions[:, 2].min() < -8
        # nothing hangs into the face
        face = (np.abs(part.positions[:, 0]) < 4.5) & (part.positions[:, 2] > 5)
        assert part.positions[face, 1].min() > 2.0, style
    assert hair_part(Appearance(hair_style="long")).positions[:, 1].min() < -15  # type: ignore[union-attr]
    for clothing in CLOTHING:
        points = clothing_part(Appearance(clothing=clothing)).positions
        assert np.isfinite(points).all()
        assert -15 < points[:, 1].max() < -10 or clothing != "turtleneck"
        assert np.ptp(points[:, 0]) > 35


def agreement(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Cosine of each face's normal and the vertex normals at its corners (F, 3), of faces that have an area."""
    normals = np.empty_like(points)
    vertex_normals(np.ascontiguousarray(points), faces.astype(np.int32), normals)
    corners = points[faces]
    own = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(own, axis=1)
    solid = length > 1e-6
    return np.einsum("fi,fki->fk", own[solid] / length[solid, None], normals[faces[solid]])


def test_the_light_sees_the_side_of_hair_clothes_glasses_and_beard_that_is_seen() -> None:
    worn = [hair_part(Appearance(hair_style=style)) for style in HAIR_STYLES]
    worn += [clothing_part(Appearance(clothing=clothing)) for clothing in CLOTHING]
    worn += [glasses_part(Appearance(glasses=shape)) for shape in ("round", "oval", "rectangular")]
    worn += [beard_part(Appearance(**{kind: 1.0}, beard_length=0.6)) for kind in ("beard", "goatee")]  # type: ignore[arg-type]
    for part in worn:
        if part is not None:
            assert (agreement(part.positions, part.faces) > 0.2).mean() > 0.97, part.kind


def test_hair_has_an_inner_side() -> None:
    part = hair_part(Appearance(hair_style="long"))
    assert part is not None
    count = len(part.faces) // 2
    outer, inner = (part.positions[part.faces[half]] for half in (slice(count), slice(count, None)))
    np.testing.assert_array_equal(outer[:, [0, 2, 1]], inner)
    assert not set(part.faces[:count].ravel()) & set(part.faces[count:].ravel())


def test_hair_and_clothes_show_in_their_colours(head: EmbeddedHead) -> None:
    still = Performance.still()
    look = Appearance(hair_style="bob", hair=(0.1, 0.6, 0.1), cloth=(0.9, 0.1, 0.1))
    frame = next(render_frames(head, torch.zeros(len(head.identity_names)), look, still, SIZE)).astype(int)
    green = frame[..., 1] - frame[..., 0] > 30
    red = frame[..., 0] - frame[..., 1] > 80
    assert green[:90].mean() > 0.05
    assert green[150:].mean() < 0.01
    assert red[150:].mean() > 0.2
    assert red[:90].mean() < 0.01


def test_open_mouth_shows_dark_and_teeth(head: EmbeddedHead) -> None:
    zero = torch.zeros(len(head.identity_names))
    weights = ({}, {"jawOpen": 0.8}, {"mouthUpperUpLeft": 1.0, "mouthUpperUpRight": 1.0, "mouthLowerDownLeft": 1.0,
                                      "mouthLowerDownRight": 1.0})  # fmt: skip
    frames = list(render_frames(head, zero, Appearance(), play([expression_vector(w) for w in weights]), (480, 360)))
    points = head.vertices(zero[None], torch.from_numpy(np.stack([expression_vector(w) for w in weights]))).numpy()
    regions = []
    for frame, vertices in zip(frames, points, strict=True):
        lips = project(vertices[head.landmark_vertices[60:68]], Camera(), (480, 360))
        x, y = lips[[0, 4], 0].astype(int), lips[[2, 6], 1].astype(int)
        regions.append(frame[y[0] : y[1] + 1, x[0] + 6 : x[1] - 6].astype(float).mean(axis=2))
    assert (regions[1] < 40).mean() > 0.25
    assert (regions[2] > 120).mean() > 0.25


def test_background_of_wrong_size_is_refused(head: EmbeddedHead) -> None:
    wall = np.zeros((10, 10, 3), np.uint8)
    with pytest.raises(ValueError, match="background"):
        next(
            render_frames(
                head, torch.zeros(len(head.identity_names)), Appearance(), Performance.still(), background=wall
            )
        )


@pytest.fixture(scope="module")
def mesh() -> Iterator[Any]:
    mediapipe = pytest.importorskip("mediapipe")
    with mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True) as detector:
        yield detector


def detect(mesh: Any, frame: np.ndarray) -> np.ndarray | None:
    """MediaPipe's points (478, 2) in pixels, None where it finds no face."""
    found = mesh.process(frame).multi_face_landmarks
    if not found:
        return None
    return np.array([[p.x, p.y] for p in found[0].landmark]) * [frame.shape[1], frame.shape[0]]


def test_mediapipe_finds_people_in_every_emotion_and_pose(head: EmbeddedHead, mesh: Any) -> None:
    poses = [(0.0, 0.0, 0.0), (0.35, 0, 0), (-0.35, 0, 0), (0, 0.3, 0), (0, -0.3, 0), (0, 0, 0.3)]
    found = []
    for actor in (0, 1, 4, 5):
        identity, appearance, _ = sample_actor(actor)
        performance = play([emotion_expression(e, 1.0) for e in EMOTIONS], poses)
        found += [detect(mesh, f) is not None for f in render_frames(head, identity, appearance, performance)]
    assert np.mean(found) >= 0.99


@pytest.mark.parametrize("actor", [0, 3, 5, 6])
def test_mediapipe_sees_the_mouth_open_the_eyes_close_and_the_landmarks(
    head: EmbeddedHead, mesh: Any, actor: int
) -> None:
    identity, appearance, _ = sample_actor(actor)
    jaw = np.linspace(0, 1, 7)
    expressions = [expression_vector({"jawOpen": float(w)}) for w in jaw]
    expressions.append(expression_vector({"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}))
    seen = [detect(mesh, f) for f in render_frames(head, identity, appearance, play(expressions))]
    points = np.stack([p for p in seen if p is not None])
    assert len(points) == 8
    eyes = np.linalg.norm(points[:, 33] - points[:, 263], axis=1)
    opening = np.linalg.norm(points[:, 13] - points[:, 14], axis=1) / eyes
    assert np.corrcoef(opening[:7], jaw)[0, 1] > 0.95
    aspect = np.linalg.norm(points[:, 159] - points[:, 145], axis=1) / eyes
    assert aspect[7] < 0.5 * aspect[0]
    ours = project(
        head.vertices(identity[None], torch.zeros(1, 52))[0].numpy()[head.landmark_vertices], Camera(), (480, 360)
    )
    width = np.ptp(ours[:17, 0])
    # eye corners, tip of the nose, corners of the mouth, chin: iBUG's number and MediaPipe's
    for ibug, theirs in ((36, 33), (39, 133), (42, 362), (45, 263), (30, 4), (48, 61), (54, 291), (8, 152)):
        assert np.linalg.norm(ours[ibug, :2] - points[0, theirs]) < 0.06 * width, ibug
