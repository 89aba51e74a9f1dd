"""Training of the two emotion judges (`mien.metrics.emotion`, `mien.metrics.emotion_hog`).

They are trained on real clips of the train actors and never used as a loss. Their accuracy on generated clips is only
meaningful relative to that on real clips of actors not in the training set, which the training returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.clips import EMOTIONS
from mien.corpora.split import read_split
from mien.faces.shards import FaceShards
from mien.metrics.emotion import EmotionJudge, EmotionJudgeConfig, prepare
from mien.metrics.emotion_hog import HogJudge
from mien.talking.data.labels import clips_of_part
from mien.talking.judge.hog import train_hog_judge
from mien.talking.options import EmotionJudgeOptions
from mien.training.distributed import ranks
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import seed_weights, torch_generator
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

SOFT_SIGMA = 0.0235
"""Standard deviation of the blur for the metrics named `soft`, in crop sides: 1.5 pixels of 64."""


def judge_network(options: EmotionJudgeOptions) -> EmotionJudgeConfig:
    """Configuration of the network."""
    return EmotionJudgeConfig(
        size=options.size, width=options.width, frames=options.frames_judged, dropout=options.dropout
    )


def labelled_clips(shards: FaceShards, split: Mapping[str, str], part: str) -> list[str]:
    """Sorted ids of the clips of a part of the split whose emotion is known."""
    emotion = shards.index["emotion"]
    return [clip_id for clip_id in clips_of_part(shards, split, part) if str(emotion[clip_id]) in EMOTIONS]


class _GreyClips:
    """Clips as grey pictures in memory: `pixels` uint8 (N, frames_kept, size, size), `labels` int64 (N,)."""

    def __init__(
        self, shards: FaceShards, clips: Sequence[str], options: EmotionJudgeOptions, cache_megabytes: int
    ) -> None:
        side = options.size
        megabytes = len(clips) * options.frames_kept * side * side / 1e6
        if megabytes > cache_megabytes:
            raise ValueError(
                f"the judge keeps {megabytes:.0f} MB of pictures, more than execution.cache_megabytes "
                f"{cache_megabytes}: raise that, or lower frames_kept or size"
            )
        self.pixels = torch.empty((len(clips), options.frames_kept, side, side), dtype=torch.uint8)
        for row, clip_id in enumerate(clips):
            grey = prepare(shards.clip(clip_id).video, judge_network(options), options.frames_kept)
            self.pixels[row] = (grey * 255).round().clamp(0, 255).to(torch.uint8)
        emotion = shards.index["emotion"]
        self.labels = torch.tensor([EMOTIONS.index(str(emotion[clip_id])) for clip_id in clips], dtype=torch.int64)

    def draw(self, rows: Tensor, frames: int, generator: torch.Generator) -> Tensor:
        """Sample (B, frames, S, S) in [0, 1]: one random frame from each of `frames` equal sections of each clip."""
        kept = self.pixels.shape[1]
        positions = (torch.arange(frames) + torch.rand((len(rows), frames), generator=generator)) * kept / frames
        return self.pixels[rows[:, None], positions.long().clamp(max=kept - 1)].float() / 255


def augment(grey: Tensor, generator: torch.Generator) -> Tensor:
    """Augment grey clips (B, K, H, W) in [0, 1]; all frames of a clip get the same transform.

    Mirroring, rotation up to 5°, scale and shift up to 4 %, gamma and contrast; blur of up to about 1.5 pixels and
    noise, so that sharpness is not a cue for emotion.
    """
    count, frames, height, width = grey.shape

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    angle, scale = uniform(-0.085, 0.085), uniform(0.96, 1.04)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    first_row = torch.stack([mirror * cosine, -sine, uniform(-0.08, 0.08)], dim=1)
    second_row = torch.stack([mirror * sine, cosine, uniform(-0.08, 0.08)], dim=1)
    grid = functional.affine_grid(torch.stack([first_row, second_row], dim=1), [count, frames, height, width], False)
    out = functional.grid_sample(grey, grid, padding_mode="reflection", align_corners=False).clamp(1e-4, 1)
    out = out ** uniform(0.7, 1.4).view(-1, 1, 1, 1)
    out = (out - 0.5) * uniform(0.6, 1.2).view(-1, 1, 1, 1) + 0.5 + uniform(-0.1, 0.1).view(-1, 1, 1, 1)
    blurred = functional.avg_pool2d(functional.avg_pool2d(out, 3, 1, 1), 3, 1, 1)
    part = uniform(-0.7, 1.0).clamp(min=0).view(-1, 1, 1, 1)
    out = out * (1 - part) + blurred * part
    return out + torch.randn(out.shape, generator=generator) * uniform(0, 0.04).view(-1, 1, 1, 1)


class EmotionJudgeTrainer(Trainer[tuple[Tensor, Tensor]]):
    """Cross-entropy of the classifier; a batch is grey clips (B, K, S, S) in [0, 1] and emotions (B,)."""

    name, unit = "emotion_judge", "frames"

    def __init__(self, clips: _GreyClips, val: _GreyClips, options: EmotionJudgeOptions) -> None:
        super().__init__(options.training, options.frames_per_clip)
        self.stage_options, self.clips, self.val = options, clips, val
        seed_weights(options.training.seed, self.name)
        self.judge = self.parts.module("judge", EmotionJudge(judge_network(options)))
        self.ema = self.parts.average("ema", self.judge, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(self.judge.parameters(), options.training, betas=(0.9, 0.999)))

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        generator = torch_generator(self.options.seed, "judge batch", step)
        rows = torch.randint(len(self.clips.labels), (self.options.batch,), generator=generator)
        grey = augment(self.clips.draw(rows, self.stage_options.frames_per_clip, generator), generator)
        return grey, self.clips.labels[rows]

    def loss(self, batch: tuple[Tensor, Tensor], step: Step) -> tuple[Tensor, Values]:
        grey, labels = batch
        self.judge.train()
        with step.autocast():
            logits = self.judge(grey).float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=self.stage_options.label_smoothing)
        return loss, {"accuracy": (logits.argmax(1) == labels).float().mean()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Accuracy of the averaged weights on clips of the val actors, with evenly spaced frames."""
        if not len(self.val.labels):
            return {}
        frames, kept = self.stage_options.frames_judged, self.val.pixels.shape[1]
        chosen = self.val.pixels[:, ((torch.arange(frames) + 0.5) * kept / frames).long()]
        device = next(self.judge.parameters()).device
        correct = 0
        for grey, labels in zip(chosen.split(64), self.val.labels.split(64), strict=True):
            predictions = self.ema.average((grey.float() / 255).to(device)).argmax(1).cpu()
            correct += int((predictions == labels).sum())
        return {"val_accuracy": correct / len(self.val.labels)}


