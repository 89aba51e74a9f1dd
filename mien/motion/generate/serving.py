"""Head motion as a model of MLflow: how a registry loads the folder, what goes in and what comes out.

MLflow calls `_load_pyfunc` with the model's folder, so nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.motion.data.features import WIDTH, features_of
from mien.motion.generate.mover import Mover

Tensors = Mapping[str, tuple[str, tuple[int, ...]]]


class ServedMover:
    """A batch of texts, lengths and seeds in, a batch of motions out."""

    def __init__(self, mover: Mover) -> None:
        self.mover = mover

    def predict(self, batch: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
        """`features` float32 (B, T, 63), zero after each motion's end, and `frames` int64 (B,), 25 a second.

        The tensors are those of `served_inputs`; a NaN in `seconds` is as long as such words usually take. Raises
        MoveError as `Mover.move` does.
        """
        motions = []
        for text, seconds, seed in zip(batch["text"], batch["seconds"], batch["seed"], strict=True):
            length = None if np.isnan(seconds) else float(seconds)
            motions.append(features_of(self.mover.move(str(text), length, int(seed))))
        frames = np.array([len(motion) for motion in motions], np.int64)
        features = np.zeros((len(motions), int(frames.max(initial=0)), WIDTH), np.float32)
        for row, motion in zip(features, motions, strict=True):
            row[: len(motion)] = motion
        return {"features": features, "frames": frames}


def _load_pyfunc(folder: str) -> ServedMover:
    return ServedMover(Mover.load(Path(folder)))


def served_inputs() -> Tensors:
    """Names, types and shapes of what goes in; −1 is a free length."""
    return {"text": ("str", (-1,)), "seconds": ("float32", (-1,)), "seed": ("int64", (-1,))}


def served_outputs() -> Tensors:
    """Names, types and shapes of what comes out."""
    return {"features": ("float32", (-1, -1, WIDTH)), "frames": ("int64", (-1,))}


def served_example() -> dict[str, NDArray[Any]]:
    """A batch of 2: a motion of a given length, and one as long as it takes."""
    return {
        "text": np.array(["nods twice, then smiles", "turns to the left"]),
        "seconds": np.array([4.0, np.nan], np.float32),
        "seed": np.array([0, 1], np.int64),
    }
