"""Self-intersections of meshes: boxes apart, crossing, and neighbours."""

from __future__ import annotations

import numpy as np
import trimesh

from mien.metrics.meshes import self_intersections


def boxes(shift: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    one = trimesh.creation.box((1, 1, 1))
    other = trimesh.creation.box((1, 1, 1))
    other.apply_translation(shift)
    both = trimesh.util.concatenate([one, other])
    return np.asarray(both.vertices), np.asarray(both.faces)


def test_a_mesh_whose_neighbours_only_touch_has_none() -> None:
    ball = trimesh.creation.icosphere(subdivisions=3)
    assert self_intersections(ball.vertices, ball.faces) == 0


def test_boxes_apart_do_not_cross_and_boxes_through_each_other_do() -> None:
    assert self_intersections(*boxes((3, 0, 0))) == 0
    assert self_intersections(*boxes((0.41, 0.43, 0.37))) > 0


def test_a_needle_through_a_triangle_is_one_crossing() -> None:
    plate = [[0, 0, 0], [2, 0, 0], [0, 2, 0]]
    needle = [[0.5, 0.5, -1], [0.5, 0.5, 1], [0.6, 0.5, 1]]
    faces = np.array([[0, 1, 2], [3, 4, 5]])
    assert self_intersections(np.array(plate + needle, float), faces) == 1
    apart = np.array(needle, float) + np.array([5.0, 0.0, 0.0])
    assert self_intersections(np.concatenate([np.array(plate, float), apart]), faces) == 0


def test_it_does_not_depend_on_order_or_place() -> None:
    points, faces = boxes((0.41, 0.43, 0.37))
    turned = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3])[:3, :3]
    expected = self_intersections(points, faces)
    assert self_intersections(points @ turned.T + 4, faces[::-1]) == expected
