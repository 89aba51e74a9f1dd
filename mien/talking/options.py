"""The knobs of the stages: what a section of params.yaml is parsed into. Nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mien.training.options import TrainingOptions


class Augmentation(BaseModel):
    """How much pictures are changed; each clip of a batch gets one change for all its pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flip: float = Field(default=0.5, ge=0, le=1, description="how often left and right change places")
    rotation: float = Field(default=6.0, ge=0, le=45, description="greatest angle, in degrees")
    zoom: float = Field(
        default=0.08, ge=0, lt=0.5, description="greatest change of size, each axis its own, as a part of it"
    )
    shift: float = Field(default=0.04, ge=0, lt=0.5, description="greatest shift, in crop sizes")
    brightness: float = Field(default=0.2, ge=0, lt=1, description="greatest shift of all channels together")
    contrast: float = Field(default=0.2, ge=0, lt=1, description="greatest change of the contrast, as a part of it")
    colour: float = Field(
        default=0.1, ge=0, lt=1, description="greatest change of each channel's strength, as a part of it"
    )


class EmotionDiscriminatorOptions(TrainingOptions):
    """Phase 1: the emotion discriminator learns the emotions of real clips."""

    samples: int = Field(default=36_000, ge=1, description="frames to train on, repetitions counted")
    clips_per_step: int = Field(default=12, ge=1, le=4096, description="clips in a batch")
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames taken from each clip of a batch")
    spacing: int = Field(default=4, ge=1, le=100, description="frames of the video from one taken frame to the next")
    lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of AdamW")
    weight_decay: float = Field(
        default=0.05, ge=0, le=1, description="AdamW's decay of the weights, a factor on the rate"
    )
    width: int = Field(default=16, ge=4, le=512, multiple_of=4, description="feature maps of the first layer")
    levels: int = Field(default=4, ge=2, le=7, description="layers, each halving the picture")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="part of the clip's code that is dropped in training")
    augmentation: Augmentation = Field(default=Augmentation(), description="changes of the pictures")


class GeneratorOptions(TrainingOptions):
    """Phase 2: the generator learns to redraw real frames from a reference, the speech and the labels."""

    samples: int = Field(default=36_000, ge=1, description="frames to train on, repetitions counted")
    clips_per_step: int = Field(default=8, ge=1, le=4096, description="clips in a batch")
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames taken from each clip of a batch")
    lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of AdamW")
    architecture: Literal["warp", "direct"] = Field(
        default="warp", description="warp: the reference's pixels are moved; direct: all pixels are drawn"
    )
    image_channels: tuple[int, ...] = Field(
        default=(8, 16, 32, 64), min_length=2, description="feature maps at 1/1, 1/2, 1/4 … size"
    )
    speech_width: int = Field(default=64, ge=8, le=2048, description="channels of the speech encoder")
    code_width: int = Field(default=128, ge=8, le=4096, description="numbers in the code that steers the decoder")
    speech_samples: int = Field(
        default=60_000, ge=0, description="frames on which the speech encoder first learns the mouth's opening; 0: none"
    )
    speech_lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of that")
    speech_rate: float = Field(
        default=0.1, ge=0, le=1, description="the speech encoder's rate afterwards, as a part of lr"
    )
    landmark_samples: int = Field(
        default=150_000,
        ge=0,
        description="frames from whose landmarks the code first learns where they go; 0: none",
    )
    landmark_lr: float = Field(default=1e-3, gt=0, le=1, description="highest learning rate of that")
    mouth_weight: float = Field(default=12.0, ge=0, le=1000, description="extra weight of the mouth's pixels")
    eyes_weight: float = Field(
        default=4.0, ge=0, le=1000, description="extra weight of the pixels of each eye and each brow"
    )
    pyramid_levels: int = Field(
        default=3, ge=1, le=5, description="sizes at which pictures are compared: 1/1, 1/2, 1/4 …"
    )
    mouth_shape_weight: float = Field(
        default=0.02, ge=0, le=1000, description="of the error of the mouth's shape told from speech"
    )
    landmark_weight: float = Field(
        default=0.05,
        ge=0,
        le=1000,
        description="of the errors of where landmarks are and go, a pixel; warp only",
    )
    flow_weight: float = Field(
        default=0.05, ge=0, le=1000, description="of the flow's error at the face's points, a pixel; warp only"
    )
    paint_weight: float = Field(
        default=0.3, ge=0, le=1000, description="of the weighted L1 of the paint by itself; warp only"
    )
    cover_weight: float = Field(
        default=0.02, ge=0, le=1000, description="of the part of the picture that is painted over; warp only"
    )
    shade_weight: float = Field(default=0.1, ge=0, le=1000, description="of how much is shaded; warp only")
    perceptual_weight: float = Field(
        default=0.1, ge=0, le=1000, description="of VGG19's perceptual loss, where its weights are; 0: never"
    )
    perceptual_frames: int = Field(
        default=4, ge=1, le=256, description="frames of a step that the perceptual loss looks at"
    )
    perceptual_weights: Path | None = Field(
        default=None, description="VGG19's weights; None: torch's hub folder, if they are there"
    )
    reference_shares: tuple[float, float, float] = Field(
        default=(0.2, 0.5, 0.3),
        description="references from the same clip, a neutral clip of the actor, any clip of the actor",
    )
    blinks: float = Field(
        default=0.5, ge=0, le=1, description="part of the batches' clips of which a blink is taken, if they have one"
    )
    emotion_dropout: float = Field(default=0.1, ge=0, lt=1, description="how often the emotion is withheld")
    intensity_dropout: float = Field(default=0.1, ge=0, lt=1, description="how often the intensity is withheld")
    augmentation: Augmentation = Field(default=Augmentation(), description="changes of target and reference together")


