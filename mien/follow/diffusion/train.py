"""Training of the video diffusion model."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from mien.follow.corpus.store import FiguresCorpus
from mien.follow.diffusion.card import CARD
from mien.follow.diffusion.clips import FigureClips, read_clips
from mien.follow.diffusion.data import WindowBatch, WindowData
from mien.follow.diffusion.network import KIND, VideoUNet
from mien.follow.diffusion.options import DiffusionOptions
from mien.follow.diffusion.schedule import add_noise, clip_noise, scales
from mien.training.distributed import map_tensors
from mien.training.model_folder import ModelFiles
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

GIVEN_NOISE = 0.06
"""Standard deviation of noise on given frames: in a long video they are generated frames with faults of their own."""

FIGURE_WEIGHT = 3.0
"""Added weight of pixels at the skeleton: the figure is a small part of the picture."""

VALIDATION_WINDOWS = 32


class DiffusionTrainer(Trainer[WindowBatch]):
    """Weighted squared error of the clean frames at random noise levels."""

    name, unit, gradient_norm, validations = KIND, "windows", 1.0, 2

    def __init__(self, network: VideoUNet, clips: FigureClips, val: FigureClips | None, options: DiffusionOptions):
        super().__init__(options.training)
        self.data = WindowData(clips, options)
        self.check = None if val is None else _validation(val, options)
        self.network = self.parts.module("network", network)
        self.ema = self.parts.average("ema", network, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(network.parameters(), options.training))

    def batch(self, step: int) -> WindowBatch:
        """Windows of random clips."""
        return self.data.batch(KIND, step)

    def loss(self, batch: WindowBatch, step: Step) -> tuple[Tensor, Values]:
        """The error of frames that are not given, in units of what the noisy frames leave open."""
        count, frames = batch.frames.shape[:2]
        level = step.uniform("level", count)
        shape = batch.frames.shape[2:]
        noise = clip_noise(step.normal("clip", count, *shape), step.normal("frames", count, frames, *shape))
        told = step.normal("given", count, frames, *shape) * GIVEN_NOISE
        with step.autocast():
            error = window_error(self.network, batch, level, noise, told)
        _, residual = scales(level)
        loss = (error / residual**2).mean()
        return loss, {"error": error.detach().mean()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Root-mean-square error in [0, 1] units of one-step predictions from noise alone, at val clips' skeletons."""
        if self.check is None:
            return {}
        device = next(self.network.parameters()).device
        check = map_tensors(self.check, lambda tensor: tensor.to(device))
        level = torch.ones(len(check.frames), device=device)
        noise = torch.randn(check.frames.shape, generator=torch.Generator().manual_seed(0)).to(device)
        error = window_error(self.ema.average, check, level, noise, torch.zeros_like(noise), figure_weight=0.0)
        return {"val_error": float(error.mean().sqrt() / 2)}


def window_error(
    network: VideoUNet,
    batch: WindowBatch,
    level: Tensor,
    noise: Tensor,
    told: Tensor,
    figure_weight: float = FIGURE_WEIGHT,
) -> Tensor:
    """Mean squared error (B,) of predicted frames, the figure's pixels weighing more. told: noise on given frames."""
    given = batch.given[:, :, None, None, None].float()
    known = torch.cat([(batch.frames + told) * given, given.expand(-1, -1, 1, *batch.frames.shape[3:])], dim=2)
    predicted = network(add_noise(batch.frames, noise, level), level, known, batch.maps, batch.scenes)
    near = batch.maps[:, :, :-1].amax(dim=2, keepdim=True)
    weight = (1 + figure_weight * near) * (1 - given)
    squares = (predicted.float() - batch.frames) ** 2 * weight
    return squares.sum(dim=(1, 2, 3, 4)) / (weight.sum(dim=(1, 2, 3, 4)) * 3).clamp(min=1e-6)


def train_diffusion(corpus: Path, options: DiffusionOptions, run: Run, name: str = KIND) -> ModelFiles:
    """Train the model on the clips of a `FiguresCorpus`; returns the files of its model folder.

    Raises ClipStoreError for a folder without a corpus, ValueError for one without training clips or with clips that
    are shorter than a window.
    """
    store = FiguresCorpus(corpus)
    clips = read_clips(store, ("train",), options.side)
    if clips is None:
        raise ValueError(f"{corpus} has no training clips: run the figures_corpus stage with more")
    return train_on_clips(clips, read_clips(store, ("val",), options.side), options, run, name)


def train_on_clips(
    clips: FigureClips, val: FigureClips | None, options: DiffusionOptions, run: Run, name: str = KIND
) -> ModelFiles:
    """`train_diffusion` on clips in memory, of the options' side."""
    seed_weights(options.training.seed, name)
    network = VideoUNet(options.side, options.window, options.width)
    trainer = DiffusionTrainer(network, clips, val, options)
    figures = train(trainer, run)
    result = trainer.ema.average
    return ModelFiles(KIND, result, {"model": result.config}, options, clips.digest, figures, CARD.markdown)


def _validation(val: FigureClips, options: DiffusionOptions) -> WindowBatch:
    fixed = options.model_copy(update={
        "single_frames": 0.0, "hidden_joints": 0.0,
        "training": options.training.model_copy(update={"batch": min(VALIDATION_WINDOWS, len(val.scenes))}),
    })  # fmt: skip
    batch = WindowData(val, fixed).batch(f"{KIND} validation", 0)
    return WindowBatch(batch.frames, batch.maps, torch.zeros_like(batch.given), batch.scenes)
