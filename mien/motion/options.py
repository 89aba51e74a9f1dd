"""Options of the head-motion stages: their sections of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from mien.options import Options
from mien.text.options import TextOptions
from mien.training.options import Precision, TrainingOptions


class EmbeddedMotionOptions(Options):
    """The embedded corpus of motions: computed sequences with texts."""

    train: int = Field(default=24_000, ge=0, description="training sequences")
    val: int = Field(default=256, ge=0, description="evaluation sequences of combinations in the training set")
    held_out: int = Field(default=256, ge=0, description="evaluation sequences of combinations not in the training set")
    seed: int = Field(default=0, ge=0, description="of sequences, texts and the choice of held-out combinations")


class MotionClipsOptions(Options):
    """Where motions come from."""

    embedded: EmbeddedMotionOptions = Field(default=EmbeddedMotionOptions(), description="computed sequences")
    aligned: bool = Field(default=True, description="also fit the head to the aligned clips")
    videos: Path | None = Field(
        default=None, description="folder of videos with texts in CelebV-Text's layout; None: no videos"
    )
    blendshapes: Path | None = Field(
        default=None,
        description="MediaPipe's face_landmarker .task for the videos' expressions; None: expressions are fitted",
    )


class HeadMotionOptions(Options):
    """Text → head motion. A sample is a sequence."""

    training: TrainingOptions = Field(
        default=TrainingOptions(samples=96_000, batch=48, lr=2e-3, ema_decay=0.998), description="see TrainingOptions"
    )
    architecture: Literal["diffusion", "mlp"] = Field(
        default="diffusion", description="diffusion: a diffusion transformer; mlp: regression of all frames at once"
    )
    width: int = Field(default=192, ge=16, le=2048, multiple_of=8, description="dimensions of the transformer or MLP")
    layers: int = Field(default=4, ge=1, le=48, description="of the transformer")
    heads: int = Field(default=4, ge=1, le=32, description="attention heads")
    text: TextOptions = Field(default=TextOptions(), description="text encoder")
    text_dropout: float = Field(default=0.1, ge=0, lt=1, description="probability of dropping the text")
    timelines: float = Field(
        default=0.7, ge=0, le=1, description="fraction of the sequences with a plan that are shown it instead of a text"
    )
    curriculum: float = Field(
        default=0.3, ge=0, le=1, description="fraction of the training in which the maximum length rises"
    )
    velocity_weight: float = Field(default=15.0, ge=0, description="weight of the error of frame differences")
    guidance: float = Field(default=2.5, ge=0, le=20, description="classifier-free guidance scale of texts")
    sampling_steps: int = Field(default=20, ge=1, le=50, description="denoising steps when sampling; 50 in training")
    baseline_samples: int = Field(
        default=20_000, ge=0, description="training sequences of the MLP baseline; 0: no baseline"
    )


class MotionEvaluatorOptions(Options):
    """The evaluator network: texts and motions in one embedding space. A sample is a sequence."""

    training: TrainingOptions = Field(
        default=TrainingOptions(seed=77, samples=24_000, batch=64, lr=2e-3, ema_decay=0.99),
        description="see TrainingOptions; its seed is not the model's",
    )
    width: int = Field(default=96, ge=8, le=2048, multiple_of=8, description="dimensions of both encoders")
    embedding: int = Field(default=64, ge=8, le=1024, description="dimensions of the joint embedding space")
    own_sequences: int = Field(
        default=4000, ge=0, description="additional sequences of all combinations, with the embedded corpus only"
    )
    temperature: float = Field(default=0.1, gt=0, le=10, description="of the contrastive loss")


class EvaluateMotionOptions(Options):
    """How the models are evaluated."""

    prompts: int = Field(default=256, ge=2, description="maximum number of motions of each part")
    written: int = Field(default=1000, ge=0, description="maximum number of the sentences written by hand")
    samples: int = Field(default=4, ge=1, le=16, description="motions of a plan from which one is chosen")
    own_length_prompts: int = Field(
        default=128, ge=0, description="texts of each part generated with the predicted length as well"
    )
    repeats: int = Field(default=8, ge=2, le=100, description="samples of one text, for multimodality")
    repeated_prompts: int = Field(default=12, ge=0, description="texts of each part for multimodality")
    seed: int = Field(default=0, ge=0, description="of noise and of the choice of prompts and pairs")
    batch: int = Field(default=64, ge=1, le=4096, description="motions generated at once")
    precision: Precision = Field(
        default="auto", description="of the network's arithmetic; auto: bfloat16 where the hardware supports it"
    )
    strips: tuple[str, ...] = Field(
        default=(
            "nods twice, then smiles",
            "shakes his head while frowning",
            "raises the brows, then winks with the left eye",
        ),
        description="prompts shown as strips of frames and as videos",
    )
