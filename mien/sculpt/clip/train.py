"""Training of the guide and of the judge: labels first, then contrast; each on its own corpus."""

from __future__ import annotations

from pathlib import Path

from mien.files import atomic_directory
from mien.sculpt.cards import CARDS
from mien.sculpt.clip.contrast import ContrastTrainer
from mien.sculpt.clip.data import ClipData
from mien.sculpt.clip.labels import LabelTrainer
from mien.sculpt.clip.measure import measured
from mien.sculpt.corpus.store import HeadsStore
from mien.sculpt.networks.clip import JUDGE_KIND, KIND, Architecture, HeadClip
from mien.sculpt.networks.guide import TransformersGuide, write_choice
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

    With `options.model` no guide is trained: `out` names the model of transformers that takes its place. cache: where
    features of a pretrained text encoder are kept. The figures of the judge are named `judge_…`. Raises ValueError for
    a corpus without people, GuideError and TextEncoderError for a model that is not available.
    """
    own = options.judge
    words = TextOptions(width=own.width // 4 * 4, layers=0)
    chosen = TransformersGuide(options.model, options.download) if options.model.strip() else None
    guide = None if chosen else _trained(KIND, "towers", corpus / "guide", options, options.text, run, cache)
    judge = _trained(JUDGE_KIND, "shared", corpus / JUDGE, own, words, run.phase(JUDGE, f"{JUDGE}_"), None)
    figures = {f"{JUDGE}_{name}": value for name, value in judge.figures.items()}
    if guide is not None:
        save_models(out, {"": guide, JUDGE: judge})
        return {**guide.figures, **figures}
    assert chosen is not None
    val = _val(corpus / "guide")
    with atomic_directory(out) as folder:
        write_choice(folder, options.model, chosen.fingerprint, options.download)
        save_models(folder / JUDGE, {"": judge})
    return {**(measured(chosen, val) if val else {}), **figures}


def _val(corpus: Path) -> ClipData | None:
    return ClipData(corpus, "val") if len(HeadsStore(corpus).numbers("val")) else None


def _trained(
    kind: str,
    architecture: Architecture,
    corpus: Path,
    options: HeadClipOptions | HeadJudgeOptions,
    text: TextOptions,
    run: Run,
    cache: Path | None,
) -> ModelFiles:
    data, val = ClipData(corpus, "train"), _val(corpus)
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
