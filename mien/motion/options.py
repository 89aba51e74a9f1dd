"""The knobs of the stages: what a section of params.yaml is parsed into. Nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mien.text.options import TextOptions
from mien.training.options import LearningOptions


class EmbeddedMotionOptions(BaseModel):
    """The embedded corpus of motions: computed, not filmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: int = Field(default=24_000, ge=0, description="sequences to learn from")
    val: int = Field(default=256, ge=0, description="sequences of compositions that training has, to measure on")
    held_out: int = Field(default=256, ge=0, description="sequences of compositions that training never has")
    seed: int = Field(default=0, ge=0, description="of sequences, words and which compositions are held out")


class MotionClipsOptions(BaseModel):
    """Where motions come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    embedded: EmbeddedMotionOptions = Field(default=EmbeddedMotionOptions(), description="sequences that are computed")
    aligned: bool = Field(default=True, description="measure the motion of the aligned clips too")
    videos: Path | None = Field(
        default=None, description="folder of videos with texts, as CelebV-Text's; None: no more than the above"
    )
    blendshapes: Path | None = Field(
        default=None,
        description="MediaPipe's face_landmarker .task, for the videos' expressions; None: they are fitted",
    )


class HeadMotionOptions(LearningOptions):
    """Text → head motion. A sample is a sequence."""

    samples: int = Field(default=96_000, ge=1, description="sequences to train on, repetitions counted")
    sequences_per_step: int = Field(default=48, ge=1, le=4096, description="sequences in a batch")
    lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of AdamW")
    ema_decay: float = Field(default=0.998, ge=0, lt=1, description="of the averaged weights, for each step")
    log_samples: int = Field(default=2000, ge=1, description="sequences between two points of the curves")
    architecture: Literal["diffusion", "mlp"] = Field(
        default="diffusion", description="diffusion: a transformer that removes noise; mlp: all frames at once"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="of matrix products; auto: bfloat16 where the processor has it"
    )
    width: int = Field(default=192, ge=16, le=2048, multiple_of=8, description="of the transformer, or of the MLP")
    layers: int = Field(default=4, ge=1, le=48, description="of the transformer")
    heads: int = Field(default=4, ge=1, le=32, description="of the attention")
    text: TextOptions = Field(default=TextOptions(), description="what reads the words")
    text_dropout: float = Field(default=0.1, ge=0, lt=1, description="how often the words are withheld")
    curriculum: float = Field(
        default=0.3, ge=0, le=1, description="part of the samples over which longer sequences are let in"
    )
    velocity_weight: float = Field(default=15.0, ge=0, description="of the error of the differences between frames")
    guidance: float = Field(default=2.5, ge=0, le=20, description="how much the words are exaggerated in sampling")
    sampling_steps: int = Field(default=20, ge=1, le=50, description="steps of sampling, of the 50 of training")
    baseline_samples: int = Field(default=20_000, ge=0, description="sequences the MLP baseline is trained on; 0: none")

    @property
    def samples_per_step(self) -> int:
        """Sequences in one step."""
        return self.sequences_per_step


class MotionJudgeOptions(LearningOptions):
    """The evaluator: words and motions in one space, learned apart from what it judges."""

    seed: int = Field(default=77, ge=0, description="of weights and batches; not the model's")
    samples: int = Field(default=24_000, ge=1, description="sequences to train on, repetitions counted")
    sequences_per_step: int = Field(default=64, ge=2, le=4096, description="sequences in a batch")
    lr: float = Field(default=2e-3, gt=0, le=1, description="highest learning rate of AdamW")
    ema_decay: float = Field(default=0.99, ge=0, lt=1, description="of the averaged weights, for each step")
    log_samples: int = Field(default=2000, ge=1, description="sequences between two points of the curves")
    width: int = Field(default=96, ge=8, le=2048, multiple_of=8, description="of both encoders")
    embedding: int = Field(default=64, ge=8, le=1024, description="numbers that stand for a text or a motion")
    own_sequences: int = Field(
        default=4000, ge=0, description="made for it alone, of all compositions, where the corpus is the embedded one"
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="of convolutions in training; auto: bfloat16 where the processor has it"
    )
    temperature: float = Field(default=0.1, gt=0, le=10, description="of the contrastive loss")

    @property
    def samples_per_step(self) -> int:
        """Sequences in one step."""
        return self.sequences_per_step


class EvaluateMotionOptions(BaseModel):
    """How the models are measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompts: int = Field(default=256, ge=2, description="motions of each part that are measured, at most")
    own_length_prompts: int = Field(
        default=128, ge=0, description="texts of each part for which the model chooses the length too"
    )
    repeats: int = Field(default=8, ge=2, le=100, description="samples of one text, for multimodality")
    repeated_prompts: int = Field(default=12, ge=0, description="texts of each part for multimodality")
    seed: int = Field(default=0, ge=0, description="of noise and of the choice of prompts and pairs")
    batch: int = Field(default=64, ge=1, le=4096, description="motions generated at once")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="of matrix products in sampling; auto: bfloat16 where the processor has it"
    )
    strips: tuple[str, ...] = Field(
        default=("nods twice, then smiles", "shakes his head while frowning", "smiles and looks to the left"),
        description="prompts that are shown as strips of frames and as videos",
    )


def tiny_head_motion() -> HeadMotionOptions:
    """A configuration that runs the same code in seconds."""
    return HeadMotionOptions(
        samples=64, sequences_per_step=8, width=32, layers=1, heads=2, text=TextOptions(width=16, layers=1),
        baseline_samples=16, log_samples=16, sampling_steps=4,
    )  # fmt: skip
