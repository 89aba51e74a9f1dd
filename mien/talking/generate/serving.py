"""The talking face as a model of MLflow: how a registry loads the folder, what goes in and what comes out.

MLflow calls `_load_pyfunc` with the model's folder, so nothing is pickled.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.clips import EMOTIONS
from mien.talking.generate.talker import Talker

Tensors = Mapping[str, tuple[str, tuple[int, ...]]]


class ServedTalker:
    """A batch of faces, speeches and emotions in, a batch of videos out."""

    def __init__(self, talker: Talker) -> None:
        self.talker = talker

    def predict(self, batch: Mapping[str, NDArray[Any]], params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """`frames` uint8 (B, T, S, S, 3) from the tensors of `served_inputs`; `params["seed"]` chooses the movement.

        An `emotion` of −1 and a NaN `intensity` are unspecified. Raises ValueError as `Talker.generate` does.
        """
        seed = int((params or {}).get("seed", 0))
        videos = []
        for face, speech, emotion, intensity in zip(
            batch["face"], batch["speech"], batch["emotion"], batch["intensity"], strict=True
        ):
            feeling = EMOTIONS[int(emotion)] if emotion >= 0 else None
            strength = None if np.isnan(intensity) else float(intensity)
            videos.append(np.stack(list(self.talker.generate(face, speech, feeling, strength, seed))))
        return {"frames": np.stack(videos)}


def _load_pyfunc(folder: str) -> ServedTalker:
    return ServedTalker(Talker.load(Path(folder)))


def served_inputs(size: int) -> Tensors:
    """Names, types and shapes of what goes in; −1 is a free length. `emotion` counts in the order of EMOTIONS."""
    return {
        "face": ("uint8", (-1, size, size, 3)),
        "speech": ("float32", (-1, -1)),
        "emotion": ("int64", (-1,)),
        "intensity": ("float32", (-1,)),
    }


def served_outputs(size: int) -> Tensors:
    """Names, types and shapes of what comes out."""
    return {"frames": ("uint8", (-1, -1, size, size, 3))}


def served_example(size: int, sample_rate: int) -> dict[str, NDArray[Any]]:
    """A batch of 2: a fifth of a second of silence on a grey picture."""
    return {
        "face": np.full((2, size, size, 3), 128, np.uint8),
        "speech": np.zeros((2, sample_rate // 5), np.float32),
        "emotion": np.array([EMOTIONS.index("HAP"), -1]),
        "intensity": np.array([0.7, np.nan], np.float32),
    }
