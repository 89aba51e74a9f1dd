"""Training of the judge of looks and places, on clips that no other training sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.bodies.keypoints import INDEX, mirrored_order
from mien.bodies.scene import LABELS, Scene
from mien.follow.judge.network import KIND, FigureJudge, judge_input, option_columns
from mien.follow.judge.options import FigureJudgeOptions
from mien.follow.judge.visibility import seen_attributes
from mien.systems.card import Card
from mien.training.distributed import global_mean
from mien.training.model_folder import ModelFiles, save_models
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import seed_weights, torch_generator
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

CARD = Card(
    KIND,
    "Frames of a figure with its key points → the options of every attribute of looks and place.",
    "To evaluate figures that follow a pose. It is never part of a loss.",
    "Rendered figures in painted places of this project; it knows no photographs.",
    synthetic=False,
)

_GAIN, _TINT, _NOISE = 0.08, 0.03, 0.02
"""Augmentation of colours, in parts of the range."""
_MOVED, _POINT, _SCALE = 0.05, 0.03, 0.05
"""By how much the figure's patches miss it: all points and single ones in parts of the torso; the size in parts."""

_SMOOTHED = 0.05
"""Label smoothing: there are few clips, and each is seen often."""


class JudgedClip(Protocol):
    """What a clip of the corpus must have: frames uint8 (T, S, S, 3), joints (T, 65, 3) in pixels, its scene."""

    @property
    def frames(self) -> NDArray[np.uint8]: ...

    @property
    def joints(self) -> NDArray[np.float32]: ...

    @property
    def scene(self) -> Scene: ...


@dataclass(frozen=True)
class JudgeFrames:
    """N frames: pictures uint8 (N, 3, S, S), joints (N, 65, 2), options int64 (N, A), seen bool (N, A).

    `seen`: which attributes can be seen.
    """

    pictures: Tensor
    joints: Tensor
    options: Tensor
    seen: Tensor

    def __len__(self) -> int:
        return len(self.pictures)

    def rows(self, chosen: Tensor) -> JudgeFrames:
        """The frames of some rows."""
        return JudgeFrames(*(one[chosen] for one in (self.pictures, self.joints, self.options, self.seen)))


def judge_frames(clips: Iterable[JudgedClip], per_clip: int, size: int) -> JudgeFrames:
    """At most `per_clip` evenly spaced frames of each clip. Raises ValueError without clips."""
    found: list[JudgeFrames] = []
    for clip in clips:
        count = len(clip.frames)
        chosen = np.linspace(0, count - 1, min(per_clip, count)).round().astype(int)
        frames, joints = clip.frames[chosen], clip.joints[chosen, :, :2]
        labels = clip.scene.labels()
        options = torch.tensor([LABELS[name].index(labels[name]) for name in LABELS]).expand(len(chosen), -1)
        visible = seen_attributes(clip.scene, joints, frames.shape[2], frames.shape[1])
        seen = torch.from_numpy(np.stack([visible[name] for name in LABELS], axis=1))
        found.append(JudgeFrames(*judge_input(frames, joints, size), options, seen))
    if not found:
        raise ValueError("there are no clips to train the judge of figures on")
    names = ("pictures", "joints", "options", "seen")
    return JudgeFrames(*(torch.cat([getattr(one, name) for one in found]) for name in names))


