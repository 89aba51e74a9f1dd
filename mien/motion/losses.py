"""Losses of head motion: errors of the denoised motion, and the contrastive loss of the evaluator."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mien.training.distributed import gather, global_mean


def motion_errors(predicted: Tensor, clean: Tensor, valid: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """Mean squared errors of motions (B, T, D) over valid frames (B, T, 1), over the global batch.

    `error`: plain; `weighted`: with weights (B, 1, 1) by noise level; `velocity`: of frame differences, weighted.
    """
    error = (predicted - clean) * valid
    steps = error.diff(dim=1) * valid[:, 1:]
    count = valid.sum() * clean.shape[-1]
    return {
        "error": global_mean((error**2).sum(), count),
        "weighted": global_mean((weights * error**2).sum(), count),
        "velocity": global_mean((weights * steps**2).sum(), count),
    }


def info_nce(texts: Tensor, motions: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al., 2018; Radford et al., ICML 2021) of embeddings (B, D), over all ranks.

    labels (B,): integers; rows with equal labels are not negatives of each other.
    """
    texts, motions, labels = gather(texts), gather(motions), gather(labels)
    logits = texts @ motions.T / temperature
    equal = labels[:, None] == labels[None]
    same_label_pairs = equal & ~torch.eye(len(equal), dtype=torch.bool, device=equal.device)
    logits = logits.masked_fill(same_label_pairs, -torch.inf)
    targets = torch.arange(len(logits), device=logits.device)
    return (functional.cross_entropy(logits, targets) + functional.cross_entropy(logits.T, targets)) / 2
