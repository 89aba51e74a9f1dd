"""Tiny pretrained text models, made once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each kind of model that `text_models.model` makes."""
    from text_models import KINDS, model  # transformers is loaded for those who ask

    root = tmp_path_factory.mktemp("text")
    for kind in [*KINDS, "vit"]:
        model(kind, root / kind)
    return {kind: root / kind for kind in [*KINDS, "vit"]}
