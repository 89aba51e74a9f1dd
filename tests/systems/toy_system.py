"""A system as small as one can be: the name of a colour → a clip that shows it. All else comes from its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, NamedTuple

import torch
from pydantic import Field

from mien.files import atomic_directory
from mien.systems.card import Card
from mien.systems.evaluation.evaluate import Judge, deciding_figure, evaluate, identity_of
from mien.systems.evaluation.report import Report
from mien.systems.model import ModelFolder
from mien.systems.output import write_clip
from mien.systems.request import Request, Short
from mien.systems.serving import Served, Signature
from mien.systems.system import Loaded, Output, System
from mien.training.model_folder import ModelFiles, save_models
from mien.training.options import TrainingOptions
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values
from stages.shell import StageRun

COLOURS = {"red": (1.0, 0.0, 0.0), "green": (0.0, 1.0, 0.0), "blue": (0.0, 0.0, 1.0)}


class ColourRequest(Request):
    text: Annotated[str, Short("-t")] = Field(max_length=40, pattern=r"\S", examples=["red"], description="A colour")
    size: int = Field(default=64, ge=16, le=512, multiple_of=2, description="Side of the clip in pixels")


class ColourModel(torch.nn.Linear):  # counts of the letters of texts (B,) → RGB (B, 3) in [0, 1]
    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        counts = torch.tensor([[text.count(chr(ord("a") + letter)) for letter in range(26)] for text in texts])
        return torch.sigmoid(super().forward(counts.float()))


class ColourTrainer(Trainer[torch.Tensor]):
    name, unit = "colour", "texts"

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__(options)
        self.model = self.parts.module("model", ColourModel(26, 3))
        self.parts.optimizer("optimizer", torch.optim.AdamW(self.model.parameters(), options.lr))

    def batch(self, step: int) -> torch.Tensor:  # noqa: ARG002 - all colours every time
        return torch.tensor(list(COLOURS.values()))

    def loss(self, batch: torch.Tensor, step: Step) -> tuple[torch.Tensor, Values]:  # noqa: ARG002 - no random numbers
        return (self.model(list(COLOURS)) - batch).square().mean(), {}


def colour(options: TrainingOptions, stage: StageRun) -> None:
    trainer = ColourTrainer(options)
    figures = {"colours": len(COLOURS), **train(trainer, stage.training)}
    save_models(MODEL.folder, {"": ModelFiles("colour", trainer.model, {}, options, "d1", figures, CARD.markdown)})
    stage.metrics(figures)


def generate(loaded: Loaded, request: ColourRequest, out: Path, _progress: bool) -> None:
    rgb = (255 * loaded.main.model([request.text])[0]).round().byte()
    frame = rgb.expand(request.size, request.size, 3).numpy()
    write_clip(out, [frame] * 3, Fraction(10), loaded.tags(prompt=request.text))


class Shown(NamedTuple):  # a text, `clip_id`, and whether its colour is right
    clip_id: str
    verdict: Mapping[str, bool] = {"exact": True}


def measure(samples: Sequence[Shown]) -> dict[str, list[Shown]]:
    rgb = MODEL.load(MODEL.folder)([one.clip_id for one in samples])
    right = (rgb - torch.tensor([COLOURS[one.clip_id] for one in samples])).abs().amax(1) < 0.1
    generated = [Shown(one.clip_id, {"exact": bool(own)}) for one, own in zip(samples, right, strict=True)]
    return {"real": list(samples), "generated": generated}


def evaluate_colour(options: TrainingOptions, stage: StageRun) -> None:
    with atomic_directory(Path("models/report")) as out:
        identity = identity_of("colour", list(COLOURS), None, options)
        figures = evaluate(measure, {"val": [Shown(one) for one in COLOURS]}, Judge(), Report(out), stage.log, identity)
    stage.metrics(figures, {"colour": "generated.overall"})
    stage.register(SERVED.registered(MODEL.folder), deciding_figure(figures))


CARD = Card("colour", "A colour → RGB.", "Tests.", "It knows {figures[colours]} colours.", synthetic=False)
MODEL = ModelFolder.of_module("colours", "colour", Path("models/colour"), "colour", lambda _: ColourModel(26, 3))
SIGNATURE = Signature({"text": ("str", (-1,))}, {"rgb": ("float32", (-1, 3))}, {"text": ["red", "blue"]})
SERVED = Served(MODEL, __name__, SIGNATURE, lambda model, batch, _: {"rgb": model(batch["text"].tolist()).numpy()})
_load_pyfunc = SERVED.load
SYSTEM = System(
    name="colour", command="colour", title="AI-generated colour", help="Show a colour.",
    examples=('mien colour --text "red" -o red.gif',), request=ColourRequest, generate=generate,
    outputs=(Output(".gif", "a moving picture"), Output(".mp4", "a video")), served=SERVED,
)  # fmt: skip
