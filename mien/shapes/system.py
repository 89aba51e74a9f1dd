"""Moving shapes as a system: text → clips of moving shapes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.shapes.generate.request import ShapesRequest
from mien.systems.card import Card
from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Made, Output, System

if TYPE_CHECKING:
    from mien.shapes.generate.animator import Animator

CARDS = {
    "shapes": Card(
        "shapes",
        "Words → a clip of moving shapes, 64×64 pixels, 10 frames a second. Architecture `{model[architecture]}`; the "
        "training clips have {model[frames]} frames.",
        "Teaching, and trying out what a text-to-video model does where every claim can be checked from pixels.",
        "The project draws them. The model knows the shapes, colours, sizes and motions in them and nothing else.",
        synthetic=False,
    )
}


def _load(folder: Path) -> Animator:
    from mien.shapes.generate.animator import Animator

    return Animator.load(folder)


def _generate(loaded: Loaded, request: ShapesRequest, out: Path, progress: bool) -> Made:
    from mien.shapes.generate.animate import generate

    return generate(loaded, request, out, progress)


def _signature(_config: Mapping[str, Any]) -> Signature:
    import numpy as np

    from mien.shapes.corpus.vocabulary import SIDE

    return Signature(
        inputs={"text": ("str", (-1,)), "seed": ("int64", (-1,))},
        outputs={"video": ("uint8", (-1, -1, SIDE, SIDE, 3))},
        example={
            "text": np.array(["circle moving up-right", "a big red star is rotating clockwise"]),
            "seed": np.array([0, 1], np.int64),
        },
    )


def _predict(animator: Animator, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    """`video` uint8 (B, T, 64, 64, 3) RGB, 10 frames a second, as many as the training clips have."""
    return {"video": animator.clips([str(text) for text in batch["text"]], [int(seed) for seed in batch["seed"]])}


MODEL = ModelFolder("moving shapes", ("shapes",), Path("models/shapes"), "shapes", _load)

SERVED = Served(MODEL, __name__, _signature, _predict)

_load_pyfunc = SERVED.load

SYSTEM = System(
    name="shapes",
    command="shapes",
    title="AI-generated moving shapes",
    help="""Make shapes move as words say: a circle, square, triangle or star, or two of them at once.

    The metadata says that the clips are AI-generated, by which model and from which words. What they show, measured in
    the pixels, is printed.

    The model knows the colours red, green, blue, yellow, white and purple; small and big; moving up, down, left, right
    or between two of these (up-left, …); rotating clockwise or counter-clockwise; shrinking, expanding; bouncing and
    zigzagging, vertically or horizontally.""",
    examples=(
        'mien shapes --text "circle moving up-right" -o out.gif',
        'mien shapes -t "a big red star is spinning clockwise" --size 256 --seconds 3 -o star.mp4',
        'mien shapes -t "blue square shrinks" -t "yellow circle grows" --copies 4 -o grid.gif',
        'mien shapes -t "a white star moves left and a green circle bounces vertically" -o strip.png',
    ),
    request=ShapesRequest,
    model=MODEL,
    outputs=(
        Output(".gif", "the clips side by side"),
        Output(".mp4", "the same as a video"),
        Output(".png", "the frames of each clip in a row, under its words"),
    ),
    generate=_generate,
    served=SERVED,
    cards=CARDS,
)
