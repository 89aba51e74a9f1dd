"""Options of the sculpt stages: their sections of params.yaml. Nothing heavy is imported here."""

from __future__ import annotations

from pydantic import Field

from mien.options import Options
from mien.text.options import TextOptions
from mien.training.options import TrainingOptions


class HeadsCorpusOptions(Options):
    """The corpora of heads: rendered people with captions that are true of them."""

    train: int = Field(default=4600, ge=1, description="people to train the guide on")
    val: int = Field(default=512, ge=0, description="other people to validate the guide on")
    judge_train: int = Field(default=2500, ge=1, description="people to train the judge on, other ones")
    judge_val: int = Field(default=256, ge=0, description="other people to validate the judge on")
    views: int = Field(default=1, ge=1, le=16, description="views of each person, the guide's")
    judge_views: int = Field(default=1, ge=1, le=16, description="views of each person, the judge's")
    size: int = Field(default=80, ge=16, le=256, multiple_of=16, description="side of the guide's pictures in pixels")
    judge_size: int = Field(
        default=64, ge=16, le=256, multiple_of=16, description="side of the judge's pictures in pixels"
    )
    captions: int = Field(default=6, ge=1, le=64, description="captions of each person")
    seed: int = Field(default=0, ge=0, description="of people, views and captions")


class HeadJudgeOptions(Options):
    """The judge: a CLIP of another architecture, other people, framing and seed. It only evaluates."""

    training: TrainingOptions = Field(
        default=TrainingOptions(seed=77, samples=64_000, batch=256, lr=4e-3, weight_decay=0.05, ema_decay=0.98),
        description="see TrainingOptions; of the contrastive training",
    )
    labels: TrainingOptions = Field(
        default=TrainingOptions(seed=77, samples=32_000, batch=64, lr=2e-3, weight_decay=0.05, ema_decay=0.99),
        description="see TrainingOptions; of the picture encoder, which learns the options of all attributes first",
    )
    channels: int = Field(default=24, ge=8, le=512, multiple_of=8, description="of the encoder's first layer")
    width: int = Field(default=192, ge=16, le=2048, description="dimensions of the picture features")
    embedding: int = Field(default=192, ge=16, le=2048, description="dimensions of the joint embedding space")


class HeadClipOptions(Options):
    """The CLIP of heads that guides, and the one that judges."""

    model: str = Field(
        default="",
        description="empty: the CLIP trained here; or a CLIP or SigLIP of transformers that takes its place as guide, "
        "by name or folder",
    )
    download: bool = Field(default=False, description="download that model by its name; needs the network")
    training: TrainingOptions = Field(
        default=TrainingOptions(samples=96_000, batch=256, lr=4e-3, weight_decay=0.05, ema_decay=0.98),
        description="see TrainingOptions; of the contrastive training, a sample is a pair of a text and a picture",
    )
    labels: TrainingOptions = Field(
        default=TrainingOptions(samples=48_000, batch=64, lr=1.5e-3, weight_decay=0.05, ema_decay=0.99),
        description="see TrainingOptions; of the picture encoder, which learns the options of all attributes first",
    )
    channels: int = Field(default=32, ge=8, le=512, multiple_of=8, description="of the first layer of each tower")
    width: int = Field(default=256, ge=16, le=2048, description="dimensions of the picture features")
    embedding: int = Field(default=256, ge=16, le=2048, description="dimensions of the joint embedding space")
    text: TextOptions = Field(default=TextOptions(width=96, layers=0), description="text encoder")
    judge: HeadJudgeOptions = Field(default=HeadJudgeOptions(), description="the independent judge")


class HeadPriorOptions(Options):
    """Text → distribution over the latents of a head. A sample is a caption."""

    training: TrainingOptions = Field(
        default=TrainingOptions(
            samples=89_600, batch=128, lr=5e-3, weight_decay=1e-4, ema_decay=0.99, precision="float32"
        ),
        description="see TrainingOptions",
    )
    captions: int = Field(default=28_000, ge=1, description="captions composed for the training")
    width: int = Field(default=48, ge=8, le=1024, description="dimensions of the text attention")
    hidden: int = Field(default=48, ge=8, le=1024, description="dimensions of the hidden layer of each attribute")
    text: TextOptions = Field(default=TextOptions(width=48, layers=0), description="text encoder")
    open_weight: float = Field(
        default=0.15, ge=0, le=1, description="weight of attributes that a caption does not name, against 1"
    )  # fmt: skip
    word_dropout: float = Field(default=0.02, ge=0, lt=1, description="fraction of words read as unknown; tokens only")


class EvaluateSculptOptions(Options):
    """How sculpted heads are evaluated."""

    prompts: int = Field(default=64, ge=1, description="prompts of each part, but for those written by hand")
    written: int = Field(default=64, ge=1, le=64, description="prompts written by hand")
    methods: int = Field(default=8, ge=0, description="prompts of each part for the rows gradient and search; 0: none")
    edits: int = Field(default=200, ge=0, description="edits of sculpted people")
    seed: int = Field(default=0, ge=0, description="of prompts, people and draws")
    show: int = Field(default=8, ge=0, le=50, description="prompts of each part on the contact sheet")
