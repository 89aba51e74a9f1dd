"""Linear blend skinning of a body or head model of SMPL's family (FLAME is one).

Source of all equations: Loper, Mahmood, Romero, Pons-Moll, Black, "SMPL: A Skinned Multi-Person Linear Model", ACM
Transactions on Graphics (SIGGRAPH Asia) 2015, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def joint_transforms(rotations: Tensor, joints: Tensor, parents: Sequence[int]) -> Tensor:
    """World transforms (B, K, 4, 4) of a kinematic tree, relative to its rest pose: G'ₖ = Gₖ(θ) Gₖ(0)⁻¹, eqs. 3 and 4.

    rotations: (B, K, 3, 3), each relative to the parent joint. joints: rest positions (B, K, 3). parents: the parent of
    each joint, which must come before it; −1 for the root. Differentiable in rotations and joints.
    """
    rotation, translation = [rotations[:, 0]], [joints[:, 0]]
    for joint, parent in enumerate(parents[1:], 1):
        offset = joints[:, joint] - joints[:, parent]
        translation.append(translation[parent] + (rotation[parent] @ offset[..., None])[..., 0])
        rotation.append(rotation[parent] @ rotations[:, joint])
    turned, moved = torch.stack(rotation, 1), torch.stack(translation, 1)
    # Gₖ(0) is a translation by the joint's rest position
    shift = moved - (turned @ joints[..., None])[..., 0]
    upper = torch.cat([turned, shift[..., None]], -1)
    lower = torch.tensor([0.0, 0.0, 0.0, 1.0]).to(upper).expand(*upper.shape[:2], 1, 4)
    return torch.cat([upper, lower], -2)


def linear_blend_skinning(
    shape: Tensor,
    rotations: Tensor,
    template: Tensor,
    shape_directions: Tensor,
    pose_directions: Tensor,
    joint_regressor: Tensor,
    weights: Tensor,
    parents: Sequence[int],
) -> Tensor:
    """Posed vertices (B, V, 3), in the units of the template; differentiable in shape and rotations.

    shape: coefficients (B, N) of shape and expression. rotations: matrices (B, K, 3, 3) of the joints relative to their
    parents, the root first. template: vertices (V, 3) at rest. shape_directions: (V, 3, N). pose_directions:
    (9 (K − 1), 3 V), the pose correctives, for the rotations' row-major entries. joint_regressor: (K, V). weights:
    (V, K), each row of sum 1. parents: see `joint_transforms`.
    """
    batch, count = len(rotations), len(template)
    shaped = template + torch.einsum("bn,vcn->bvc", shape, shape_directions)  # T̄ + B_S(β), eqs. 6 and 8
    joints = torch.einsum("kv,bvc->bkc", joint_regressor, shaped)  # J(β), eq. 10
    identity = torch.eye(3, dtype=rotations.dtype, device=rotations.device)
    pose = (rotations[:, 1:] - identity).reshape(batch, -1)
    corrected = shaped + (pose @ pose_directions).view(batch, count, 3)  # + B_P(θ), eqs. 6 and 9
    transforms = joint_transforms(rotations, joints, parents)[:, :, :3]
    blended = torch.einsum("vk,bkij->bvij", weights, transforms)
    return (blended[..., :3] @ corrected[..., None])[..., 0] + blended[..., 3]  # eq. 7
