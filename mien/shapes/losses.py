"""Losses of moving shapes: reconstruction error of layers, and KL divergence of the CVAE posterior."""

from __future__ import annotations

from torch import Tensor

from mien.shapes.data.layers import Layers

PATH_WEIGHT, STEP_WEIGHT, PRESENCE_WEIGHT = 4.0, 16.0, 0.1
"""Weights of paths, of their frame-to-frame differences, and of presence, relative to pictures and colours."""


def layers_error(generated: Layers, target: Layers) -> Tensor:
    """Reconstruction error (B,): weighted squared errors of present figures, plus cross-entropy of presence."""
    wrong = generated.paths - target.paths
    error = (
        PATH_WEIGHT * wrong.square().mean((-1, -2))
        + STEP_WEIGHT * wrong.diff(dim=-1).square().mean((-1, -2))
        + (generated.pictures - target.pictures).square().mean((-1, -2))
        + (generated.colours - target.colours).square().mean(-1)
    )
    presence = generated.presence.clamp(1e-4, 1 - 1e-4)
    missing = -(target.presence * presence.log() + (1 - target.presence) * (1 - presence).log())
    return (error * target.presence + PRESENCE_WEIGHT * missing).sum(1)


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) ‖ N(0, I)) in nats, over the last axis (Kingma and Welling, ICLR 2014, app. B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)
