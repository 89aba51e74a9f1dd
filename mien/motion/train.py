"""Text → head motion: how the diffusion transformer and its baseline learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from mien.files import atomic_directory, fingerprint
from mien.motion.data.batches import (
    MotionBatch,
    MotionData,
    curriculum_reach,
    valid_frames,
)
from mien.motion.data.features import FPS
from mien.motion.networks.diffusion import STEPS, noised, weight_of_level
from mien.motion.networks.model import MotionModel, build_model
from mien.motion.networks.word_times import lay_out, length_error
from mien.motion.options import HeadMotionOptions
from mien.motion.system import CARDS
from mien.text.encoder import TextEncoder, open_encoder, read_tokens, vocabulary_of
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, precise
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, save_model
from mien.training.randomness import numpy_generator, seed_weights, torch_generator
from mien.training.schedule import warmup_cosine

KIND = "head_motion"
VALIDATION_BATCHES = 4
GRADIENT_NORM = 1.0
LENGTH_WEIGHT = 0.2


@dataclass(frozen=True)
class ReadBatch:
    """A batch whose words are tokens already, or features of a frozen encoder."""

    motion: MotionBatch
    tokens: Tensor
    mask: Tensor


def read_words(encoder: TextEncoder, batch: MotionBatch) -> ReadBatch:
    """What can be done to the words before the step: in the thread that makes batches."""
    return ReadBatch(batch, *read_tokens(encoder, batch.texts))


class HeadMotionPhase:
    """Learns motions from words; see `mien.training.loop.Trainee`."""

    def __init__(
        self, model: MotionModel, data: MotionData, val: MotionData | None, options: HeadMotionOptions
    ) -> None:
        self.data, self.val, self.options = data, val, options
        self.device = best_device(options.device)
        self.model = model.to(self.device)
        self.ema = Ema(self.model, options.ema_decay)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), options.lr, betas=(0.9, 0.99), weight_decay=options.weight_decay, fused=True
        )

    def make_batch(self, step: int) -> ReadBatch:
        """The batch of a step: short sequences first, as the curriculum has it."""
        options = self.options
        reach = curriculum_reach(step / options.steps, options.curriculum)
        reach = round(reach * 16) / 16  # in stages, so that batches that are drawn together have one reach
        batch = self.data.training_batch(options.seed, KIND, step, options.sequences_per_step, reach)
        return read_words(self.model.text, batch)

    def train_step(self, batch: ReadBatch, step: int) -> dict[str, Tensor | float]:
        """One step on the squared error of the clean motion and of its velocity."""
        options = self.options
        samples, total = step * options.samples_per_step, options.steps * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, total, round(options.warmup * total))
        self.optimizer.param_groups[0]["lr"] = rate
        generator = torch_generator(options.seed, f"{KIND} noise", step)
        errors = self._errors(self.model, batch, generator, options.text_dropout)
        loss = errors["weighted"] + options.velocity_weight * errors["velocity"] + LENGTH_WEIGHT * errors["length"]
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_NORM)
        self.optimizer.step()
        self.ema.update(self.model, step)
        return {name: value.detach() for name, value in errors.items()}

    def _errors(
        self, model: MotionModel, batch: ReadBatch, generator: torch.Generator, withheld: float
    ) -> dict[str, Tensor]:
        clean = self.model.scale.apply(batch.motion.features.to(self.device))
        lengths = batch.motion.lengths.to(self.device)
        valid = valid_frames(lengths, clean.shape[1])
        clean = clean * valid
        tokens, mask = batch.tokens.to(self.device), batch.mask.to(self.device)
        seconds = model.word_times(tokens, mask)
        with precise(self.device, self.options.precision):
            text = model.read(tokens, mask)
            counts = torch.ones(len(clean), 1, 1, device=self.device)
            if model.architecture == "mlp":
                told = model.network(lengths, text, mask)[:, : clean.shape[1]]
            else:
                level = torch.randint(0, STEPS, (len(clean),), generator=generator)
                noise = torch.randn(clean.shape, generator=generator)
                dropped = torch.rand(len(clean), generator=generator) < withheld
                level, noise, dropped = (x.to(self.device) for x in (level, noise, dropped))
                counts = weight_of_level(level)[:, None, None]
                told = model.network(noised(clean, noise, level), level, lengths, text, mask, lay_out(seconds), dropped)
        wrong = (told.float() - clean) * valid
        count = valid.sum() * clean.shape[-1]
        steps = wrong.diff(dim=1) * valid[:, 1:]
        return {
            "error": (wrong**2).sum() / count,
            "weighted": (counts * wrong**2).sum() / count,
            "velocity": (counts * steps**2).sum() / count,
            "length": length_error(seconds, lengths / float(FPS)),
        }

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """The averaged weights' error on held-back sequences, at the same noise every time."""
        if self.val is None:
            return {}
        errors = []
        for number in range(VALIDATION_BATCHES):
            random = numpy_generator(self.options.seed, f"{KIND} validation", number)
            chosen = random.choice(self.val.numbers, min(self.options.sequences_per_step, len(self.val.numbers)), False)
            batch = read_words(self.ema.average.text, self.val.batch(chosen))
            generator = torch_generator(self.options.seed, f"{KIND} validation", number)
            errors.append(float(self._errors(self.ema.average, batch, generator, 0.0)["error"]))
        return {"val_error": sum(errors) / len(errors)}

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("model", self.model),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("model", self.model, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)


