"""The training and the evaluation of the toy system, as the functions of its two stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from toy_system import CARD, COLOURS, SERVED, SYSTEM, ColourModel

from mien.files import atomic_directory
from mien.options import Options
from mien.systems.evaluation.evaluate import Judge, deciding_figure, evaluate, identity_of
from mien.systems.evaluation.report import Report
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimizers import adamw
from mien.training.options import TrainingOptions
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values
from stages.shell import StageRun


class ColourOptions(Options):
    training: TrainingOptions = TrainingOptions(samples=300, batch=3, lr=0.1)


class ColourTrainer(Trainer[Tensor]):
    name, unit = "colour", "texts"

    def __init__(self, options: TrainingOptions) -> None:
        super().__init__(options)
        self.model = self.parts.module("model", ColourModel())
        self.parts.optimizer("optimizer", adamw(self.model.parameters(), options))

    def batch(self, step: int) -> Tensor:  # noqa: ARG002 - all colours every time
        return torch.tensor(list(COLOURS.values()))

    def loss(self, batch: Tensor, step: Step) -> tuple[Tensor, Values]:  # noqa: ARG002 - no random numbers
        return (self.model(list(COLOURS)) - batch).square().mean(), {}


def colour(options: ColourOptions, stage: StageRun) -> None:
    trainer = ColourTrainer(options.training)
    figures = {"colours": len(COLOURS), **train(trainer, stage.training)}
    files = ModelFiles("colour", trainer.model, {}, options, "d1", figures, CARD.markdown)
    save_models(SYSTEM.model.folder, {"": files})
    stage.metrics(figures)


@dataclass(frozen=True)
class Shown:  # the colour of a prompt, `clip_id`, and its greatest error
    clip_id: str
    error: float = 0.0

    @property
    def verdict(self) -> Mapping[str, bool]:
        return {"exact": self.error < 0.1}


class ColourJudge(Judge[Shown, Shown]):
    verdicts = ("exact",)

    def rows(self, samples: Sequence[Shown]) -> dict[str, list[Shown]]:
        model, names = SYSTEM.model.load(SYSTEM.model.folder), [sample.clip_id for sample in samples]
        wrong = (model(names) - torch.tensor([COLOURS[name] for name in names])).abs().amax(1).tolist()
        return {"real": list(samples), "generated": [Shown(*pair) for pair in zip(names, wrong, strict=True)]}


class ColourReport(Report[Shown, Shown]):
    verdicts = ("exact",)


def evaluate_colour(options: ColourOptions, stage: StageRun) -> None:
    judge, parts = ColourJudge(), {"val": [Shown(name) for name in COLOURS]}
    with atomic_directory(SYSTEM.model.folder.parent / "report") as folder:
        identity = identity_of("colour", list(COLOURS), None, options)
        figures = evaluate(judge.rows, parts, judge, ColourReport(folder), stage.log, identity)
    stage.metrics(figures, {"colour": "generated.overall"})
    stage.register(SERVED.registered(SYSTEM.model.folder), deciding_figure(figures))
