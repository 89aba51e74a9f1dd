"""What a model was trained on, in a few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

RENDERED = "rendered heads only"

_FIXED = {
    "head_prior": "composed descriptions only",
    "head_clip": RENDERED,
    "follow": "rendered figures only",
    "shapes": "drawn shapes only",
}
"""Models whose training data the project makes itself, whatever the corpus is."""


def seen_by(model: str, root: Path) -> str:
    """What a model in `root`/models was trained on; for those of a corpus, the one that dvc.lock records."""
    fixed = _FIXED.get(model)
    if fixed is not None:
        return fixed
    source = corpus_source(root)
    if source is None:
        return "clips of an unknown corpus"
    if source == "embedded":
        return RENDERED if model == "talking_face" else "movements of rendered heads only"
    return f"clips of the corpus {source}"


def corpus_source(root: Path) -> str | None:
    """`corpus.source` of the run that `root`/dvc.lock records; None where it records none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content: Any = YAML(typ="safe").load((root / "dvc.lock").read_text(encoding="utf-8"))
        return str(content["stages"]["corpus"]["params"]["params.yaml"]["corpus"]["source"])
    except (OSError, ValueError, KeyError, TypeError, YAMLError):
        return None