def soft(video: NDArray[np.uint8], sigma: float = SOFT_SIGMA) -> NDArray[np.uint8]:
    """Frames (T, S, S, 3) blurred by a Gaussian of `sigma` crop sides, about as much as generated frames."""
    deviation = sigma * video.shape[1]
    return np.stack([np.asarray(cv2.GaussianBlur(frame, (0, 0), deviation), np.uint8) for frame in video])


def _scores(
    judge: EmotionJudge, hog: HogJudge, shards: FaceShards, clips: Sequence[str], prefix: str
) -> dict[str, float]:
    actual = shards.index["emotion"].loc[list(clips)].to_numpy(str)
    correct: dict[str, list[bool]] = {}
    for clip_id, emotion in zip(clips, actual, strict=True):
        video = shards.clip(clip_id).video
        for kind, frames in (("", video), ("soft_", soft(video))):
            for name, one in ((f"{kind}accuracy", judge), (f"hog_{kind}accuracy", hog)):
                correct.setdefault(name, []).append(EMOTIONS[int(one.predict(frames).argmax())] == emotion)
    scores = {f"{prefix}_clips": float(len(clips))}
    for name, values in correct.items():
        scores[f"{prefix}_{name}"] = float(np.mean(values))
        for emotion in [emotion for emotion in EMOTIONS if emotion in actual and "soft" not in name]:
            scores[f"{prefix}_{name}_{emotion}"] = float(np.mean(np.array(values)[actual == emotion]))
    return scores


def train_emotion_judge(
    faces: Path, split: Path, options: EmotionJudgeOptions, out: Path, run: Run
) -> dict[str, float]:
    """Train both classifiers on the labelled clips of the train actors and write them to the folder `out`.

    Returns their accuracy in [0, 1] on real clips of the train and the val actors, overall and by emotion, also on
    blurred clips (`soft`), and the numbers of clips; what cannot be measured is left out. With a corpus without emotion
    labels, `trained_clips` is 0 and the classifiers are not used.
    """
    shards, parts = FaceShards(faces), read_split(split)
    clips, val = labelled_clips(shards, parts, "train"), labelled_clips(shards, parts, "val")
    megabytes = run.execution.cache_megabytes
    trainer = EmotionJudgeTrainer(
        _GreyClips(shards, clips, options, megabytes), _GreyClips(shards, val, options, megabytes), options
    )
    if clips:
        train(trainer, run)
    judge = trainer.ema.average.cpu()
    judge.trained_clips = len(clips)
    hog = train_hog_judge(shards, clips, options)
    scores = {**_scores(judge, hog, shards, clips, "train"), **_scores(judge, hog, shards, val, "val")}
    if ranks().main:
        judge.save(out, _card(scores, len(clips)), hog)
    return scores


def _card(scores: Mapping[str, float], trained: int) -> str:
    lines = "\n".join(f"| {key.replace('_', ' ')} | {value:.3g} |" for key, value in scores.items())
    return (
        "# Emotion judges\n\nTwo that name the emotion which the face in a clip shows: a convolutional network "
        "(`model.safetensors`), and a linear classifier of histograms of oriented gradients (`hog.safetensors`). They "
        f"measure generated clips and are never a loss of a model.\n\n"
        f"Trained on {trained} real clips of the train actors.\n\n"
        f"| | |\n|---|---|\n{lines}\n"
    )
