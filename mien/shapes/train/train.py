"""Text → moving shapes: training of the video GAN and of its baseline."""

from __future__ import annotations

from pathlib import Path

from mien.shapes.cards import CARDS
from mien.shapes.data.batches import ShapesData
from mien.shapes.networks.model import build_model
from mien.shapes.options import ShapesOptions
from mien.shapes.train.frames import FramesTrainer
from mien.shapes.train.video import KIND, VideoTrainer
from mien.text.encoder import encoder_of
from mien.training.baseline import train_with_baseline
from mien.training.model_folder import ModelFiles
from mien.training.randomness import seed_weights
from mien.training.run import Run
from mien.training.train import train

BASELINE_LR = 2e-4


def train_shapes(
    corpus: Path, options: ShapesOptions, out: Path, run: Run, cache: Path | None = None
) -> dict[str, float]:
    """Train the model and the baseline, write them to `out` and `out/baseline`, and return their figures.

    corpus: folder of a `ShapesStore`. cache: where features of a pretrained text encoder are kept. Raises ValueError
    for an empty store, TextEncoderError for a text encoder that is not available.
    """
    data = ShapesData(corpus)
    val = ShapesData(corpus, ("val",)) if len(data.store.numbers("val")) else None

    def train_model(own: ShapesOptions, name: str, own_run: Run) -> ModelFiles:
        seed_weights(own.training.seed, name)
        sizes = {"frames": data.store.frames, "width": own.width, "hidden": own.hidden}
        model = build_model(
            {"architecture": own.architecture, **sizes}, lambda: encoder_of(own.text, data.prompts, data.prompts, cache)
        )
        frames = own.architecture == "frames"
        trainer = FramesTrainer(model, data, own) if frames else VideoTrainer(model, data, val, own)
        figures = train(trainer, own_run)
        config = {"model": model.config}
        return ModelFiles(KIND, trainer.result, config, own, data.store.digest, figures, CARDS[KIND].markdown)

    baseline = None
    if options.baseline_samples and options.architecture == "video":
        training = options.training.model_copy(update={"samples": options.baseline_samples, "lr": BASELINE_LR})
        baseline = options.model_copy(update={"architecture": "frames", "training": training})
    return train_with_baseline(train_model, KIND, options, baseline, out, run)
