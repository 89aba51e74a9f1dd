"""The z-buffer against a triangle worked out by hand and against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.heads.render.raster import rasterise, visible_triangles


def brute_force(vertices: np.ndarray, faces: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Nearest triangle and its depth at every pixel's centre, one pixel after the other."""
    index = np.full((height, width), -1)
    depth = np.full((height, width), np.inf)
    for f, face in enumerate(faces):
        a, b, c = vertices[face]
        matrix = np.array([[a[0], b[0], c[0]], [a[1], b[1], c[1]], [1.0, 1.0, 1.0]])
        if abs(np.linalg.det(matrix)) < 1e-3:
            continue
        inverse = np.linalg.inv(matrix)
        for y in range(height):
            for x in range(width):
                weights = inverse @ [x + 0.5, y + 0.5, 1.0]
                z = weights @ [a[2], b[2], c[2]]
                if weights.min() >= 0 and z < depth[y, x]:
                    index[y, x], depth[y, x] = f, z
    return index, depth


def test_triangle_worked_out_by_hand() -> None:
    vertices = np.array([[0.0, 0.0, 1.0], [4.0, 0.0, 2.0], [0.0, 4.0, 3.0]])
    index, weights = rasterise(vertices, np.array([[0, 1, 2]], np.int32), 4, 5)
    inside = np.array([[x + y + 1 <= 4 for x in range(5)] for y in range(4)])
    np.testing.assert_array_equal(index >= 0, inside)
    # at the centre of pixel (1, 0): x = 1.5, y = 0.5, so b = 1.5 / 4, c = 0.5 / 4
    np.testing.assert_allclose(weights[0, 1], [0.5, 0.375, 0.125], atol=1e-6)
    np.testing.assert_array_equal(weights[index < 0], 0)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_agrees_with_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vertices = np.concatenate([rng.uniform(-3, 15, (9, 2)), rng.uniform(1, 5, (9, 1))], axis=1)
    faces = rng.permuted(np.tile(np.arange(9), (5, 1)), axis=1)[:, :3].astype(np.int32)
    corners = vertices[faces]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    faces = faces[np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) > 0.5]
    index, weights = rasterise(vertices, faces, 11, 13)
    expected, depth = brute_force(vertices, faces, 11, 13)
    seen = index >= 0
    np.testing.assert_array_equal(seen, expected >= 0)
    np.testing.assert_allclose(weights[seen].sum(axis=1), 1, atol=1e-5)
    at = np.einsum("pk,pkc->pc", weights[seen], vertices[faces[index[seen]]])
    ys, xs = np.nonzero(seen)
    np.testing.assert_allclose(at, np.stack([xs + 0.5, ys + 0.5, depth[seen]], axis=1), atol=1e-4)


def test_nearer_triangle_hides_the_farther_in_either_order() -> None:
    near, far = [[0, 0, 1.0], [8, 0, 1.0], [0, 8, 1.0]], [[0, 0, 2.0], [8, 0, 2.0], [0, 8, 2.0]]
    for first, second, winner in ((near, far, 0), (far, near, 1)):
        index, _ = rasterise(np.array(first + second), np.array([[0, 1, 2], [3, 4, 5]], np.int32), 8, 8)
        assert set(np.unique(index)) == {-1, winner}


def test_culling_leaves_out_what_turns_its_back() -> None:
    vertices = np.array([[0.0, 0, 1], [8.0, 0, 1], [0.0, 8, 1]])
    faces = np.array([[0, 1, 2], [0, 2, 1]], np.int32)
    for face, visible in ((0, False), (1, True)):
        index, _ = visible_triangles(vertices, faces[face : face + 1], 8, 8, cull=True)
        assert (index >= 0).any() == visible


def test_what_lies_behind_the_camera_is_left_out() -> None:
    vertices = np.array([[0.0, 0, 1], [8.0, 0, -1], [0.0, 8, 1]])
    assert (rasterise(vertices, np.array([[0, 1, 2]], np.int32), 8, 8)[0] == -1).all()


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="does not exist"):
        rasterise(np.zeros((3, 3)), np.array([[0, 1, 3]], np.int32), 4, 4)
    with pytest.raises(ValueError, match="vertices must be"):
        rasterise(np.zeros((3, 2)), np.array([[0, 1, 2]], np.int32), 4, 4)
