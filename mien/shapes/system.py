"""Moving shapes as a system: text → clips of moving shapes."""

from __future__ import annotations

from pathlib import Path

from mien.shapes.generate.request import ShapesRequest
from mien.shapes.registration import SERVED
from mien.systems.system import Loaded, Made, Output, System


def _generate(loaded: Loaded, request: ShapesRequest, out: Path, progress: bool) -> Made:
    from mien.shapes.generate.animate import generate

    return generate(loaded, request, out, progress)


SYSTEM = System(
    name="shapes",
    command="shapes",
    title="AI-generated moving shapes",
    help="""Make shapes move as words say: a circle, square, triangle or star, or two of them at once.

    The metadata says that the clips are AI-generated, by which model and from which words. What they show, measured in
    the pixels, is printed.

    Say it in your own words ("two crimson discs fall", "one star spins, the other grows"): what was understood is
    printed, and what was mended, guessed or left out is noted.

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
    outputs=(
        Output(".gif", "the clips side by side"),
        Output(".mp4", "the same as a video"),
        Output(".png", "the frames of each clip in a row, under its words"),
    ),
    generate=_generate,
    served=SERVED,
)
