"""A toy model and its system, trained folders of it, and a bundle in place of the one that comes with mien."""

from __future__ import annotations

from pathlib import Path

import torch
from pydantic import Field

from mien.bundled.writing import write_bundle
from mien.systems.card import Card
from mien.systems.model import ModelFolder
from mien.systems.request import Request
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Output, System
from mien.tracking.champions import Champion
from mien.training.model_folder import ModelFiles, read_config, save_models
from mien.training.options import TrainingOptions

CARD = Card("sums", "Numbers → their weighted sum.", "Tests.", "Numbers.", synthetic=False)
MODEL = ModelFolder.of_module("sums", "sums", Path("models/sums"), "sums", lambda _: torch.nn.Linear(128, 64))
MODELS = {"sums": MODEL}


class SumRequest(Request):
    number: float = Field(default=1.0, ge=0, le=10, description="A number")


def generate(loaded: Loaded, request: SumRequest, out: Path, _progress: bool) -> None:
    values = loaded.main.model(torch.full((1, 128), request.number))
    out.write_text(f"{float(values.sum()):.6f} {loaded.main.version}")


SERVED = Served(MODEL, __name__, Signature({}, {}, {}), lambda _model, _batch, _: {})
SYSTEM = System(
    name="sums", command="sums", title="AI-generated sum", help="Sum.", examples=("mien sums -o sum.txt",),
    request=SumRequest, generate=generate, outputs=(Output(".txt", "a number"),), served=SERVED,
)  # fmt: skip


def train(root: Path, seed: int = 0) -> Path:
    """A repository with a trained model; returns the model's folder."""
    torch.manual_seed(seed)
    module = torch.nn.Linear(128, 64)
    options = TrainingOptions(samples=3, batch=3, lr=0.1)
    save_models(root / MODEL.folder, {"": ModelFiles("sums", module, {}, options, "d1", {"loss": 0.5}, CARD.markdown)})
    return root / MODEL.folder


def champion_of(folder: Path, version: str = "3") -> dict[str, Champion]:
    """The registry in which the model of a folder is the champion."""
    weights = str(read_config(folder, ("sums",))["sha256"])
    return {"sums": Champion("sums", version, weights, "generated.overall", 0.5)}


def make_bundle(root: Path, out: Path) -> Path:
    """A bundle of a newly trained model in the repository `root`; returns `out`."""
    folder = train(root)
    write_bundle(root, out, MODELS, champion_of(folder), "abc")
    return out
