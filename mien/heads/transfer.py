"""The shape of a sculpted head on another parametric head: the identity whose landmarks differ in the same way."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import Head

STIFFNESS = 0.02
"""Weight of the identity's own norm, in standard deviations, against the landmarks' distance in millimetres."""

LIMIT = 3.0
"""Largest magnitude of an identity parameter, in standard deviations."""

_MILLIMETRES = 225.0  # of one head unit


@torch.no_grad()
def transferred(identity: Tensor, head: Head) -> Tensor:
    """The identity (I',) of `head` nearest to an `identity` (I,) of the embedded head.

    Both heads have iBUG's 68 landmarks. The differences of the landmarks from those of each head's average person are
    matched by ridge regression, in each head's own size.
    """
    source = EmbeddedHead()
    if isinstance(head, EmbeddedHead):
        return identity
    wanted = _landmarks(source, identity[None])[0] - _landmarks(source, torch.zeros(1, len(identity)))[0]
    average = _landmarks(head, torch.zeros(1, len(head.identity_names)))[0]
    scale = _size(average) / _size(_landmarks(source, torch.zeros(1, len(identity)))[0])
    steps = torch.eye(len(head.identity_names))
    moves = torch.cat([_landmarks(head, part) for part in steps.split(16)]) - average
    goal = (wanted * scale).flatten().double() * _MILLIMETRES
    basis = moves.flatten(1).double().T * _MILLIMETRES
    count = basis.shape[1]
    normal = basis.T @ basis + STIFFNESS * len(goal) * torch.eye(count, dtype=torch.float64)
    return torch.linalg.solve(normal, basis.T @ goal).float().clamp(-LIMIT, LIMIT)


def _landmarks(head: Head, identity: Tensor) -> Tensor:
    expression = torch.zeros(len(identity), 52)
    return head.vertices(identity, expression)[:, torch.from_numpy(head.landmark_vertices)]


def _size(landmarks: Tensor) -> Tensor:
    return (landmarks - landmarks.mean(dim=0)).norm(dim=1).mean()
