"""`card.md` of a motion model's folder: what it is, what it was made from, what it may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def motion_card(config: Mapping[str, Any]) -> str:
    """Markdown for a model of head motion with the content of its config.json."""
    options = "\n".join(f"- `{name}`: {value}" for name, value in sorted(config["options"].items()))
    figures = "\n".join(f"- {name}: {value:.6g}" for name, value in sorted(config["figures"].items()))
    reads = config["model"]["text"].get("name", "its own vocabulary")
    return (
        "# head_motion\n\nWords → the motion of a head: rotation, translation, gaze and ARKit's 52 expressions, 25 "
        f"frames a second, up to 10 s at once. Architecture `{config['model']['architecture']}`; words are read by "
        f"{reads}.\n\n"
        "**It generates synthetic motion.** Shown on a likeness of a person it shows what that person did not do: say "
        "so, and make none of a person who has not agreed.\n\n"
        "## Intended use\n\nAvatars, animation, prototypes, teaching and research.\n\n"
        f"## Made from\n\nTraining motions with digest `{config['data']}`. It knows the actions and wordings in them "
        "and few others.\n\n"
        f"## Options\n\n{options}\n\n## Figures\n\n{figures}\n\n"
        "## Licence\n\nApache-2.0, as the code. The training clips have a licence of their own, which may bind the "
        "weights too.\n"
    )
