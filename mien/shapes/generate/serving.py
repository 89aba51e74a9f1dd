"""Moving shapes as a model of MLflow: how a registry loads the folder, what goes in and what comes out.

MLflow calls `_load_pyfunc` with the model's folder, so nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.shapes.corpus.vocabulary import SIDE

if TYPE_CHECKING:
    from mien.shapes.generate.animator import Animator

Tensors = Mapping[str, tuple[str, tuple[int, ...]]]


class ServedAnimator:
    """A batch of texts and seeds in, a batch of clips out."""

    def __init__(self, animator: Animator) -> None:
        self.animator = animator

    def predict(self, batch: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        """`video` uint8 (B, T, 64, 64, 3) RGB, 10 frames a second, as many as in the clips that the model learned.

        The tensors are those of `served_inputs`. Raises AnimateError as `Animator.clips` does.
        """
        texts, seeds = [str(text) for text in batch["text"]], [int(seed) for seed in batch["seed"]]
        return {"video": self.animator.clips(texts, seeds)}


def _load_pyfunc(folder: str) -> ServedAnimator:
    from mien.shapes.generate.animator import Animator

    return ServedAnimator(Animator.load(Path(folder)))


def served_inputs() -> Tensors:
    """Names, types and shapes of what goes in; −1 is a free length."""
    return {"text": ("str", (-1,)), "seed": ("int64", (-1,))}


def served_outputs() -> Tensors:
    """Names, types and shapes of what comes out."""
    return {"video": ("uint8", (-1, -1, SIDE, SIDE, 3))}


def served_example() -> dict[str, NDArray[Any]]:
    """A batch of 2."""
    return {
        "text": np.array(["circle moving up-right", "a big red star is rotating clockwise"]),
        "seed": np.array([0, 1], np.int64),
    }
