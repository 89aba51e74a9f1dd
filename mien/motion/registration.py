"""The head-motion model: its folder, and how MLflow's registry serves it.

An evaluation registers it and needs no more of the system than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature

if TYPE_CHECKING:
    from mien.motion.generate.mover import Mover


def _load(folder: Path) -> Mover:
    from mien.motion.generate.mover import Mover

    return Mover.load(folder)


def _signature(_config: Mapping[str, Any]) -> Signature:
    import numpy as np

    from mien.motion.data.features import WIDTH

    return Signature(
        inputs={"text": ("str", (-1,)), "seconds": ("float32", (-1,)), "seed": ("int64", (-1,))},
        outputs={"features": ("float32", (-1, -1, WIDTH)), "frames": ("int64", (-1,))},
        example={
            "text": np.array(["nods twice, then smiles", "turns to the left"]),
            "seconds": np.array([4.0, np.nan], np.float32),
            "seed": np.array([0, 1], np.int64),
        },
    )


def _predict(mover: Mover, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    """`features` float32 (B, T, 63), zero after each motion's end, and `frames` int64 (B,), 25 a second.

    A NaN in `seconds`: the length is estimated from the text.
    """
    import numpy as np

    from mien.motion.data.batches import pad_motions
    from mien.motion.data.features import to_features

    motions = []
    for text, seconds, seed in zip(batch["text"], batch["seconds"], batch["seed"], strict=True):
        length = None if np.isnan(seconds) else float(seconds)
        motions.append(to_features(mover.move(str(text), length, int(seed))))
    features, frames = pad_motions(motions)
    return {"features": features.numpy(), "frames": frames.numpy()}


MODEL = ModelFolder("head motion", ("head_motion",), Path("models/head_motion"), "head_motion", _load)

SERVED = Served(MODEL, __name__, _signature, _predict)

_load_pyfunc = SERVED.load
