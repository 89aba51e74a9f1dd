"""Options of the talking face's stages: their sections of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.training.options import TrainingOptions


class Augmentation(Options):
    """Random changes of pictures; each clip of a batch gets one change for all its pictures."""

    flip: float = Field(default=0.5, ge=0, le=1, description="probability of a horizontal flip")
    rotation: float = Field(default=6.0, ge=0, le=45, description="maximum angle in degrees")
    zoom: float = Field(default=0.08, ge=0, lt=0.5, description="maximum relative change of size, each axis its own")
    shift: float = Field(default=0.04, ge=0, lt=0.5, description="maximum translation in crop sizes")
    brightness: float = Field(default=0.2, ge=0, lt=1, description="maximum offset of all channels")
    contrast: float = Field(default=0.2, ge=0, lt=1, description="maximum relative change of the contrast")
    colour: float = Field(default=0.1, ge=0, lt=1, description="maximum relative change of each channel's gain")
    gamma: float = Field(default=0.35, ge=0, le=1, description="maximum logarithm of the exponent of the brightness")
    warmth: float = Field(default=0.12, ge=0, lt=1, description="maximum gain of red and loss of blue, or the reverse")
    saturation: float = Field(default=0.4, ge=0, le=1, description="maximum relative change of the saturation")
    grey: float = Field(default=0.03, ge=0, le=1, description="probability that all colour is taken away")
    gradient: float = Field(default=0.3, ge=0, lt=1, description="maximum change of light from the middle to an edge")
    blur: float = Field(default=0.6, ge=0, le=4, description="maximum standard deviation of a blur in pixels")


class EmotionDiscriminatorOptions(Options):
    """Phase 1: the emotion discriminator learns to classify the emotions of real clips. A sample is a frame."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=48_000, batch=12, lr=2e-3, weight_decay=0.05), description="see TrainingOptions"
    )
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames of each clip in a batch")
    spacing: int = Field(default=4, ge=1, le=100, description="interval of these frames, in video frames")
    width: int = Field(default=16, ge=4, le=512, multiple_of=4, description="feature maps of the first layer")
    levels: int = Field(default=4, ge=2, le=7, description="convolutional layers of stride 2")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="dropout probability of the clip's embedding")
    augmentation: Augmentation = Field(default=Augmentation(), description="of the pictures")


class GeneratorOptions(Options):
    """Phase 2: the generator learns to reconstruct real frames from a reference, the speech and the labels.

    A sample is a frame.
    """

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=36_000, batch=8, lr=2e-3), description="see TrainingOptions"
    )
    initial: Path | None = Field(
        default=None,
        description="model folder to start from, a copy; None: random weights, pre-trained on speech and landmarks",
    )
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames of each clip in a batch")
    architecture: Literal["warp", "direct"] = Field(
        default="warp", description="warp: the reference's pixels are warped; direct: all pixels are synthesised"
    )
    image_channels: tuple[int, ...] = Field(
        default=(8, 16, 32, 64), min_length=2, description="feature maps at 1/1, 1/2, 1/4 … of the size"
    )
    speech_width: int = Field(default=64, ge=8, le=2048, description="channels of the speech encoder")
    code_width: int = Field(default=128, ge=8, le=4096, description="dimensions of the decoder's conditioning vector")
    speech_samples: int = Field(
        default=60_000, ge=0, description="frames of the speech encoder's pre-training on mouth shapes; 0: none"
    )
    speech_lr: float = Field(default=2e-3, gt=0, le=1, description="peak learning rate of the speech pre-training")
    speech_rate: float = Field(
        default=0.1, ge=0, le=1, description="the speech encoder's learning rate afterwards, relative to lr"
    )
    landmark_samples: int = Field(
        default=150_000, ge=0, description="frames of the pre-training on landmarks, without pixels; 0: none"
    )
    landmark_lr: float = Field(default=1e-3, gt=0, le=1, description="peak learning rate of the landmark pre-training")
    mouth_weight: float = Field(default=12.0, ge=0, le=1000, description="additional weight of the mouth's pixels")
    eyes_weight: float = Field(default=4.0, ge=0, le=1000, description="additional weight of eyes' and brows' pixels")
    pyramid_levels: int = Field(default=3, ge=1, le=5, description="resolutions of the pixel loss: 1/1, 1/2, 1/4 …")
    mouth_shape_weight: float = Field(
        default=0.02, ge=0, le=1000, description="weight of the error of the mouth shape predicted from speech"
    )
    landmark_weight: float = Field(
        default=0.05, ge=0, le=1000, description="weight of the landmarks' error in pixels; warp only"
    )
    flow_weight: float = Field(
        default=0.05, ge=0, le=1000, description="weight of the flow's error in pixels at points of the face; warp only"
    )
    paint_weight: float = Field(
        default=0.3, ge=0, le=1000, description="weight of the synthesised layer's own weighted L1; warp only"
    )
    shade_weight: float = Field(
        default=0.2, ge=0, le=1000, description="weight of the shading's mean magnitude; warp only"
    )
    perceptual_weight: float = Field(
        default=0.1, ge=0, le=1000, description="weight of VGG19's perceptual loss, if its weights are present; 0: off"
    )
    perceptual_frames: int = Field(default=4, ge=1, le=256, description="frames of a step in the perceptual loss")
    perceptual_weights: Path | None = Field(
        default=None, description="file of VGG19's weights; None: torch's hub folder, if present there"
    )
    reference_shares: tuple[float, float, float] = Field(
        default=(0.2, 0.5, 0.3),
        description="share of references from the same clip, a neutral clip, any clip of the actor",
    )
    blinks: float = Field(
        default=0.5, ge=0, le=1, description="fraction of clips with a blink from which a blinking frame is sampled"
    )
    emotion_dropout: float = Field(default=0.1, ge=0, lt=1, description="probability of dropping the emotion label")
    intensity_dropout: float = Field(default=0.1, ge=0, lt=1, description="probability of dropping the intensity")
    augmentation: Augmentation = Field(default=Augmentation(), description="of target and reference together")


