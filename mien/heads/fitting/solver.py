"""Newton step of a fit over a clip, with unknowns per frame, coupled to the next frame, and shared unknowns.

The matrix is banded (per-frame unknowns) with a narrow border (shared unknowns): LAPACK's banded Cholesky factorisation
solves the band for all columns of the border, and the shared unknowns follow from the Schur complement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve, solveh_banded

Array = NDArray[np.float64]


def solve_frames(blocks: Array, ties: Array, free: NDArray[np.bool_], right: Array) -> Array:
    """Solve for each frame's unknowns: (T, U, R) from right-hand sides `right` (T, U, R).

    blocks: (T, U, U) symmetric, without the contribution of the ties. ties: (U,), weight of the squared difference of
    each unknown to the next frame. free: (T, U), False for unknowns that are fixed: their step is 0.
    """
    frames, unknowns = free.shape
    both = free[:-1] & free[1:]
    own = np.zeros((frames, unknowns))
    own[:-1] += ties
    own[1:] += ties
    matrix = blocks * (free[:, :, None] & free[:, None])
    matrix[:, np.arange(unknowns), np.arange(unknowns)] += own * free + ~free
    band = np.zeros((frames, unknowns + 1, unknowns))
    row, column = np.tril_indices(unknowns)
    band[:, row - column, column] = matrix[:, row, column]
    band[:-1, unknowns] = -ties * both
    lower = band.transpose(1, 0, 2).reshape(unknowns + 1, frames * unknowns)
    wanted = (right * free[:, :, None]).reshape(frames * unknowns, -1)
    answer = solveh_banded(lower, wanted, lower=True, overwrite_ab=True, check_finite=False)
    return np.asarray(answer.reshape(frames, unknowns, -1))


def newton_step(
    blocks: Array, border: Array, corner: Array, ties: Array, free: NDArray[np.bool_], slope: Array, shared_slope: Array
) -> tuple[Array, Array]:
    """The step (T, U) of the per-frame unknowns and (G,) of the shared ones that minimises the quadratic model.

    border: (T, U, G) and corner: (G, G), mixed and shared second derivatives; slope: (T, U) and shared_slope: (G,),
    negative gradients, including the ties. The others as in `solve_frames`.
    """
    right = np.concatenate([slope[:, :, None], border], axis=2)
    answer = solve_frames(blocks, ties, free, right)
    own, carried = answer[:, :, 0], answer[:, :, 1:]
    if border.shape[2] == 0:
        return own, np.zeros(0)
    border = border * free[:, :, None]
    schur = corner - np.einsum("tug,tuh->gh", border, carried)
    shared = solve(schur, shared_slope - np.einsum("tug,tu->g", border, own), assume_a="pos")
    return own - carried @ shared, shared