class TalkingFaceOptions(TrainingOptions):
    """Phase 3: generator, frame discriminator and emotion discriminator learn together."""

    samples: int = Field(default=16_000, ge=1, description="frames to train on, repetitions counted")
    clips_per_step: int = Field(default=6, ge=1, le=4096, description="clips in a batch")
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames taken from each clip of a batch")
    spacing: int = Field(default=4, ge=1, le=100, description="frames of the video from one taken frame to the next")
    lr: float = Field(default=1e-3, gt=0, le=1, description="highest learning rate of the generator's AdamW")
    frame_lr: float = Field(default=4e-4, gt=0, le=1, description="of the frame discriminator")
    emotion_lr: float = Field(
        default=2e-4, gt=0, le=1, description="of the emotion discriminator, which goes on learning"
    )
    frame_width: int = Field(
        default=16, ge=4, le=512, description="feature maps of the frame discriminator's first layer"
    )
    frame_levels: int = Field(
        default=3, ge=1, le=7, description="halvings before the frame discriminator scores patches"
    )
    gamma: float = Field(default=5.0, ge=0, le=10_000, description="weight of R1 and R2, on the mean over patches")
    l1_weight: float = Field(default=1.0, ge=0, le=1000, description="of the weighted L1, as in phase 2")
    adversarial_weight: float = Field(default=0.05, ge=0, le=1000, description="of the frame discriminator's opinion")
    adversarial_start: float = Field(default=0.05, ge=0, le=1, description="part of the samples before it is heard")
    temporal_weight: float = Field(
        default=0.0,
        ge=0,
        le=1000,
        description="of a discriminator that sees a clip's frames in order; 0: none",
    )
    emotion_weight: float = Field(default=0.12, ge=0, le=1000, description="of the emotion discriminator's opinion")
    emotion_start: float = Field(default=0.15, ge=0, le=1, description="part of the samples before it is heard")


class EmotionJudgeOptions(TrainingOptions):
    """How the emotion judge is built and trained."""

    seed: int = Field(77, ge=0, description="of weights, batches and augmentation; not the discriminator's")
    samples: int = Field(60_000, ge=1, description="frames to train on, repetitions counted")
    clips_per_step: int = Field(24, ge=1, le=4096, description="clips in a batch")
    frames_per_clip: int = Field(2, ge=1, le=64, description="frames taken from each clip of a batch")
    frames_judged: int = Field(6, ge=1, le=64, description="frames of a clip that the trained judge looks at")
    lr: float = Field(3e-3, gt=0, le=1, description="highest learning rate of AdamW")
    weight_decay: float = Field(0.05, ge=0, le=1, description="AdamW's decay of the weights, a factor on the rate")
    ema_decay: float = Field(0.98, ge=0, lt=1, description="of the averaged weights, for each step")
    size: int = Field(48, ge=16, le=256, description="side of the grey pictures that the network sees, in pixels")
    width: int = Field(16, ge=4, le=256, multiple_of=4, description="channels of the first layer")
    dropout: float = Field(0.3, ge=0, lt=1, description="part of a clip's features hidden in training")
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="part of the label's weight given to all emotions")
    frames_kept: int = Field(18, ge=1, le=512, description="evenly spaced frames of each clip that training draws from")
    hog_copies: int = Field(32, ge=1, le=10_000, description="changed copies of each clip that the second judge learns")
    hog_strength: float = Field(
        0.002, gt=0, le=1e6, description="of the second judge: the inverse of its penalty on large weights"
    )


class EvaluateTalkingOptions(BaseModel):
    """What is evaluated, and how much of it is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: str = Field("val", pattern="^(train|val|test)$", description="whose actors: val; test only at the very end")
    max_clips: int | None = Field(36, ge=1, description="clips evaluated, spread over emotions and actors; None: all")
    max_seconds: float = Field(4.0, gt=0, le=600, description="how much of each clip, from its start, in seconds")
    seed: int = Field(0, ge=0, description="of the choice of clips and of the generator's noise")
    detector: str = Field("mediapipe", pattern="^(mediapipe|face-alignment)$", description="as in the align stage")
    identity_model: Path | None = Field(
        None, description="ONNX file of a face-recognition network, 112×112 RGB; None: identity is left out"
    )
    videos: int = Field(6, ge=0, le=1000, description="sample videos, generated beside real")
    sheet_rows: int = Field(8, ge=1, le=100, description="clips on the contact sheet")
    panel: int = Field(256, ge=64, le=1024, description="side of each picture in the sample videos, in pixels")
