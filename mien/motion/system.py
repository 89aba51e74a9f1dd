"""The `System` record of head motion: text → the motion of a head, as a video or as a file."""

from __future__ import annotations

from pathlib import Path

from mien.motion.generate.request import MoveRequest
from mien.motion.registration import SERVED
from mien.systems.system import Loaded, Made, Output, System


def _generate(loaded: Loaded, request: MoveRequest, out: Path, progress: bool) -> Made:
    from mien.motion.generate.move import generate

    return generate(loaded, request, out, progress)


SYSTEM = System(
    name="motion",
    command="move",
    title="AI-generated head motion",
    help="""Make a head do what words say: nod, turn, look, smile, frown, wink, …

    A video's metadata says that it is AI-generated, by which model and from which words. The head of a video also
    blinks where the motion leaves it time (--no-blink: not); the other files hold the model's motion alone.

    A person is a number, or a person.json of `mien sculpt`: then the head has that person's shape, colours, hair,
    clothes and glasses, and keeps the face that the person has at rest under the motion.

    A script is a text file of lines `seconds: text`, such as `2.5: looks to the left`, each until the next one starts;
    a last line `7: end` says when it ends.""",
    examples=(
        'mien move --text "nods twice, then smiles" -o yes.mp4',
        'mien move -t "shakes his head" --head ict --seconds 3 -o no.glb',
        "mien move --script scene.txt --person 5 -o scene.mp4",
        'mien move -t "shakes his head" --person person.json -o they_do_not.mp4',
        "mien move --table wishes.csv -o wishes",
    ),
    request=MoveRequest,
    outputs=(
        Output(".mp4", "a video"),
        Output(".gif", "a video without sound, of up to 30 s"),
        Output(".npz", "the motion alone, which `mien talk --motion` plays on a photo"),
        Output(".glb", "the animated head for other programs"),
        Output(".obj", "a folder with a file for each frame", folder=True),
    ),
    generate=_generate,
    served=SERVED,
)
