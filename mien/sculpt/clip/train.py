"""Training of the guide and of the judge: labels first, then contrast; each on its own corpus."""

from __future__ import annotations

from pathlib import Path

from mien.sculpt.cards import CARDS
from mien.sculpt.clip.contrast import ContrastTrainer
from mien.sculpt.clip.data import ClipData
from mien.sculpt.clip.labels import LabelTrainer
from mien.sculpt.networks.clip import JUDGE_KIND, KIND, Architecture, HeadClip
from mien.sculpt.options import HeadClipOptions, HeadJudgeOptions
from mien.text.encoder import encoder_of
from mien.text.options import TextOptions
from mien.training.model_folder import ModelFiles, save_models
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train

JUDGE = "judge"


def train_head_clip(
    corpus: Path, options: HeadClipOptions, out: Path, run: Run, cache: Path | None = None
) -> dict[str, float]:
    """Train guide and judge on the corpora in `corpus`, write them to `out` and `out/judge`, and return their figures.

    cache: where features of a pretrained text encoder are kept. The figures of the judge are named `judge_…`. Raises
    ValueError for a corpus without people, TextEncoderError for a text encoder that is not available.
    """
    guide = _trained(KIND, "towers", corpus / "guide", options, options.text, run, cache)
    own = options.judge
    words = TextOptions(width=own.width // 4 * 4, layers=0)
    judge = _trained(JUDGE_KIND, "residual", corpus / JUDGE, own, words, run.phase(JUDGE, f"{JUDGE}_"), None)
    save_models(out, {"": guide, JUDGE: judge})
    return {**guide.figures, **{f"{JUDGE}_{name}": value for name, value in judge.figures.items()}}


def _trained(
    kind: str,
    architecture: Architecture,
    corpus: Path,
    options: HeadClipOptions | HeadJudgeOptions,
    text: TextOptions,
    run: Run,
    cache: Path | None,
) -> ModelFiles:
    data = ClipData(corpus, "train")
    val = ClipData(corpus, "val") if len(data.store.numbers("val")) else None
    seed_weights(options.training.seed, kind)
    encoder = encoder_of(text, data.texts, data.texts, cache)
    sizes = {"channels": options.channels, "width": options.width, "embedding": options.embedding}
    clip = HeadClip(encoder, architecture, data.store.crops, data.store.size, **sizes)
    labels = LabelTrainer(clip, data, val, options.labels)
    figures = train(labels, run.phase("labels", "labels_"))
    labels.finish()
    contrast = ContrastTrainer(kind, clip, data, val, options.training)
    figures = {**figures, **train(contrast, run.phase("contrast"))}
    average = contrast.ema.average
    config = {"model": average.config()}
    return ModelFiles(kind, average, config, options, data.store.digest, figures, CARDS[kind].markdown)
