"""The `System` record of head motion: text → the motion of a head, as a video or as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.motion.generate.request import MoveRequest
from mien.systems.card import Card
from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Made, Output, System

if TYPE_CHECKING:
    from mien.motion.generate.mover import Mover

CARDS = {
    "head_motion": Card(
        "head_motion",
        "Words → the motion of a head: rotation, translation, gaze and ARKit's 52 expressions, 25 frames a second, up "
        "to 10 s at once. Architecture `{model[architecture]}`.",
        "Avatars, animation, prototypes, teaching and research.",
        "It knows the actions and wordings in them and few others.",
    )
}


def _load(folder: Path) -> Mover:
    from mien.motion.generate.mover import Mover

    return Mover.load(folder)


def _generate(loaded: Loaded, request: MoveRequest, out: Path, progress: bool) -> Made:
    from mien.motion.generate.move import generate

    return generate(loaded, request, out, progress)


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

    from mien.motion.data.features import WIDTH, features_of

    motions = []
    for text, seconds, seed in zip(batch["text"], batch["seconds"], batch["seed"], strict=True):
        length = None if np.isnan(seconds) else float(seconds)
        motions.append(features_of(mover.move(str(text), length, int(seed))))
    frames = np.array([len(motion) for motion in motions], np.int64)
    features = np.zeros((len(motions), int(frames.max(initial=0)), WIDTH), np.float32)
    for row, motion in zip(features, motions, strict=True):
        row[: len(motion)] = motion
    return {"features": features, "frames": frames}


MODEL = ModelFolder("head motion", ("head_motion",), Path("models/head_motion"), "head_motion", _load)

SERVED = Served(MODEL, __name__, _signature, _predict)

_load_pyfunc = SERVED.load

SYSTEM = System(
    name="motion",
    command="move",
    title="AI-generated head motion",
    help="""Make a head do what words say: nod, turn, look, smile, frown, wink, …

    A video's metadata says that it is AI-generated, by which model and from which words. The head of a video also
    blinks where the motion leaves it time (--no-blink: not); the other files hold the model's motion alone.

    A script is a text file of lines `seconds: text`, such as `2.5: looks to the left`, each until the next one starts;
    a last line `7: end` says when it ends.""",
    examples=(
        'mien move --text "nods twice, then smiles" -o yes.mp4',
        'mien move -t "shakes his head" --head ict --seconds 3 -o no.glb',
        "mien move --script scene.txt --person 5 -o scene.mp4",
        "mien move --table wishes.csv -o wishes",
    ),
    request=MoveRequest,
    model=MODEL,
    outputs=(
        Output(".mp4", "a video"),
        Output(".gif", "a video without sound, of up to 30 s"),
        Output(".npz", "the motion alone, which `mien talk --motion` plays on a photo"),
        Output(".glb", "the animated head for other programs"),
        Output(".obj", "a folder with a file for each frame", folder=True),
    ),
    generate=_generate,
    served=SERVED,
    cards=CARDS,
)
