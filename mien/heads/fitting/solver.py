"""One Newton step of a fit over a clip: unknowns of each frame tied to the frame before, and unknowns all frames share.

The matrix is a band (a frame's unknowns, and the same ones a frame later) with a thin border (the shared unknowns):
LAPACK's banded Cholesky solves the band for the border's columns at once, the border's own small system follows by
its Schur complement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve, solveh_banded

Array = NDArray[np.float64]


def solve_frames(blocks: Array, ties: Array, free: NDArray[np.bool_], right: Array) -> Array:
    """Solve for each frame's unknowns: (T, U, R) from right-hand sides `right` (T, U, R).

    blocks: (T, U, U) symmetric, the ties' own share of the diagonal not in it. ties: (U,), how strongly each unknown is
    held to its value in the next frame. free: (T, U), False where an unknown stays as it is: its answer is 0.
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
    """The step (T, U) of the frames' unknowns and (G,) of the shared ones that minimises the quadratic model.

    border: (T, U, G) and corner: (G, G), the mixed and the shared second derivatives; slope: (T, U) and
    shared_slope: (G,), the negative first ones, the ties' share in them. The others as in `solve_frames`.
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
