"""Metrics of text-to-motion generation: text–motion matching, realism, diversity and smoothness.

The metrics on embeddings are those of Guo et al., "Generating Diverse and Natural 3D Human Motions from Text", CVPR
2022, section 5, and of its published evaluation (the HumanML3D protocol): a separately trained evaluator embeds texts
and motions in a common space, where row i of both is a pair. Values of different evaluators are not comparable.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

Embeddings = NDArray[np.float64]
Value = TypeVar("Value")

R_PRECISION_BATCH, R_PRECISION_RANKS = 32, 3
"""Size of the batches in which a text retrieves its motion, and the largest rank, as published."""


def r_precision(
    text: ArrayLike, motion: ArrayLike, batch: int = R_PRECISION_BATCH, top: int = R_PRECISION_RANKS, seed: int = 0
) -> Embeddings:
    """R-precision: rate at which a text retrieves its own motion among `batch`; float64 (top,) for top 1, 2, ….

    `text`, `motion` (N, D). The pairs are shuffled by `seed` and split into batches, the remainder is dropped; in each
    batch every text ranks all motions by Euclidean distance, as in the published evaluation (the paper describes the
    opposite direction). Mean over all texts, in [0, 1]; chance is k / batch for the top k.

    Equal rows of `text` are the same text, and any motion of the same text is correct. A motion of another text at the
    same distance ranks first, so embeddings that all coincide score 0. Raises ValueError for wrong shapes and for fewer
    pairs than a batch.
    """
    texts, motions = _pairs(text, motion)
    if not 1 <= top <= batch <= len(texts):
        raise ValueError(
            f"R-precision needs at least one batch of pairs and at most a batch of ranks, "
            f"not {len(texts)} pairs, batches of {batch} and top {top}"
        )
    order = np.random.default_rng(seed).permutation(len(texts))
    rows = order[: len(order) // batch * batch].reshape(-1, batch)
    ranks = np.concatenate([_ranks(texts[own], motions[own]) for own in rows])
    return np.array([(ranks < k).mean() for k in range(1, top + 1)])


def _ranks(texts: Embeddings, motions: Embeddings) -> NDArray[np.int64]:
    """Number (B,) of motions of other texts that are at least as near to each text as its own nearest motion."""
    distances = cdist(texts, motions)
    own = (texts[:, None] == texts[None]).all(-1)
    nearest = np.where(own, distances, np.inf).min(axis=1, keepdims=True)
    return ((distances <= nearest) & ~own).sum(axis=1)


def matching_distance(text: ArrayLike, motion: ArrayLike) -> float:
    """Mean Euclidean distance, ≥ 0, between the embeddings (N, D) of each text and its motion; lower is better.

    Called multimodal distance by Guo et al. Raises ValueError for wrong shapes.
    """
    texts, motions = _pairs(text, motion)
    return float(np.linalg.norm(texts - motions, axis=1).mean())


def frechet_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Fréchet distance, ≥ 0, of the Gaussians of two sets of embeddings (N, D) and (M, D); 0 for equal sets.

    |μa − μb|² + tr(Σa + Σb − 2 (Σa Σb)^½): Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", NeurIPS 2017,
    eq. 6; covariances with N − 1. With Σ = S Sᵀ, the trace of the root is the sum of the singular values of Saᵀ Sb,
    which needs no matrix square root and is exact for covariances of any rank. The distance decreases with N, so only
    sets of equal size are comparable. Raises ValueError for wrong shapes and for a set of fewer than two.
    """
    first, second = _embeddings(a, "the first set"), _embeddings(b, "the second set")
    if first.shape[1] != second.shape[1] or min(len(first), len(second)) < 2:
        raise ValueError(
            f"a Fréchet distance needs two sets (N, D) of at least two each, not {first.shape} and {second.shape}"
        )
    root_first, root_second = _covariance_root(first), _covariance_root(second)
    between = float(((first.mean(axis=0) - second.mean(axis=0)) ** 2).sum())
    shared = float(np.linalg.svd(root_first.T @ root_second, compute_uv=False).sum())
    return max(0.0, between + float((root_first**2).sum() + (root_second**2).sum()) - 2 * shared)


def _covariance_root(embeddings: Embeddings) -> Embeddings:
    """S (D, R) with S Sᵀ = covariance; R is the minimum of D and the number of rows."""
    centred = (embeddings - embeddings.mean(axis=0)) / np.sqrt(len(embeddings) - 1)
    _, scale, directions = np.linalg.svd(centred, full_matrices=False)
    return directions.T * scale


