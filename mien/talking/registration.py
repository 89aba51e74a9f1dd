"""The talking face's trained model: its folder, and how MLflow's registry serves it.

An evaluation registers it and needs no more of the system than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature

if TYPE_CHECKING:
    from mien.talking.generate.talker import Talker


def _load(folder: Path) -> Talker:
    from mien.talking.generate.talker import Talker

    return Talker.load(folder)


def _signature(config: Mapping[str, Any]) -> Signature:
    import numpy as np

    from mien.clips import EMOTIONS

    size, hz = config["network"]["size"], config["network"]["sample_rate"]
    return Signature(
        inputs={
            "face": ("uint8", (-1, size, size, 3)),
            "speech": ("float32", (-1, -1)),
            "emotion": ("int64", (-1,)),
            "intensity": ("float32", (-1,)),
        },
        outputs={"frames": ("uint8", (-1, -1, size, size, 3))},
        # 0.2 s of silence and a grey picture
        example={
            "face": np.full((2, size, size, 3), 128, np.uint8),
            "speech": np.zeros((2, hz // 5), np.float32),
            "emotion": np.array([EMOTIONS.index("HAP"), -1]),
            "intensity": np.array([0.7, np.nan], np.float32),
        },
    )


def _predict(talker: Talker, batch: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """`frames` uint8 (B, T, S, S, 3). `emotion` (B,) is an index of EMOTIONS; −1 and a NaN intensity: unspecified.

    `params["seed"]` seeds head motion, blinks and gaze.
    """
    import numpy as np

    from mien.clips import EMOTIONS

    seed = int(params.get("seed", 0))
    videos = []
    for face, speech, emotion, intensity in zip(
        batch["face"], batch["speech"], batch["emotion"], batch["intensity"], strict=True
    ):
        name = EMOTIONS[int(emotion)] if emotion >= 0 else None
        strength = None if np.isnan(intensity) else float(intensity)
        videos.append(np.stack(list(talker.generate(face, speech, name, strength, seed))))
    return {"frames": np.stack(videos)}


MODEL = ModelFolder("a talking face", ("talking_face", "generator"), Path("models/talking_face"), "talking_face", _load)

SERVED = Served(MODEL, __name__, _signature, _predict)

_load_pyfunc = SERVED.load
