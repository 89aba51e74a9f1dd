"""Phase 3: generator, frame discriminator and emotion discriminator together, on the same batches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor, nn

from mien.files import atomic_directory, fingerprint
from mien.talking.data.batches import Batch, TalkingData, make_batch
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.discriminators import EmotionDiscriminator, FrameDiscriminator
from mien.talking.networks.generator import Generator, count_parameters
from mien.talking.options import GeneratorOptions, TalkingFaceOptions
from mien.talking.system import CARDS
from mien.talking.train.adversaries import EmotionAdversary, FrameAdversary
from mien.talking.train.emotion_discriminator import load_emotion_discriminator, softened
from mien.talking.train.generator import (
    PixelLoss,
    draw,
    generator_config,
    generator_optimizer,
    set_rate,
    validation_figures,
    with_samples,
)
from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.curves import Log
from mien.training.device import best_device, mixed_precision, place
from mien.training.ema import Ema
from mien.training.loop import Course, run_course
from mien.training.model_folder import FORMAT, read_config, save_model
from mien.training.randomness import seed_weights
from mien.training.schedule import ramp, warmup_cosine

KIND = "talking_face"


class TalkingFacePhase:
    """The joint training; see `mien.training.loop.Trainee`."""

    def __init__(
        self,
        generator: Generator,
        emotion_discriminator: EmotionDiscriminator,
        data: TalkingData,
        held_out: TalkingData,
        options: TalkingFaceOptions,
        pixel_options: GeneratorOptions,
    ) -> None:
        self.options, self.data, self.held_out = options, data, held_out
        self.device = best_device(options.device)
        self.generator = generator
        seed_weights(options.seed, KIND)
        frame_discriminator = FrameDiscriminator(options.frame_width, options.frame_levels)
        for module in (generator, emotion_discriminator, frame_discriminator):
            place(module, self.device)
        self.ema = Ema(generator, options.ema_decay)
        self.optimizer = generator_optimizer(generator, options.lr, pixel_options.speech_rate, options.weight_decay)
        self.frame_adversary = FrameAdversary(frame_discriminator, options.frame_lr, options.gamma)
        self.temporal_adversary: FrameAdversary | None = None
        if options.temporal_weight > 0:
            watcher = FrameDiscriminator(options.frame_width, options.frame_levels, options.frames_per_clip)
            place(watcher, self.device)
            self.temporal_adversary = FrameAdversary(watcher, options.frame_lr, options.gamma, "temporal")
        self.emotion_adversary = EmotionAdversary(emotion_discriminator, options.emotion_lr)
        self.pixel_loss = PixelLoss(pixel_options, data.size, self.device)
        self.plan = with_samples(pixel_options, options)

    def make_batch(self, step: int) -> Batch:
        """The training batch of a step."""
        return make_batch(self.data, self.plan, step)

    def train_step(self, batch: Batch, step: int) -> dict[str, Tensor | float]:
        """One step of both discriminators and of the generator, all on the same batch."""
        options, batch = self.options, batch.to(self.device)
        samples = step * options.samples_per_step
        rate = options.lr * warmup_cosine(samples, options.samples, int(options.warmup * options.samples))
        set_rate(self.optimizer, rate)
        seed_weights(options.seed, f"dropout {step}")
        with mixed_precision(self.device):
            drawn = draw(self.generator, batch)
        real_frames, fake_frames = batch.video.flatten(0, 1), drawn.drawing.frames.float()
        fake = fake_frames.view_as(batch.video)
        reference = batch.reference.repeat_interleave(fake.shape[1], 0)

        weights = self.pixel_loss.weights(batch)

        curves = self.frame_adversary.train_step(real_frames, fake_frames, reference, weights)
        # Both are blurred alike, at random: what pleases the critic has to be a face's, not a pattern's.
        seen_real, seen_fake = (softened(one, options.seed, step) for one in (batch.video, fake))
        curves |= self.emotion_adversary.train_step(seen_real, seen_fake, batch.emotion, batch.intensity)

        pixels, parts = self.pixel_loss(drawn, batch)
        adversarial = self.frame_adversary.loss(fake_frames, real_frames, reference, weights)
        emotion = self.emotion_adversary.loss(seen_fake, batch.emotion, batch.intensity)
        loss = (
            options.l1_weight * pixels
            + options.adversarial_weight * ramp(samples, options.samples, options.adversarial_start) * adversarial
            + options.emotion_weight * ramp(samples, options.samples, options.emotion_start) * emotion
        )
        if self.temporal_adversary is not None:
            real_clip, fake_clip = batch.video.flatten(1, 2), fake.flatten(1, 2)
            curves |= self.temporal_adversary.train_step(real_clip, fake_clip, batch.reference)
            temporal = self.temporal_adversary.loss(fake_clip, real_clip, batch.reference)
            loss = loss + options.temporal_weight * ramp(samples, options.samples, options.adversarial_start) * temporal
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.generator.parameters(), 1.0)
        self.optimizer.step()
        self.ema.update(
            self.generator, step + 1000
        )  # starts from a trained generator: the full decay from the first step
        own = {"loss": loss.detach(), "adversarial": adversarial.detach(), "emotion": emotion.detach()}
        return {**own, **parts, **curves, "lr": rate}

    def validate(self) -> dict[str, float]:
        """See `validation_figures`."""
        return validation_figures(self.ema.average, self.held_out, self.device)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on."""
        return {
            **module_tensors("generator", self.generator),
            **module_tensors("ema", self.ema.average),
            **optimizer_tensors("optimizer", self.optimizer),
            **self.discriminators(),
        }

    def discriminators(self) -> dict[str, Tensor]:
        """Both adversaries with their optimisers."""
        temporal = {} if self.temporal_adversary is None else self.temporal_adversary.tensors()
        return {**self.frame_adversary.tensors(), **self.emotion_adversary.tensors(), **temporal}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Go back to what `tensors` gave."""
        load_module("generator", self.generator, tensors)
        load_module("ema", self.ema.average, tensors)
        load_optimizer("optimizer", self.optimizer, tensors)
        self.frame_adversary.restore(tensors)
        self.emotion_adversary.restore(tensors)
        if self.temporal_adversary is not None:
            self.temporal_adversary.restore(tensors)


def train_talking_face(
    faces: Path,
    split: Path,
    options: TalkingFaceOptions,
    emotion_discriminator: Path,
    generator: Path,
    out: Path,
    resume: Path,
    log: Log,
) -> dict[str, float]:
    """Train jointly from phase 1's and phase 2's models and write the model folder `out`; returns its figures.

    `out` holds the averaged generator, and in `discriminators.safetensors` both adversaries for whoever goes on.
    Raises ValueError when a model folder is missing, damaged, or of another crop size than the shards.
    """
    data = TalkingData(faces, split, "train", options.cache_megabytes)
    held_out = TalkingData(faces, split, "val", options.cache_megabytes, required=False)
    generator_facts = read_config(generator, ("generator",))
    emotion_facts = read_config(emotion_discriminator, ("emotion_discriminator",))
    if data.size != generator_facts["size"]:
        raise ValueError(
            f"{generator} makes frames of {generator_facts['size']} pixels, the crops in {faces} have {data.size}: "
            "train the generator again"
        )
    network = load_generator(generator)
    pixel_options = GeneratorOptions.model_validate(generator_facts["options"])
    phase = TalkingFacePhase(
        network, load_emotion_discriminator(emotion_discriminator), data, held_out, options, pixel_options
    )
    identity = fingerprint(
        KIND, FORMAT, options.model_dump(mode="json"), data.digest, held_out.digest,
        generator_facts["sha256"], emotion_facts["sha256"],
    )  # fmt: skip
    course = Course(
        "talking face", identity, options.steps, options.samples_per_step, phase.make_batch,
        log_samples=options.log_samples, checkpoint_seconds=options.checkpoint_seconds,
    )  # fmt: skip
    run_course(phase, course, resume, log)
    figures = {
        "parameters": float(count_parameters(network)),
        "perceptual_loss_used": float(phase.pixel_loss.perceptual is not None),
        **phase.validate(),
    }
    config = generator_config(network, options, data.digest, figures)
    with atomic_directory(out) as folder:
        save_model(folder, KIND, phase.ema.average, config, CARDS[KIND].markdown(config))
        tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in phase.discriminators().items()}
        save_file(tensors, folder / "discriminators.safetensors")
    return figures