def train_head_motion(
    motions: Path, options: HeadMotionOptions, out: Path, resume: Path, log: Log, cache: Path | None = None
) -> dict[str, float]:
    """Train the model, and the MLP baseline beside it; write them to `out` and `out/baseline`; return their figures.

    motions: folder of a `MotionStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that cannot be had.
    """
    data = MotionData(motions)
    val = _optional(motions, "val")
    scale = data.scale()
    digest = fingerprint(data.store.index.to_csv(index=False))[:16]

    def trained(own: HeadMotionOptions, name: str, heard: Log) -> tuple[MotionModel, dict[str, float]]:
        seed_weights(own.seed, name)
        text = open_encoder(
            own.text.encoder, vocabulary_of(data.texts), cache, own.text.download,
            width=own.text.width, layers=own.text.layers,
        )  # fmt: skip
        text.prepare([*data.texts, *(val.texts if val else ())])
        model = build_model(text, scale, own.architecture, own.width, own.layers, own.heads)
        phase = HeadMotionPhase(model, data, val, own)
        identity = fingerprint(name, own.model_dump(mode="json"), digest, FORMAT)
        course = Course(
            name.replace("_", " "), identity, own.steps, own.samples_per_step, phase.make_batch, "sequences",
            own.log_samples, checkpoint_seconds=own.checkpoint_seconds, light_batches=True,
        )  # fmt: skip
        run_course(phase, course, resume, heard)
        return phase.ema.average, phase.validate()

    model, figures = trained(options, KIND, log)
    baseline = None
    if options.baseline_samples and options.architecture == "diffusion":
        own = options.model_copy(
            update={"architecture": "mlp", "samples": options.baseline_samples, "curriculum": 0.0, "width": 256}
        )
        baseline, theirs = trained(
            own, f"{KIND}_baseline", lambda values, at: log({f"baseline_{k}": v for k, v in values.items()}, at)
        )
        figures |= {f"baseline_{name}": value for name, value in theirs.items()}
    with atomic_directory(out) as folder:
        _save(folder, model, options, figures, digest)
        if baseline is not None:
            (folder / "baseline").mkdir()
            _save(folder / "baseline", baseline, options.model_copy(update={"architecture": "mlp"}), figures, digest)
    return figures


def _optional(motions: Path, part: str) -> MotionData | None:
    try:
        return MotionData(motions, (part,))
    except ValueError:
        return None


def _save(
    folder: Path, model: MotionModel, options: HeadMotionOptions, figures: Mapping[str, float], data: str
) -> None:
    config: dict[str, Any] = {
        "model": model.config,
        "options": options.model_dump(mode="json"),
        "guidance": options.guidance,
        "sampling_steps": options.sampling_steps,
        "data": data,
        "figures": dict(figures),
    }
    save_model(folder, KIND, model, config, CARDS["head_motion"].markdown(config))
