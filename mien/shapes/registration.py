"""The moving-shapes model: its folder, and how MLflow's registry serves it.

An evaluation registers it and needs no more of the system than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.shapes.corpus.vocabulary import SIDE
from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature

if TYPE_CHECKING:
    from mien.shapes.generate.animator import Animator


def _load(folder: Path) -> Animator:
    from mien.shapes.generate.animator import Animator

    return Animator.load(folder)


def _predict(animator: Animator, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    """`video` uint8 (B, T, 64, 64, 3) RGB, 10 frames a second, as many as the training clips have."""
    return {"video": animator.clips([str(text) for text in batch["text"]], [int(seed) for seed in batch["seed"]])}


MODEL = ModelFolder("moving shapes", ("shapes",), Path("models/shapes"), "shapes", _load)

SIGNATURE = Signature(
    inputs={"text": ("str", (-1,)), "seed": ("int64", (-1,))},
    outputs={"video": ("uint8", (-1, -1, SIDE, SIDE, 3))},
    example={"text": ["circle moving up-right", "a big red star is rotating clockwise"], "seed": [0, 1]},
)

SERVED = Served(MODEL, __name__, SIGNATURE, _predict)

_load_pyfunc = SERVED.load
