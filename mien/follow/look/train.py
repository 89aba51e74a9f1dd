"""Training of the look reader."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from mien.bodies.scene import LABELS
from mien.follow.corpus.store import FiguresCorpus
from mien.follow.diffusion.clips import FigureClips, read_clips
from mien.follow.look.card import CARD
from mien.follow.look.data import UNSEEN, LookBatch, LookData
from mien.follow.look.network import DARK, KIND, LookNetwork, LookOutput
from mien.follow.look.options import LookOptions
from mien.training.distributed import map_tensors
from mien.training.model_folder import ModelFiles
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

LIGHT_WEIGHT = 4.0


class LookTrainer(Trainer[LookBatch]):
    """Cross-entropy of the options of every attribute that can be seen."""

    name, unit, gradient_norm, validations = KIND, "pictures", 2.0, 2

    def __init__(self, network: LookNetwork, clips: FigureClips, val: FigureClips | None, options: LookOptions) -> None:
        super().__init__(options.training)
        self.data = LookData(clips, options)
        self.check = None if val is None else LookData(val, options).plain(val.frames.shape[1] // 2)
        self.network = self.parts.module("network", network)
        self.ema = self.parts.average("ema", network, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(network.parameters(), options.training))

    def batch(self, step: int) -> LookBatch:
        """Augmented pictures of random clips."""
        return self.data.batch(KIND, step)

    def loss(self, batch: LookBatch, step: Step) -> tuple[Tensor, Values]:
        """Sum over the attributes of the mean cross-entropy of those that can be seen."""
        with step.autocast():
            found = self.network(batch.inputs)
        errors = [
            functional.cross_entropy(values, batch.targets[:, column], ignore_index=UNSEEN, reduction="sum")
            / (batch.targets[:, column] != UNSEEN).sum().clamp(min=1)
            for column, values in enumerate(found.logits.values())
        ]
        light = light_error(found, batch.shades)
        return torch.stack(errors).sum() + LIGHT_WEIGHT * light, {"light": light.detach()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Rate of right options of the averaged weights at val clips, over all attributes and for each."""
        if self.check is None:
            return {}
        average = self.ema.average
        rates = accuracies(average, self.check)
        light = light_error(average(self.check.inputs), self.check.shades)
        right = sum(rates.values()) / len(rates)
        return {
            "val_right": right, "val_light": float(light), **{f"val_{name}": rate for name, rate in rates.items()}
        }  # fmt: skip


def light_error(found: LookOutput, shades: Tensor) -> Tensor:
    """Mean absolute error of the logarithm of the shades (B, S, 3) that are computed from measured colours."""
    counts = found.seen[..., None] & shades.isfinite()
    errors = torch.log((found.colours * found.gains + DARK) / (shades.nan_to_num() + DARK)).abs()
    return torch.where(counts, errors, torch.zeros_like(errors)).sum() / counts.sum().clamp(min=1)


@torch.no_grad()
def accuracies(network: LookNetwork, batch: LookBatch) -> dict[str, float]:
    """Rate of right options of each attribute, among the pictures where it can be seen."""
    device = next(network.parameters()).device
    found = network(map_tensors(batch.inputs, lambda tensor: tensor.to(device)))
    rates = {}
    for column, (name, logits) in enumerate(found.logits.items()):
        wanted = batch.targets[:, column]
        seen = wanted != UNSEEN
        if seen.any():
            rates[name] = float((logits.argmax(dim=1).cpu() == wanted)[seen].float().mean())
    assert set(rates) <= set(LABELS)
    return rates


def train_look(corpus: Path, options: LookOptions, run: Run) -> ModelFiles:
    """Train the reader's network on frames of the clips of a `FiguresCorpus`; returns the files of its model folder.

    Raises ClipStoreError for a folder without a corpus, ValueError for one without training clips.
    """
    store = FiguresCorpus(corpus)
    clips = read_clips(store, options.parts, store.size, options.frames)
    if clips is None:
        raise ValueError(f"{corpus} has no training clips: run the figures_corpus stage with more")
    return train_on_clips(clips, read_clips(store, ("val",), store.size, options.frames), options, run)


def train_on_clips(clips: FigureClips, val: FigureClips | None, options: LookOptions, run: Run) -> ModelFiles:
    """`train_look` on clips in memory."""
    seed_weights(options.training.seed, KIND)
    trainer = LookTrainer(LookNetwork(options.width), clips, val, options)
    figures = train(trainer, run)
    network = trainer.ema.average
    config = {"model": {"width": network.width}}
    return ModelFiles(KIND, network, config, options, clips.digest, figures, CARD.markdown)