class TalkingFaceOptions(Options):
    """Phase 3: generator, frame discriminator and emotion discriminator are trained jointly. A sample is a frame."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=16_000, batch=6, lr=1e-3), description="see TrainingOptions; of the generator"
    )
    frames_per_clip: int = Field(default=4, ge=1, le=256, description="frames of each clip in a batch")
    spacing: int = Field(default=4, ge=1, le=100, description="interval of these frames, in video frames")
    frame_lr: float = Field(default=4e-4, gt=0, le=1, description="learning rate of the frame discriminator")
    emotion_lr: float = Field(default=2e-4, gt=0, le=1, description="learning rate of the emotion discriminator")
    frame_width: int = Field(
        default=16, ge=4, le=512, description="feature maps of the frame discriminator's first layer"
    )
    frame_levels: int = Field(default=3, ge=1, le=7, description="stride-2 layers of the patch discriminator")
    gamma: float = Field(default=5.0, ge=0, le=10_000, description="weight γ of the gradient penalties R1 and R2")
    l1_weight: float = Field(default=1.0, ge=0, le=1000, description="weight of phase 2's pixel loss")
    adversarial_weight: float = Field(default=0.05, ge=0, le=1000, description="weight of the frame adversarial loss")
    adversarial_start: float = Field(
        default=0.05, ge=0, le=1, description="fraction of the training before the frame adversarial loss"
    )
    emotion_weight: float = Field(default=0.15, ge=0, le=1000, description="weight of the emotion adversarial loss")
    emotion_start: float = Field(
        default=0.15, ge=0, le=1, description="fraction of the training before the emotion adversarial loss"
    )


class EmotionJudgeOptions(Options):
    """Training of the emotion classifiers that evaluate generated clips. A sample is a frame."""

    training: TrainingOptions = Field(
        default=TrainingOptions(seed=77, samples=60_000, batch=24, lr=3e-3, weight_decay=0.05, ema_decay=0.98),
        description="see TrainingOptions; its seed is not the discriminator's",
    )
    frames_per_clip: int = Field(default=2, ge=1, le=64, description="frames of each clip in a batch")
    frames_judged: int = Field(default=6, ge=1, le=64, description="evenly spaced frames of a clip to classify")
    size: int = Field(default=48, ge=16, le=256, description="side of the network's grey input in pixels")
    width: int = Field(default=16, ge=4, le=256, multiple_of=4, description="feature maps of the first layer")
    dropout: float = Field(default=0.3, ge=0, lt=1, description="dropout probability of a clip's features")
    label_smoothing: float = Field(default=0.1, ge=0, lt=1, description="label smoothing of the cross-entropy")
    frames_kept: int = Field(default=18, ge=1, le=512, description="evenly spaced frames of each clip to sample from")
    hog_copies: int = Field(default=32, ge=1, le=10_000, description="augmented copies of each clip, HOG classifier")
    hog_strength: float = Field(
        default=0.002, gt=0, le=1e6, description="inverse L2 regularisation of the HOG classifier (scikit-learn's C)"
    )


class EvaluateTalkingOptions(Options):
    """Evaluation of the talking face: clips, judges, and samples in the report."""

    part: Literal["train", "val", "test"] = Field(
        default="val", description="part of the split: val; test only for a final result"
    )
    max_clips: int | None = Field(
        default=36, ge=1, description="clips evaluated, balanced over emotions and actors; None: all"
    )
    max_seconds: float = Field(default=4.0, gt=0, le=600, description="seconds of each clip, from its start")
    seed: int = Field(default=0, ge=0, description="of the choice of clips and of the random head motion")
    detector: Literal["mediapipe", "face-alignment"] = Field(
        default="mediapipe", description="landmark detector, as in the align stage"
    )
    identity_model: Path | None = Field(
        default=None, description="ONNX file of a face-recognition network, 112×112 RGB; None: identity is not measured"
    )
    videos: int = Field(default=6, ge=0, le=1000, description="sample videos, generated beside real")
    sheet_rows: int = Field(default=8, ge=1, le=100, description="clips on the contact sheet")
    panel: int = Field(default=256, ge=64, le=1024, description="side of each picture in the sample videos in pixels")
