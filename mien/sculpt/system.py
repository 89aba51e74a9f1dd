"""Sculpt as a system: words → a textured, animatable 3D head."""

from __future__ import annotations

from pathlib import Path

from mien.sculpt.generate.request import SculptRequest
from mien.sculpt.registration import GUIDE, SERVED
from mien.systems.system import ExtraModel, Loaded, Made, Output, System


def _generate(loaded: Loaded, request: SculptRequest, out: Path, progress: bool) -> Made:
    from mien.sculpt.generate.sculpt import generate

    return generate(loaded, request, out, progress)


SYSTEM = System(
    name="sculpt",
    command="sculpt",
    title="AI-generated 3D head",
    help="""Sculpt a 3D head from words, or change one by words.

    The metadata says that the head is AI-generated, by which model and from which words. What it shows is printed.

    The model knows words for age, sex, skin, hair and its colour, eyes, beards, glasses, make-up, clothes, expressions
    and the shapes of nose, lips, chin, cheeks, ears, …; a word that it has never seen is named and not used.

    A person.json is the head in numbers: --edit changes it, `mien move` and `mien talk` take it as --person.""",
    examples=(
        'mien sculpt --text "an old man with a grey beard and round glasses, smiling" -o head.glb',
        'mien sculpt -t "a young woman with long red hair and freckles" --variants 4 -o sheet.png',
        'mien sculpt -t "bald, angry, thick black glasses" -o person.json',
        'mien sculpt --edit person.json -t "older, without the glasses" --keep eyes -o older.json',
        'mien sculpt -t "ginger, square specs, looks bored" -o head.html',
    ),
    request=SculptRequest,
    outputs=(
        Output(".glb", "the head for other programs: textures, rig, ARKit's 52 expressions, visemes"),
        Output(".png", "views from all sides, a row for each variant"),
        Output(".json", "the person in numbers, for --edit, `mien move` and `mien talk`"),
        Output(".html", "one page that turns and plays the head in a browser"),
        Output(".mp4", "a turntable"),
        Output(".gif", "the same as a GIF"),
        Output(".obj", "mesh, materials and textures"),
    ),
    generate=_generate,
    served=SERVED,
    extras=(ExtraModel("guide_model", GUIDE, lambda _request: True),),
)
