"""Training of the emotion judges: on the real clips of the train actors only, and never a loss of anything.

There are two, of different kinds (`mien.metrics.emotion`, `mien.metrics.emotion_hog`). Their answers about generated
clips mean something only beside their answers about real clips of actors whom they have not seen: those are what
training returns.
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
from mien.files import fingerprint, sha256_file
from mien.metrics.emotion import EmotionJudge, EmotionJudgeConfig, confusion, prepare
from mien.metrics.emotion_hog import HogJudge
from mien.talking.judge.hog import train_hog_judge
from mien.talking.options import EmotionJudgeOptions
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.randomness import derived_seed, seed_weights, torch_generator
from mien.training.schedule import warmup_cosine

SOFT = 0.0235
"""Deviation of the blur of the figures called `soft`, in crop sides: a pixel and a half of 64."""


def judge_network(options: EmotionJudgeOptions) -> EmotionJudgeConfig:
    """What the network is built from."""
    return EmotionJudgeConfig(
        size=options.size, width=options.width, frames=options.frames_judged, dropout=options.dropout
    )


def labelled_clips(shards: FaceShards, split: Mapping[str, str], part: str) -> list[str]:
    """Ids, in order, of the clips of a part of the split whose emotion is known."""
    emotion = shards.index["emotion"]
    clips = (str(clip_id) for clip_id in shards.index.index if split.get(str(clip_id)) == part)
    return sorted(clip_id for clip_id in clips if str(emotion[clip_id]) in EMOTIONS)


class _Pictures:
    """Clips as grey pictures in memory: `pixels` uint8 (N, frames_kept, size, size), `labels` int64 (N,)."""

    def __init__(self, shards: FaceShards, clips: Sequence[str], options: EmotionJudgeOptions) -> None:
        side = options.size
        megabytes = len(clips) * options.frames_kept * side * side / 1e6
        if megabytes > options.cache_megabytes:
            raise ValueError(
                f"the judge keeps {megabytes:.0f} MB of pictures, more than cache_megabytes {options.cache_megabytes}: "
                "raise that, or lower frames_kept or size"
            )
        self.pixels = torch.empty((len(clips), options.frames_kept, side, side), dtype=torch.uint8)
        for row, clip_id in enumerate(clips):
            grey = prepare(shards.clip(clip_id).video, judge_network(options), options.frames_kept)
            self.pixels[row] = (grey * 255).round().clamp(0, 255).to(torch.uint8)
        emotion = shards.index["emotion"]
        self.labels = torch.tensor([EMOTIONS.index(str(emotion[clip_id])) for clip_id in clips], dtype=torch.int64)

    def draw(self, rows: Tensor, frames: int, generator: torch.Generator) -> Tensor:
        """(B, frames, S, S) in [0, 1]: of each clip one random frame from each of `frames` equal parts."""
        kept = self.pixels.shape[1]
        places = (torch.arange(frames) + torch.rand((len(rows), frames), generator=generator)) * kept / frames
        return self.pixels[rows[:, None], places.long().clamp(max=kept - 1)].float() / 255


def augment(grey: Tensor, generator: torch.Generator) -> Tensor:
    """Grey clips (B, K, H, W) in [0, 1] as other cameras would have seen them; all frames of a clip alike.

    Mirrored, turned up to 5°, scaled and moved up to 4 %, gamma and contrast changed; blurred by up to about a
    pixel and a half and with noise, because a judge of generated clips must not read sharpness as a feeling.
    """
    count, frames, height, width = grey.shape

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(count, generator=generator) * (high - low) + low

    angle, scale = uniform(-0.085, 0.085), uniform(0.96, 1.04)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    cosine, sine = torch.cos(angle) / scale, torch.sin(angle) / scale
    across = torch.stack([mirror * cosine, -sine, uniform(-0.08, 0.08)], dim=1)
    down = torch.stack([mirror * sine, cosine, uniform(-0.08, 0.08)], dim=1)
    grid = functional.affine_grid(torch.stack([across, down], dim=1), [count, frames, height, width], False)
    out = functional.grid_sample(grey, grid, padding_mode="reflection", align_corners=False).clamp(1e-4, 1)
    out = out ** uniform(0.7, 1.4).view(-1, 1, 1, 1)
    out = (out - 0.5) * uniform(0.6, 1.2).view(-1, 1, 1, 1) + 0.5 + uniform(-0.1, 0.1).view(-1, 1, 1, 1)
    blurred = functional.avg_pool2d(functional.avg_pool2d(out, 3, 1, 1), 3, 1, 1)
    part = uniform(-0.7, 1.0).clamp(min=0).view(-1, 1, 1, 1)
    out = out * (1 - part) + blurred * part
    return out + torch.randn(out.shape, generator=generator) * uniform(0, 0.04).view(-1, 1, 1, 1)


class JudgeTraining:
    """The judge in training, as `mien.training.loop.run_course` wants it; a batch is (grey clips, labels)."""

    def __init__(self, train: _Pictures, val: _Pictures, options: EmotionJudgeOptions) -> None:
        self.options = options
        self.device = best_device(options.device)
        seed_weights(options.seed, "emotion judge")
        self.judge = EmotionJudge(judge_network(options)).to(self.device)
        self.ema = Ema(self.judge, options.ema_decay)
        self.optimizer = torch.optim.AdamW(self.judge.parameters(), lr=options.lr, weight_decay=options.weight_decay)
        self._train, self._val = train, val

    def make_batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Augmented clips (B, K, S, S) and their emotions (B,), a function of (seed, step)."""
        generator = torch_generator(self.options.seed, "judge batch", step)
        rows = torch.randint(len(self._train.labels), (self.options.clips_per_step,), generator=generator)
        grey = augment(self._train.draw(rows, self.options.frames_per_clip, generator), generator)
        return grey, self._train.labels[rows]

    def train_step(self, batch: tuple[Tensor, Tensor], step: int) -> dict[str, Tensor | float]:
        """Cross-entropy with smoothed labels, one AdamW step, one step of the average."""
        options = self.options
        grey, labels = batch[0].to(self.device), batch[1].to(self.device)
        samples = step * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, options.samples, round(options.warmup * options.samples))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(derived_seed(options.seed, "judge dropout", step))
        scores = self.judge.train()(grey)
        loss = functional.cross_entropy(scores, labels, label_smoothing=options.label_smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        self.ema.update(self.judge, step)
        return {"loss": loss.detach(), "accuracy": (scores.argmax(1) == labels).float().mean().detach()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Accuracy on the real clips of the val actors: looked at, never used to choose anything."""
        if not len(self._val.labels):
            return {}
        kept = self._val.pixels.shape[1]
        frames = self.options.frames_judged
        chosen = self._val.pixels[:, ((torch.arange(frames) + 0.5) * kept / frames).long()]
        right = 0
        for grey, labels in zip(chosen.split(64), self._val.labels.split(64), strict=True):
            answers = self.ema.average((grey.float() / 255).to(self.device)).argmax(1).cpu()
            right += int((answers == labels).sum())
        return {"val_accuracy": right / len(self._val.labels)}

    def tensors(self) -> dict[str, Tensor]:
        """Weights, their average and the optimiser's moments."""
        return {
            **module_tensors("judge", self.judge),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("judge", self.judge, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def soft(video: NDArray[np.uint8], sigma: float = SOFT) -> NDArray[np.uint8]:
    """Frames (T, S, S, 3) blurred by a Gaussian of `sigma` crop sides: as soft as what generators draw."""
    deviation = sigma * video.shape[1]
    return np.stack([np.asarray(cv2.GaussianBlur(frame, (0, 0), deviation), np.uint8) for frame in video])


def _scores(
    judge: EmotionJudge, second: HogJudge, shards: FaceShards, clips: Sequence[str], prefix: str
) -> dict[str, float]:
    actual = [str(shards.index["emotion"][clip_id]) for clip_id in clips]
    named: dict[str, list[str]] = {"accuracy": [], "hog_accuracy": [], "soft_accuracy": [], "hog_soft_accuracy": []}
    for clip_id in clips:
        video = shards.clip(clip_id).video
        blurred = soft(video)
        asked: list[tuple[EmotionJudge | HogJudge, NDArray[np.uint8]]]
        asked = [(judge, video), (second, video), (judge, blurred), (second, blurred)]
        for answers, (one, frames) in zip(named.values(), asked, strict=True):
            answers.append(EMOTIONS[int(one.predict(frames).argmax())])
    scores = {f"{prefix}_clips": float(len(clips))}
    for kind, answers in named.items():
        table = confusion(answers, actual)
        if clips:
            scores[f"{prefix}_{kind}"] = float(table.trace() / table.sum())
        for row, emotion in enumerate(EMOTIONS if "soft" not in kind else ()):
            if table[row].sum():
                scores[f"{prefix}_{kind}_{emotion}"] = float(table[row, row] / table[row].sum())
    return scores


def train_emotion_judge(
    faces: Path, split: Path, options: EmotionJudgeOptions, out: Path, resume: Path, log: Log
) -> dict[str, float]:
    """Train both judges on the labelled clips of the train actors and write them to the folder `out`.

    Returns their accuracy in [0, 1] on the real clips of the train and the val actors, whole and by emotion, also on
    blurred ones (`soft`), and the numbers of clips; what cannot be measured is left out. A corpus without emotion
    labels gets judges that say so (`trained_clips` 0) and judge nothing. Stopped at any time, it goes on from the
    checkpoint in `resume` and ends in the same weights.
    """
    shards, parts = FaceShards(faces), read_split(split)
    train, val = labelled_clips(shards, parts, "train"), labelled_clips(shards, parts, "val")
    training = JudgeTraining(_Pictures(shards, train, options), _Pictures(shards, val, options), options)
    if train:
        identity = fingerprint(
            "emotion judge 1",
            options.model_dump(),
            train,
            val,
            sha256_file(faces / "index.parquet"),
            sha256_file(split),
        )
        course = Course(
            "emotion judge", identity, options.steps, options.samples_per_step, training.make_batch,
            log_samples=options.log_samples, checkpoint_seconds=options.checkpoint_seconds,
        )  # fmt: skip
        run_course(training, course, resume, log)
    judge = training.ema.average.cpu()
    judge.trained_clips = len(train)
    second = train_hog_judge(shards, train, options)
    scores = {**_scores(judge, second, shards, train, "train"), **_scores(judge, second, shards, val, "val")}
    judge.save(out, _card(scores, len(train)), second)
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
