"""Phase 3: joint training of generator, frame discriminator and emotion discriminator on the same batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from mien.talking.cards import CARDS
from mien.talking.data.batches import Batch, TalkingData
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.discriminators import EmotionDiscriminator, FrameDiscriminator
from mien.talking.networks.generator import Generator
from mien.talking.options import GeneratorOptions, TalkingFaceOptions
from mien.talking.train.adversaries import EmotionAdversary, FrameAdversary
from mien.talking.train.emotion_discriminator import blurred, load_emotion_discriminator
from mien.talking.train.generator import GeneratorTrainer
from mien.talking.train.pixel_loss import forward
from mien.training.model_folder import ModelFiles, count_parameters, save_models
from mien.training.optimization.parts import Parts
from mien.training.optimization.schedule import ramp
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train
from mien.training.trainer import Step, Values

KIND = "talking_face"


class TalkingFaceTrainer(GeneratorTrainer):
    """Joint training with pixel, adversarial and emotion losses."""

    name, pretrained = KIND, True

    def __init__(
        self,
        generator: Generator,
        emotion_discriminator: EmotionDiscriminator,
        data: TalkingData,
        val: TalkingData,
        options: TalkingFaceOptions,
        pixel_options: GeneratorOptions,
    ) -> None:
        """`pixel_options`: options of phase 2, whose pixel loss and sampling of batches are used."""
        training = options.training
        changes = {"training": training, "frames_per_clip": options.frames_per_clip}
        super().__init__(generator, data, val, pixel_options.model_copy(update=changes))
        self.stage_options = options
        self.plan = replace(self.plan, purpose=KIND, spacing=options.spacing)
        seed_weights(training.seed, KIND)
        frames = FrameDiscriminator(options.frame_width, options.frame_levels)
        self.frame_adversary = FrameAdversary(frames, options.frame_lr, options.gamma)
        self.emotion_adversary = EmotionAdversary(emotion_discriminator, options.emotion_lr)
        self.adversaries = [self.frame_adversary, self.emotion_adversary]

    def loss(self, batch: Batch, step: Step) -> tuple[Tensor, Values]:
        """One step of both discriminators, then the generator's loss, all on the same batch."""
        options = self.stage_options
        with step.autocast():
            output = forward(self.generator, batch)
        real_frames, fake_frames = batch.video.flatten(0, 1), output.decoded.frames.float()
        fake = fake_frames.view_as(batch.video)
        reference = batch.reference.repeat_interleave(fake.shape[1], 0)
        weights = self.pixel_loss.weights(batch)
        # Real and generated clips get the same blur, so that emotion is not classified by texture.
        real_clip, fake_clip = (blurred(one, step) for one in (batch.video, fake))

        values = self.frame_adversary.train_step(real_frames, fake_frames, reference, weights)
        values |= self.emotion_adversary.train_step(real_clip, fake_clip, batch.emotion, batch.intensity)

        pixels, terms = self.pixel_loss(output, batch, weights)
        adversarial = self.frame_adversary.loss(fake_frames, real_frames, reference, weights)
        emotion = self.emotion_adversary.loss(fake_clip, batch.emotion, batch.intensity)
        loss = (
            options.l1_weight * pixels
            + options.adversarial_weight * ramp(step.progress, options.adversarial_start) * adversarial
            + options.emotion_weight * ramp(step.progress, options.emotion_start) * emotion
        )
        return loss, {"adversarial": adversarial.detach(), "emotion": emotion.detach(), **terms, **values}


def train_talking_face(
    faces: Path, split: Path, options: TalkingFaceOptions, emotion_discriminator: Path, generator: Path, out: Path,
    run: Run,
) -> dict[str, float]:  # fmt: skip
    """Train jointly from the models of phases 1 and 2 and write the model folder `out`; returns its metrics.

    `out` contains the EMA generator, and in `discriminators.safetensors` both discriminators, for further training.
    Raises ValueError when a model folder is missing, damaged, or of another crop size than the shards.
    """
    data = TalkingData(faces, split, "train", run.execution.cache_megabytes)
    val = TalkingData(faces, split, "val", run.execution.cache_megabytes, required=False)
    network, trained = load_generator(generator, ("generator",))
    if data.size != trained["size"]:
        raise ValueError(
            f"{generator} makes frames of {trained['size']} pixels, the crops in {faces} have {data.size}: "
            "train the generator again"
        )
    pixel_options = GeneratorOptions.model_validate(trained["options"])
    discriminator = load_emotion_discriminator(emotion_discriminator)
    for module in (network, discriminator):
        module.train().requires_grad_(True)
    trainer = TalkingFaceTrainer(network, discriminator, data, val, options, pixel_options)
    figures = {
        "parameters": float(count_parameters(network)),
        "perceptual_loss_used": float(trainer.pixel_loss.perceptual is not None),
        **train(trainer, run),
    }
    adversaries = Parts()
    for adversary in trainer.adversaries:
        adversaries.include(adversary.parts)
    model = ModelFiles(
        KIND, trainer.ema.average, network.describe(), options, data.digest, figures, CARDS[KIND].markdown,
        {"discriminators": adversaries.tensors()},
    )  # fmt: skip
    save_models(out, {"": model})
    return figures
