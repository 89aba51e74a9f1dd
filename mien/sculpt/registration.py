"""The models of sculpt: their folders, and how MLflow's registry serves the prior."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.systems.model import ModelFolder
from mien.systems.serving import Served, Signature

if TYPE_CHECKING:
    from mien.sculpt.networks.guide import Guide
    from mien.sculpt.networks.prior import HeadPrior

VALUES = 61
"""Values of the latents; the length of `mien.heads.latents.layout.VALUE_NAMES`, whose import is slow."""

CATEGORIES = 5


def _load(folder: Path) -> HeadPrior:
    from mien.sculpt.networks.prior import HeadPrior

    return HeadPrior.load(folder)


def _load_guide(folder: Path) -> Guide:
    from mien.sculpt.networks.guide import open_guide

    return open_guide(folder)


def _predict(prior: HeadPrior, batch: Mapping[str, Any], _params: Mapping[str, Any]) -> dict[str, Any]:
    """`values` float32 (B, 61) and `categories` int64 (B, 5) of the likeliest head of each text, without a guide."""
    import numpy as np

    from mien.sculpt.methods.candidates import draw_candidates

    pairs = zip(batch["text"], batch["seed"], strict=True)
    heads = [draw_candidates(prior, str(text), 1, int(seed)).latents for text, seed in pairs]
    categories = [[int(one[0]) for one in head.categories.values()] for head in heads]
    return {
        "values": np.concatenate([head.values.numpy() for head in heads]).astype(np.float32),
        "categories": np.array(categories, np.int64),
    }


MODEL = ModelFolder("heads from words", ("head_prior",), Path("models/head_prior"), "head_prior", _load)

GUIDE = ModelFolder("the guide of heads", ("head_clip",), Path("models/head_clip"), "head_clip", _load_guide)

SIGNATURE = Signature(
    inputs={"text": ("str", (-1,)), "seed": ("int64", (-1,))},
    outputs={"values": ("float32", (-1, VALUES)), "categories": ("int64", (-1, CATEGORIES))},
    example={"text": ["an old man with a grey beard", "a woman with red hair"], "seed": [0, 1]},
)

SERVED = Served(MODEL, __name__, SIGNATURE, _predict)

_load_pyfunc = SERVED.load
