"""`card.md` of a model of moving shapes: what it is, what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def shapes_card(config: Mapping[str, Any]) -> str:
    """Markdown for a model of moving shapes with the content of its config.json."""
    options = "\n".join(f"- `{name}`: {value}" for name, value in sorted(config["options"].items()))
    figures = "\n".join(f"- {name}: {value:.6g}" for name, value in sorted(config["figures"].items()))
    model = config["model"]
    return (
        "# shapes\n\nWords → a clip of moving shapes, 64×64 pixels, 10 frames a second. Architecture "
        f"`{model['architecture']}`; it learned clips of {model['frames']} frames; words are read by "
        f"{model['text'].get('name', 'its own vocabulary')}.\n\n"
        "## Intended use\n\nTeaching, and trying out what a text-to-video model does where every claim can be checked "
        "from pixels.\n\n"
        f"## Made from\n\nTraining clips with digest `{config['data']}`, drawn by the project. It knows the shapes, "
        "colours, sizes and motions in them and nothing else.\n\n"
        f"## Options\n\n{options}\n\n## Figures\n\n{figures or 'See the evaluation.'}\n\n"
        "## Licence\n\nApache-2.0, as the code.\n"
    )
