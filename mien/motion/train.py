"""Text → head motion: training of the diffusion transformer and of its MLP baseline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mien.motion.cards import CARDS
from mien.motion.data.batches import MotionBatch, MotionData, curriculum_fraction, valid_frames
from mien.motion.data.features import FPS
from mien.motion.losses import motion_errors
from mien.motion.networks.diffusion import STEPS, add_noise, loss_weight
from mien.motion.networks.duration_model import align_words, duration_loss
from mien.motion.networks.model import MotionModel, build_model
from mien.motion.networks.transformer import MotionTransformer
from mien.motion.options import HeadMotionOptions
from mien.text.encoder import encoder_of, read_tokens
from mien.training.baseline import train_with_baseline
from mien.training.model_folder import ModelFiles
from mien.training.optimization.optimizers import adamw
from mien.training.randomness import numpy_generator, seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Trainer, Values

KIND = "head_motion"
VALIDATION_BATCHES = 4
LENGTH_WEIGHT = 0.2
"""Weight of the duration model's error."""


@dataclass(frozen=True)
class TextBatch:
    """Motions with their tokenised texts: ids (B, L), or features (B, L, W) of a frozen encoder; mask (B, L)."""

    motion: MotionBatch
    tokens: Tensor
    mask: Tensor


class HeadMotionTrainer(Trainer[TextBatch]):
    """x0-prediction from noisy motions, conditioned on timelines or texts, with dropout; for the MLP, regression."""

    name, unit, gradient_norm, light_batches = KIND, "sequences", 1.0, True

    def __init__(
        self, model: MotionModel, data: MotionData, val: MotionData | None, options: HeadMotionOptions
    ) -> None:
        super().__init__(options.training)
        self.data, self.val, self.stage_options = data, val, options
        self.model = self.parts.module("model", model)
        self.ema = self.parts.average("ema", model, options.training.ema_decay)
        self.parts.optimizer("optimizer", adamw(model.parameters(), options.training))

    def batch(self, step: int) -> TextBatch:
        """Motions of similar lengths, short ones first (curriculum)."""
        fraction = curriculum_fraction(step / self.steps, self.stage_options.curriculum)
        fraction = round(fraction * 16) / 16  # rounded, so that the batches of a group have the same value
        batch = self.data.training_batch(self.options.seed, KIND, step, self.options.batch, fraction)
        return TextBatch(batch, *read_tokens(self.model.text, batch.texts))

    def loss(self, batch: TextBatch, step: Step) -> tuple[Tensor, Values]:
        """Weighted MSE of the clean motion + `velocity_weight` · MSE of its velocity + 0.2 · duration error."""
        errors = self._errors(self.model, batch, step, self.stage_options.text_dropout)
        loss = (
            errors["weighted"]
            + self.stage_options.velocity_weight * errors["velocity"]
            + LENGTH_WEIGHT * errors["length"]
        )
        return loss, {name: value.detach() for name, value in errors.items()}

    def _errors(self, model: MotionModel, batch: TextBatch, step: Step, dropout: float) -> dict[str, Tensor]:
        clean = self.model.whitening.apply(batch.motion.features)
        lengths = batch.motion.lengths
        valid = valid_frames(lengths, clean.shape[1])
        clean = clean * valid
        seconds = model.duration_model(batch.tokens, batch.mask)
        weights = torch.ones(len(clean), 1, 1, device=clean.device)
        with step.autocast():
            text = model.encode_text(batch.tokens, batch.mask)
            if model.architecture == "mlp":
                predicted = model.network(lengths, text, batch.mask)[:, : clean.shape[1]]
            else:
                level = step.integers("level", len(clean), STEPS)
                noise = step.normal("noise", *clean.shape)
                timed = self._timed(batch, step, dropout)
                dropped = timed | (step.uniform("text dropout", len(clean)) < dropout)
                weights = loss_weight(level)[:, None, None]
                noisy = add_noise(clean, noise, level)
                predicted = model.network(
                    noisy,
                    level,
                    lengths,
                    text,
                    batch.mask,
                    align_words(seconds),
                    dropped,
                    batch.motion.timelines,
                    timed,
                )
        errors = motion_errors(predicted.float(), clean, valid, weights)
        return {**errors, "length": duration_loss(seconds, lengths / float(FPS))}

    def _timed(self, batch: TextBatch, step: Step, dropout: float) -> Tensor:
        """Rows (B,) that are shown their timeline instead of their text: `timelines` of those that have one.

        The text's dropout is theirs too: without timeline and text the network learns the unconditional motion.
        """
        planned = batch.motion.planned
        if self.model.timer is None:
            return torch.zeros_like(planned)
        count = len(planned)
        shown = step.uniform("timelines", count) < self.stage_options.timelines
        return planned & shown & (step.uniform("timeline dropout", count) >= dropout)

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Error of the averaged weights on val sequences, with the same noise every time."""
        if self.val is None:
            return {}
        device = next(self.model.parameters()).device
        errors = []
        for number in range(VALIDATION_BATCHES):
            random = numpy_generator(self.options.seed, f"{KIND} validation", number)
            chosen = random.choice(self.val.indices, min(self.options.batch, len(self.val.indices)), False)
            motion = self.val.batch(chosen)
            tokens, mask = read_tokens(self.ema.average.text, motion.texts)
            on_device = MotionBatch(
                motion.features.to(device), motion.lengths.to(device), motion.texts, motion.timelines.to(device),
                motion.planned.to(device),
            )  # fmt: skip
            batch = TextBatch(on_device, tokens.to(device), mask.to(device))
            step = Step(number, VALIDATION_BATCHES, self.options, device)
            errors.append(float(self._errors(self.ema.average, batch, step, 0.0)["error"]))
        return {"val_error": sum(errors) / len(errors)}


@torch.no_grad()
def start_linear(model: MotionModel, weights: Tensor) -> None:
    """Let the network's linear path begin as the regression `weights` (63, `CHANNELS`), so that the rest learns only
    what is not linear in the timeline."""
    assert isinstance(model.network, MotionTransformer)
    model.network.timeline_output.weight.copy_(weights)


class MLPTrainer(HeadMotionTrainer):
    """The baseline: regression of all frames at once."""

    name = f"{KIND}_baseline"


def train_head_motion(
    motions: Path, options: HeadMotionOptions, out: Path, run: Run, cache: Path | None = None
) -> dict[str, float]:
    """Train the model, and the MLP baseline; write them to `out` and `out/baseline`; return their metrics.

    motions: folder of a `MotionStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that is not available.
    """
    data = MotionData(motions)
    val = MotionData(motions, ("val",)) if len(data.store.numbers("val")) else None
    whitening, timelines = data.whitening(), data.timelines()
    prepared = [*data.texts, *(val.texts if val else ())]

    def train_model(own: HeadMotionOptions, _name: str, own_run: Run) -> ModelFiles:
        trainer_class = MLPTrainer if own.architecture == "mlp" else HeadMotionTrainer
        seed_weights(own.training.seed, trainer_class.name)
        text = encoder_of(own.text, data.texts, prepared, cache)
        timed = bool(timelines) and own.architecture == "diffusion" and own.timelines > 0
        model = build_model(text, whitening, own.architecture, own.width, own.layers, own.heads, timed)
        if model.timer is not None:
            model.timer.fit(timelines)
            start_linear(model, data.timeline_weights(whitening))
        trainer = trainer_class(model, data, val, own)
        figures = train(trainer, own_run)
        config = {"model": model.config, "guidance": own.guidance, "sampling_steps": own.sampling_steps}
        return ModelFiles(KIND, trainer.ema.average, config, own, data.store.digest, figures, CARDS[KIND].markdown)

    baseline = None
    if options.baseline_samples and options.architecture == "diffusion":
        training = options.training.model_copy(update={"samples": options.baseline_samples})
        mlp = {"architecture": "mlp", "training": training, "curriculum": 0.0, "width": 256}
        baseline = options.model_copy(update=mlp)
    return train_with_baseline(train_model, KIND, options, baseline, out, run)