def diversity(motion: ArrayLike, pairs: int = 300, seed: int = 0) -> float:
    """Mean Euclidean distance, ≥ 0, of `pairs` random pairs of the embeddings (N, D) of all motions.

    The target is the value of real motion, not a maximum. Pairs consist of two different motions; the published
    evaluation also pairs a motion with itself, which lowers its value by the factor 1 − 1/N. Raises ValueError for
    fewer than two motions.
    """
    motions = _embeddings(motion, "the motions")
    return float(_pair_distances(motions, pairs, np.random.default_rng(seed)).mean())


def multimodality(motion: ArrayLike, pairs: int = 10, seed: int = 0) -> float:
    """Mean Euclidean distance, ≥ 0, between motions generated from the same text; embeddings (M texts, K samples, D).

    `pairs` random pairs of two different samples per text (Guo et al.: 10 of 30 samples). Raises ValueError for fewer
    than two samples per text.
    """
    motions = np.asarray(motion, np.float64)
    if motions.ndim != 3 or not len(motions):
        raise ValueError(f"multimodality needs embeddings (texts, samples, D), not {motions.shape}")
    random = np.random.default_rng(seed)
    return float(np.mean([_pair_distances(_embeddings(own, "the samples"), pairs, random) for own in motions]))


def _pair_distances(embeddings: Embeddings, pairs: int, random: np.random.Generator) -> Embeddings:
    if len(embeddings) < 2 or pairs < 1:
        raise ValueError(f"distances need at least two motions and one pair, not {len(embeddings)} and {pairs}")
    first = random.integers(len(embeddings), size=pairs)
    second = (first + random.integers(1, len(embeddings), size=pairs)) % len(embeddings)
    return np.linalg.norm(embeddings[first] - embeddings[second], axis=1)


def embedded_figures(text: ArrayLike, motion: ArrayLike, reference: ArrayLike, seed: int) -> dict[str, float | None]:
    """All metrics of the embeddings of texts and their motions (N, D); None where there are too few motions.

    reference: embeddings (M, D) of the real motions for the Fréchet distance.
    """
    precision = value_or_none(lambda: r_precision(text, motion, seed=seed))
    rates = [None] * R_PRECISION_RANKS if precision is None else [float(rate) for rate in precision]
    return {
        **{f"r_precision_{top}": rate for top, rate in enumerate(rates, 1)},
        "matching_distance": value_or_none(lambda: matching_distance(text, motion)),
        "frechet": value_or_none(lambda: frechet_distance(motion, reference)),
        "diversity": value_or_none(lambda: diversity(motion, seed=seed)),
    }


def value_or_none(figure: Callable[[], Value]) -> Value | None:
    """The value of `figure`; None if it raises ValueError, as for too few motions."""
    try:
        return figure()
    except ValueError:
        return None


def head_jerk(neck: ArrayLike, fps: Fraction) -> float | None:
    """Mean absolute third derivative of the head's angles in degrees per second³, ≥ 0; 0 for a still head.

    `neck` (T, 3) in radians, unwrapped. A nod has jerk too, so compare to real motion; jitter has much more. None for
    fewer than four frames. Raises ValueError for another shape.
    """
    angles = np.asarray(neck, np.float64)
    if angles.ndim != 2 or angles.shape[1] != 3:
        raise ValueError(f"the angles of a head are (T, 3), not {angles.shape}")
    return _jerk(np.degrees(np.unwrap(angles, axis=0)), fps)


def expression_jerk(expression: ArrayLike, fps: Fraction) -> float | None:
    """Mean absolute third derivative of expression weights (T, E) per second³, ≥ 0, over all frames and weights.

    None for fewer than four frames. Raises ValueError for another shape.
    """
    weights = np.asarray(expression, np.float64)
    if weights.ndim != 2 or not weights.shape[1]:
        raise ValueError(f"expression weights are (T, E), not {weights.shape}")
    return _jerk(weights, fps)


def _jerk(values: NDArray[np.float64], fps: Fraction) -> float | None:
    if len(values) < 4:
        return None
    return float(np.abs(np.diff(values, n=3, axis=0)).mean() * float(fps) ** 3)


def _embeddings(values: ArrayLike, what: str) -> Embeddings:
    embeddings = np.asarray(values, np.float64)
    if embeddings.ndim != 2 or not embeddings.size:
        raise ValueError(f"{what} must be embeddings (N, D), not {embeddings.shape}")
    if not np.isfinite(embeddings).all():
        raise ValueError(f"{what} hold a value that is not finite")
    return embeddings


def _pairs(text: ArrayLike, motion: ArrayLike) -> tuple[Embeddings, Embeddings]:
    texts, motions = _embeddings(text, "the texts"), _embeddings(motion, "the motions")
    if texts.shape != motions.shape:
        raise ValueError(f"each text needs its motion in the same space, not {texts.shape} and {motions.shape}")
    return texts, motions
