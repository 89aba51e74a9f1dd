"""The record of the system: speech + image + emotion → video of a talking face."""

from __future__ import annotations

from pathlib import Path

from mien.systems.system import Loaded, Made, Output, System
from mien.talking.generate.request import TalkRequest
from mien.talking.registration import SERVED


def _generate(loaded: Loaded, request: TalkRequest, out: Path, progress: bool) -> Made:
    from mien.talking.generate.talk import generate

    return generate(loaded, request, out, progress)


def _needs_model(request: TalkRequest) -> bool:
    return not request.rendered


SYSTEM = System(
    name="talking",
    command="talk",
    title="AI-generated talking face",
    help="""Make a face in a picture say something, with an emotion.

    The picture is any photo with a face in it, or a video, of which the best frame is taken; the face talks in the
    whole picture (--no-paste-back: only the face is shown). What is said is a text, which a synthesiser speaks, or a
    recording. The video's metadata says that it is AI-generated, and by which model.

    In place of a picture, a person.json of `mien sculpt` can talk: a picture of the person is rendered, from the front
    and with a neutral face, and made to speak. With --rendered the 3D head itself talks, with the visemes of the text,
    the emotion and the motion, and without a trained model; a recording then moves the mouth by its loudness only.

    An emotion track is a text file of lines `seconds: emotion intensity`, such as `1.5: happy 0.8`; between them the
    face changes gradually.""",
    examples=(
        'mien talk --image me.jpg --text "Good morning" --emotion HAP -o hello.mp4',
        "mien talk -i me.jpg --speech voice.wav -e sad --intensity 1 -o sad.mp4",
        'mien talk -i me.jpg -t "Xin chào" --language vi --voice f2 --captions -o chao.mp4',
        "mien talk -i us.jpg --face 1 -s voice.wav --emotion-track moods.txt -o moods.mp4",
        'mien talk -i me.jpg -t "Yes, of course" --motion "nods twice, then smiles" -o yes.mp4',
        'mien talk --person person.json -t "Good morning" -e happy -o person.mp4',
        'mien talk --person person.json -t "Good morning" -e happy --rendered -o person.glb',
    ),
    request=TalkRequest,
    outputs=(
        Output(".mp4", "a video with sound"),
        Output(".glb", "with --rendered, the animated head for other programs, and its sound beside it as .wav"),
    ),
    needs_model=_needs_model,
    generate=_generate,
    served=SERVED,
)
