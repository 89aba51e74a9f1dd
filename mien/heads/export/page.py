"""A head as one web page that turns and plays it: the glb and its viewer are inside, nothing is loaded from outside."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from mien.files import atomic_file
from mien.heads.export.glb import GlbContent
from mien.heads.export.viewer import MODEL_VIEWER

FACES: dict[str, dict[str, float]] = {
    "smile": {"mouthSmile": 0.85, "cheekSquint": 0.5, "eyeSquint": 0.25},
    "surprise": {"browInnerUp": 0.9, "browOuterUp": 0.8, "eyeWide": 0.8, "jawOpen": 0.35},
    "anger": {"browDown": 1.0, "noseSneer": 0.5, "eyeSquint": 0.4, "mouthPress": 0.5},
    "sadness": {"browInnerUp": 0.8, "mouthFrown": 0.8, "eyeLookDown": 0.3},
    "mouth open": {"jawOpen": 1.0},
    "eyes shut": {"eyeBlink": 1.0},
    "look aside": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
}
"""The sliders of the page: weights of ARKit's expressions; a name without its side stands for both."""


def write_head_page(
    path: Path, glb: GlbContent, title: str, prompt: str | None = None, tags: Mapping[str, str] | None = None
) -> None:
    """Write `head_page` of the same arguments atomically to `path`."""
    content = head_page(glb, title, prompt, tags)
    with atomic_file(path) as beside:
        beside.write_text(content, encoding="utf-8")


def head_page(glb: GlbContent, title: str, prompt: str | None = None, tags: Mapping[str, str] | None = None) -> str:
    """A page of HTML that shows a head, with sliders for what it can do; works from a file, without a network.

    title: heading of the page. prompt: the sentence that it was made from. tags: where it is from, as `meta` elements.
    """
    meta = "".join(f'<meta name="{escape(key)}" content="{escape(value)}">\n' for key, value in (tags or {}).items())
    said = f"<p>{escape(prompt)}</p>" if prompt else ""
    facts = {"faces": _sliders(glb.targets), "visemes": [n for n in glb.targets if n.startswith("viseme_")]}
    values = {
        "@META@": meta,
        "@TITLE@": escape(title),
        "@PROMPT@": said,
        # inside a script only "<" could end it
        "@FACTS@": json.dumps(facts).replace("<", "\\u003c"),
        "@GLB@": base64.b64encode(glb.content).decode(),
        "@VIEWER@": _viewer(),
    }
    parts = []
    for piece in Path(__file__).with_name("page.html").read_text(encoding="utf-8").split("%%"):
        parts.append(values.get(piece, piece))
    return "".join(parts)


def _sliders(targets: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """The sliders that move something, with the names of the morph targets there are."""
    found = {}
    for label, weights in FACES.items():
        sides = {
            name: w for key, w in weights.items() for name in (key, f"{key}Left", f"{key}Right") if name in targets
        }
        if sides:
            found[label] = sides
    return found


@cache
def _viewer() -> str:
    return MODEL_VIEWER.read_text(encoding="utf-8")
