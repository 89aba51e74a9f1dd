"""Linear blend skinning against values computed by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from mien.heads.models.skinning import joint_transforms, linear_blend_skinning

QUARTER = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], dtype=torch.float64)
"""A quarter turn about z: x goes to y, y to −x."""
STILL = torch.eye(3, dtype=torch.float64)

TEMPLATE = [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 2.0, 0.0], [0.0, 2.0, 0.0]]
"""Root joint, elbow, hand, and a second hand that hangs half on each joint."""


def model(**changed: Any) -> dict[str, Any]:
    """An arm along y: the root joint in the first vertex, the elbow in the second; nothing but the pose moves it."""
    arm: dict[str, Any] = {
        "template": torch.tensor(TEMPLATE, dtype=torch.float64),
        "shape_directions": torch.zeros(4, 3, 1, dtype=torch.float64),
        "pose_directions": torch.zeros(9, 12, dtype=torch.float64),
        "joint_regressor": torch.eye(2, 4, dtype=torch.float64),
        "weights": torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], dtype=torch.float64),
        "parents": (-1, 0),
    }
    return arm | changed


def skinned(*rotations: Tensor, shape: float = 0.0, **changed: Any) -> list[list[float]]:
    coefficients = torch.tensor([[shape]], dtype=torch.float64)
    vertices = linear_blend_skinning(coefficients, torch.stack(rotations)[None], **model(**changed))
    return [[round(value, 12) + 0.0 for value in vertex] for vertex in vertices[0].tolist()]


def test_at_rest_the_template_is_returned() -> None:
    assert skinned(STILL, STILL) == TEMPLATE


def test_a_bent_elbow_turns_the_hand_about_the_elbow() -> None:
    assert skinned(STILL, QUARTER) == [[0, 0, 0], [0, 1, 0], [-1, 1, 0], [-0.5, 1.5, 0]]


def test_rotations_are_relative_to_the_parent_joint() -> None:
    assert skinned(QUARTER, QUARTER) == [[0, 0, 0], [-1, 0, 0], [-1, -1, 0], [-1.5, -0.5, 0]]


def test_joints_follow_the_shape() -> None:
    directions = torch.zeros(4, 3, 1, dtype=torch.float64)
    directions[1:, 0, 0] = 1  # all but the root goes along x, and the elbow with it
    assert skinned(STILL, QUARTER, shape=3, shape_directions=directions)[1:3] == [[3, 1, 0], [2, 1, 0]]


def test_pose_correctives_are_added_before_the_pose() -> None:
    directions = torch.zeros(9, 12, dtype=torch.float64)
    directions[3, 6] = 1  # the elbow's matrix entry (1, 0) moves the first hand along x
    assert skinned(STILL, QUARTER, pose_directions=directions)[2] == [-1, 2, 0]
    assert skinned(QUARTER, STILL, pose_directions=directions)[2] == [-2, 0, 0]  # the root has no corrective


def test_every_pose_of_a_batch_is_its_own() -> None:
    rotations = torch.stack([torch.stack([STILL, QUARTER]), torch.stack([QUARTER, STILL])])
    joints = torch.tensor(TEMPLATE[:2], dtype=torch.float64).expand(2, 2, 3)
    both = joint_transforms(rotations, joints, (-1, 0))
    for row in range(2):
        torch.testing.assert_close(
            both[row], joint_transforms(rotations[row : row + 1], joints[:1], (-1, 0))[0], rtol=0, atol=0
        )


@pytest.mark.parametrize("parents", [(-1, 0, 1), (-1, 0, 0)])
def test_gradients_reach_shape_and_rotations(parents: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    fixed = (drawn(5, 3), drawn(5, 3, 2), drawn(18, 15), drawn(3, 5), drawn(5, 3).softmax(1))
    inputs = (drawn(2, 2).requires_grad_(), drawn(2, 3, 3, 3).requires_grad_())
    assert torch.autograd.gradcheck(lambda shape, turns: linear_blend_skinning(shape, turns, *fixed, parents), inputs)
