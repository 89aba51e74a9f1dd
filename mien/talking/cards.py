"""`card.md` of a model folder: what it is, what it was made from, what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHAT = {
    "emotion_discriminator": (
        "An emotion discriminator: frames of an aligned face → one of six emotions, or generated.",
        "It steers the training of a talking face. It is not made to judge what people feel, and must not be used so.",
    ),
    "generator": (
        "A talking-face generator before its adversarial training: one aligned face, speech, an emotion and its "
        "intensity → frames of the face saying it.",
        "It is the starting point of the `talking_face` stage.",
    ),
    "talking_face": (
        "A talking-face generator: one aligned face, speech, an emotion and its intensity → frames of the face "
        "saying it.",
        "Avatars, prototypes, teaching and research, with the consent of whoever is shown.",
    ),
}


def model_card(kind: str, config: Mapping[str, Any]) -> str:
    """Markdown for a model of `kind` with the content of its `config.json`."""
    what, use = _WHAT[kind]
    options = "\n".join(f"- `{name}`: {value}" for name, value in sorted(config["options"].items()))
    figures = "\n".join(f"- {name}: {value:.6g}" for name, value in sorted(config["figures"].items()))
    synthetic = (
        "**It generates synthetic media.** Whatever it makes shows things that did not happen: say so wherever it is "
        "shown, keep the mark in the file's metadata, and make none of a person who has not agreed.\n\n"
        if kind != "emotion_discriminator"
        else ""
    )
    return (
        f"# {kind}\n\n{what}\n\n{synthetic}"
        f"## Intended use\n\n{use}\n\n"
        f"## Made from\n\nTraining clips with digest `{config['data']}`, crops of {config['size']} pixels. The model "
        "knows the kinds of faces, voices and languages in those clips and no others.\n\n"
        f"## Options\n\n{options}\n\n## Figures\n\n{figures}\n\n"
        "## Licence\n\nApache-2.0, as the code. The training clips have a licence of their own, which may bind the "
        "weights too.\n"
    )
