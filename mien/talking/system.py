"""The record of the system: speech + image + emotion → video of a talking face."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.card import Card
from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Made, Output, System
from mien.talking.generate.request import TalkRequest

if TYPE_CHECKING:
    from mien.talking.generate.talker import Talker

_KNOWS = (
    "Crops of {size} pixels. The model knows the kinds of faces, voices and languages in those clips and no others."
)

CARDS = {
    card.kind: card
    for card in (
        Card(
            "emotion_discriminator",
            "An emotion discriminator: frames of an aligned face → one of six emotions, or generated.",
            "It steers the training of a talking face. It is not made to judge what people feel, and must not be used "
            "so.",
            "Crops of {size} pixels.",
            synthetic=False,
        ),
        Card(
            "generator",
            "A talking-face generator before its adversarial training: one aligned face, speech, an emotion and its "
            "intensity → frames of the face saying it.",
            "It is the starting point of the `talking_face` stage.",
            _KNOWS,
        ),
        Card(
            "talking_face",
            "A talking-face generator: one aligned face, speech, an emotion and its intensity → frames of the face "
            "saying it.",
            "Avatars, prototypes, teaching and research, with the consent of whoever is shown.",
            _KNOWS,
        ),
    )
}


def _load(folder: Path) -> Talker:
    from mien.talking.generate.talker import Talker

    return Talker.load(folder)


def _generate(loaded: Loaded, request: TalkRequest, out: Path, progress: bool) -> Made:
    from mien.talking.generate.talk import generate

    return generate(loaded, request, out, progress)


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

SYSTEM = System(
    name="talking",
    command="talk",
    title="AI-generated talking face",
    help="""Make a face in a picture say something, with an emotion.

    The picture is any photo with a face in it, or a video, of which the best frame is taken; the face talks in the
    whole picture (--no-paste-back: only the face is shown). What is said is a text, which a synthesiser speaks, or a
    recording. The video's metadata says that it is AI-generated, and by which model.

    An emotion track is a text file of lines `seconds: emotion intensity`, such as `1.5: happy 0.8`; between them the
    face changes gradually.""",
    examples=(
        'mien talk --image me.jpg --text "Good morning" --emotion HAP -o hello.mp4',
        "mien talk -i me.jpg --speech voice.wav -e sad --intensity 1 -o sad.mp4",
        'mien talk -i me.jpg -t "Xin chào" --language vi --voice f2 --captions -o chao.mp4',
        "mien talk -i us.jpg --face 1 -s voice.wav --emotion-track moods.txt -o moods.mp4",
        'mien talk -i me.jpg -t "Yes, of course" --motion "nods twice and smiles" -o yes.mp4',
    ),
    request=TalkRequest,
    model=MODEL,
    outputs=(Output(".mp4", "a video with sound"),),
    generate=_generate,
    served=SERVED,
    cards=CARDS,
)
