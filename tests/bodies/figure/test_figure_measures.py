"""The size of a figure and what moves its mesh."""

from __future__ import annotations

import numpy as np
import pytest
from figure_posing import POSES, standing, turned

from mien.bodies.figure.measures import figure_scale
from mien.bodies.figure.outfit import figure_mesh, proportions_of
from mien.bodies.figure.skeleton import controls
from mien.bodies.keypoints import INDEX
from mien.bodies.scene import Scene

NO_HANDS = (False, False)


@pytest.mark.parametrize("pose", POSES)
def test_the_scale_is_the_height_of_the_standing_figure_in_any_pose(pose: str) -> None:
    assert figure_scale(POSES[pose](200)) == pytest.approx(0.8 * 200, rel=0.02)


def test_a_turned_figure_has_the_same_scale() -> None:
    joints = standing(200)
    assert figure_scale(turned(joints, 80)) == pytest.approx(figure_scale(joints), rel=1e-4)


@pytest.mark.parametrize("joint", ["left_wrist", "right_shoulder", "left_hip", "right_ankle"])
def test_one_wrong_joint_changes_the_scale_little(joint: str) -> None:
    joints = standing(200)
    right = figure_scale(joints)
    joints[INDEX[joint], 2] += 60
    assert figure_scale(joints) == pytest.approx(right, rel=0.2)


def test_the_scale_of_a_clip_is_that_of_its_frames() -> None:
    clip = np.stack([standing(100), standing(200)])
    np.testing.assert_allclose(figure_scale(clip), [80, 160], rtol=0.02)
    with pytest.raises(ValueError, match="65"):
        figure_scale(clip[:, :17])


def vertices(scene: Scene, joints: np.ndarray) -> np.ndarray:
    own = proportions_of(scene)
    mesh = figure_mesh(scene)
    return mesh.vertices(controls(joints, NO_HANDS, own))


DRESSED = Scene(top="ao_dai", hair_style="long", hat="non_la")


@pytest.mark.parametrize("pose", POSES)
def test_the_mesh_turns_and_moves_with_the_figure(pose: str) -> None:
    joints = POSES[pose](200).astype(np.float64)
    still = vertices(DRESSED, joints)
    shift = np.array([7, -3, 11])
    np.testing.assert_allclose(vertices(DRESSED, joints + shift), still + shift, atol=1e-6)
    middle = (joints[INDEX["left_hip"]] + joints[INDEX["right_hip"]]) / 2
    around = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # a quarter about the vertical, along which things hang
    np.testing.assert_allclose(
        vertices(DRESSED, middle + (joints - middle) @ around.T), middle + (still - middle) @ around.T, atol=2e-2
    )


@pytest.mark.parametrize("pose", POSES)
def test_a_small_movement_of_the_joints_is_a_small_movement_of_the_mesh(pose: str) -> None:
    joints = POSES[pose](200).astype(np.float64)
    shift = np.random.default_rng(0).normal(0, 0.01, joints.shape)
    moved = np.abs(vertices(DRESSED, joints + shift) - vertices(DRESSED, joints)).max()
    assert 0 < moved < 0.2


def test_a_folded_arm_and_a_bone_without_length_have_finite_vertices() -> None:
    joints = standing(200)
    joints[INDEX["left_wrist"]] = joints[INDEX["left_shoulder"]]
    joints[INDEX["right_elbow"]] = joints[INDEX["right_shoulder"]]
    joints[INDEX["left_heel"]] = joints[INDEX["left_big_toe"]] = joints[INDEX["left_small_toe"]]
    assert np.isfinite(vertices(DRESSED, joints)).all()