class FigureJudgeTrainer(Trainer[JudgeFrames]):
    """Cross-entropy of every attribute, where it can be seen."""

    name, unit, light_batches, validations = "figure_judge", "frames", True, 2

    def __init__(self, data: JudgeFrames, val: JudgeFrames | None, options: FigureJudgeOptions) -> None:
        super().__init__(options.training)
        self.data, self.val = data, val
        seed_weights(options.training.seed, self.name)
        size = int(data.pictures.shape[-1])
        self.judge = self.parts.module("judge", FigureJudge(size, options.channels, options.width, options.dropout))
        self.ema = self.parts.average("ema", self.judge, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(self.judge.parameters(), options.training))

    def batch(self, step: int) -> JudgeFrames:
        """The frames of a step: every one once, then every one again in another order."""
        size, count = self.options.batch, len(self.data)
        places = np.arange(step * size, (step + 1) * size)
        rows = torch.empty(size, dtype=torch.int64)
        for epoch in np.unique(places // count):
            own = torch.from_numpy(places // count == epoch)
            order = torch.randperm(
                count, generator=torch_generator(self.options.seed, f"{self.name} order", int(epoch))
            )
            rows[own] = order[torch.from_numpy(places % count)[own]]
        return self.data.rows(rows)

    def loss(self, batch: JudgeFrames, step: Step) -> tuple[Tensor, Values]:
        """Sum over the attributes of the cross-entropy, over the frames in which they can be seen."""
        self.judge.train()
        frames, joints = augmented(batch, step)
        with step.autocast():
            logits = self.judge(frames, joints)
        total = logits.new_zeros((), dtype=torch.float32)
        for number, columns in enumerate(option_columns().values()):
            seen = batch.seen[:, number].float()
            error = functional.cross_entropy(
                logits[:, columns].float(), batch.options[:, number], reduction="none", label_smoothing=_SMOOTHED
            )
            total = total + global_mean((error * seen).sum(), seen.sum().clamp(min=1))
        return total, {}

    def validate(self) -> dict[str, float]:
        """Accuracy of the averaged weights on single frames of `val`, of each attribute and their mean."""
        return accuracies(self.ema.average, self.val) if self.val is not None else {}


def augmented(batch: JudgeFrames, step: Step) -> tuple[Tensor, Tensor]:
    """Frames (B, 3, S, S) in [0, 1] and joints (B, 65, 2): mirrored, of other contrast and tint, with noise; the joints
    are a little wrong, all together and one by one."""
    count, _, side, _ = batch.pictures.shape
    flip = step.uniform("mirror", count) < 0.5
    frames = batch.pictures.float() / 255
    frames = torch.where(flip[:, None, None, None], frames.flip(3), frames)
    order = torch.from_numpy(mirrored_order()).to(flip.device)
    mirrored = batch.joints[:, order] * torch.tensor([-1, 1], device=flip.device) + torch.tensor(
        [side, 0], device=flip.device
    )
    joints = torch.where(flip[:, None, None], mirrored, batch.joints)
    middle = joints.mean(dim=1, keepdim=True)
    torso = (joints[:, [INDEX["left_shoulder"]]] - joints[:, [INDEX["right_hip"]]]).norm(dim=-1, keepdim=True)
    joints = middle + (joints - middle) * (1 + _SCALE * step.normal("scale", count, 1, 1))
    joints = joints + torso * (
        _MOVED * step.normal("moved", count, 1, 2) + _POINT * step.normal("points", count, 65, 2)
    )
    frames = frames * (1 + _GAIN * step.normal("gain", count, 1, 1, 1)) + _TINT * step.normal("tint", count, 3, 1, 1)
    return frames + _NOISE * step.normal("noise", count, 1, *frames.shape[2:]), joints


@torch.no_grad()
def accuracies(judge: FigureJudge, data: JudgeFrames) -> dict[str, float]:
    """`val_ATTRIBUTE`: rate of frames in which it is named right, among those in which it can be seen; `val_mean`."""
    device = next(judge.parameters()).device
    logits = torch.cat(
        [
            judge(pictures.to(device).float() / 255, joints.to(device)).float().cpu()
            for pictures, joints in zip(data.pictures.split(64), data.joints.split(64), strict=True)
        ]
    )
    found = {}
    for number, (name, columns) in enumerate(option_columns().items()):
        seen = data.seen[:, number]
        if seen.any():
            right = logits[:, columns].argmax(dim=1) == data.options[:, number]
            found[f"val_{name}"] = float(right[seen].float().mean())
    return {**found, "val_mean": sum(found.values()) / len(found)} if found else {}


def train_figure_judge(corpus: Path, options: FigureJudgeOptions, out: Path, run: Run) -> dict[str, float]:
    """Train the judge on parts of the corpus in a folder, and measure it on judge_val.

    See `train_on_clips`. Raises ValueError without clips to train on, ClipStoreError without a corpus.
    """
    from mien.follow.corpus.store import FiguresCorpus

    figures = FiguresCorpus(corpus)
    train_clips = (figures[int(number)] for part in options.parts for number in figures.numbers(part))
    val_clips = (figures[int(number)] for number in figures.numbers("judge_val"))
    return train_on_clips(train_clips, val_clips, figures.size, figures.digest, options, out, run)


def train_on_clips(
    train_clips: Iterable[JudgedClip],
    val_clips: Iterable[JudgedClip],
    size: int,
    data: str,
    options: FigureJudgeOptions,
    out: Path,
    run: Run,
) -> dict[str, float]:
    """Train the judge on clips, write it to the folder `out`, and return its accuracies on other clips.

    size: side of the frames; data: digest of the corpus. Raises ValueError without clips to train on.
    """
    own = judge_frames(train_clips, options.frames_per_clip, size)
    held = list(val_clips)
    val = judge_frames(held, options.frames_per_clip, size) if held else None
    trainer = FigureJudgeTrainer(own, val, options)
    figures = train(trainer, run)
    average = trainer.ema.average.cpu()
    config = {"model": average.config(), "labels": {name: list(known) for name, known in LABELS.items()}}
    save_models(out, {"": ModelFiles(KIND, average, config, options, data, figures, CARD.markdown)})
    return figures
