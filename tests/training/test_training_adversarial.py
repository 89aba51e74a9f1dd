"""The loss of a generator and its discriminator."""

from __future__ import annotations

import math

import pytest
import torch

from mien.training.optimization.adversarial import gradient_penalty, paired_relativistic_loss


def test_the_relativistic_loss_by_hand() -> None:
    better, worse = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 2.0])
    expected = (math.log1p(math.exp(-1)) + math.log1p(math.exp(2))) / 2
    assert float(paired_relativistic_loss(better, worse)) == pytest.approx(expected)


def test_the_gradient_penalty_of_a_linear_critic_is_its_squared_norm() -> None:
    weights = torch.tensor([1.0, -2.0, 3.0])
    frames = torch.randn(5, 3, requires_grad=True)
    assert float(gradient_penalty(frames @ weights, frames)) == pytest.approx(14.0)


def test_the_penalty_adds_over_all_that_was_seen() -> None:
    one, other = torch.ones(4, 2, requires_grad=True), torch.ones(4, 3, requires_grad=True)
    scores = 2 * one.sum(1) + 3 * other.sum(1)
    assert float(gradient_penalty(scores, one, other)) == pytest.approx(2 * 4 + 3 * 9)
